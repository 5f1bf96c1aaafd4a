//! The configurations that are shipped are without fault, as the daemon itself judges them.

#![allow(clippy::unwrap_used, reason = "a test stops")]

use std::path::Path;
use std::process::Command;

#[test]
fn every_file_in_config_passes_the_check() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let output = Command::new(env!("CARGO_BIN_EXE_uketsuked"))
                .args(["--check", "--config"])
                .arg(&path)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}: {}",
                path.display(),
                String::from_utf8_lossy(&output.stderr)
            );
            checked += 1;
        }
    }
    assert!(checked > 0, "no configuration found");
}
