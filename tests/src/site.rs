//! A site's configuration, changed for one test.

use crate::control::set_passcode;
use rig::DaemonOptions;
use std::io::{Error, Result};

/// Adds tables to the site; the daemon is started with the changed copy.
///
/// # Errors
/// If the site cannot be read or its copy not be written.
pub fn add_tables(options: &mut DaemonOptions, tables: &str) -> Result<()> {
    let site = std::fs::read_to_string(&options.config)?;
    let changed = options.config.with_file_name("site-of-this-test.toml");
    std::fs::write(&changed, format!("{site}\n{tables}"))?;
    options.config = changed;
    Ok(())
}

/// Gives the site a passcode, set as a technician would.
///
/// # Errors
/// As [`add_tables`]; if the control refuses the passcode.
pub fn add_passcode(options: &mut DaemonOptions, passcode: &str) -> Result<()> {
    let file = options.config.with_file_name("passcode");
    let set = set_passcode(&file, &format!("{passcode}\n"))?;
    if !set.status.success() {
        return Err(Error::other(String::from_utf8_lossy(&set.stderr)));
    }
    add_tables(options, &format!("[visual]\npasscode_file = {:?}\n", file.display().to_string()))
}
