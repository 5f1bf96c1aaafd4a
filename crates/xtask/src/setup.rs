//! The system packages this project needs: which are missing, why they are needed, and their installation.

use crate::{
    Fault,
    command::{ask, find, run},
    say,
    scratch::alone,
    stop::Stop,
};
use std::{io::IsTerminal, path::Path, process::Command};

/// One Debian package, why it is needed, and what shows on another system that it is there.
struct Package {
    name: &'static str,
    ja: &'static str,
    en: &'static str,
    shown_by: Sign,
}

/// What shows that the content of a package is there, whoever packed it.
enum Sign {
    Program(&'static str),
    Library(&'static str),
    File(&'static [&'static str]),
    PythonModule(&'static str),
}

/// Names as in Debian 12.
const PACKAGES: [Package; 15] = [
    Package {
        name: "build-essential",
        ja: "C コンパイラとリンカ（SQLite と ring のビルド）",
        en: "C compiler and linker (SQLite and ring are built from source)",
        shown_by: Sign::Program("cc"),
    },
    Package {
        name: "pkg-config",
        ja: "PC/SC ライブラリを見つける",
        en: "finds the PC/SC library",
        shown_by: Sign::Program("pkg-config"),
    },
    Package {
        name: "libpcsclite-dev",
        ja: "カードスロット（PC/SC）に繋ぐライブラリ",
        en: "library for card slots (PC/SC)",
        shown_by: Sign::Library("libpcsclite"),
    },
    Package {
        name: "pcscd",
        ja: "本物の PC/SC サービス",
        en: "the real PC/SC service",
        shown_by: Sign::Program("pcscd"),
    },
    Package {
        name: "vsmartcard-vpcd",
        ja: "模擬カードを PC/SC サービスに差す",
        en: "puts the simulated card behind the PC/SC service",
        shown_by: Sign::File(&[
            "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
            "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
        ]),
    },
    Package {
        name: "opensc",
        ja: "第三者の道具で模擬カードを確かめる",
        en: "a third party's tools examine the simulated card in the tests",
        shown_by: Sign::Program("opensc-tool"),
    },
    Package {
        name: "opensc-pkcs11",
        ja: "同上（PKCS#11）",
        en: "the same through PKCS#11",
        shown_by: Sign::Program("pkcs11-tool"),
    },
    Package {
        name: "openssl",
        ja: "署名と TLS を別の実装で確かめる",
        en: "another implementation checks signatures and TLS in the tests",
        shown_by: Sign::Program("openssl"),
    },
    Package {
        name: "strace",
        ja: "「保存してから知らせる」順をシステムコールで確かめる",
        en: "shows by system calls that a result is durable before it is told",
        shown_by: Sign::Program("strace"),
    },
    Package {
        name: "util-linux",
        ja: "setpriv：何も残さずに終わる",
        en: "setpriv: nothing is left running",
        shown_by: Sign::Program("setpriv"),
    },
    Package {
        name: "faketime",
        ja: "時計が飛んでも受付が正しく終わることを確かめる",
        en: "moves the daemon's clock in the tests",
        shown_by: Sign::Program("faketime"),
    },
    Package {
        name: "chromium",
        ja: "画面を本物のブラウザーで確かめる",
        en: "a real browser shows the pages in the tests",
        shown_by: Sign::Program("chromium"),
    },
    Package {
        name: "fonts-noto-cjk",
        ja: "そのブラウザーで日本語・中国語・韓国語を表示する",
        en: "that browser shows Japanese, Chinese and Korean with it",
        shown_by: Sign::File(&[
            "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
            "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        ]),
    },
    Package {
        name: "python3",
        ja: "APIと画面を試す道具（schemathesis、Playwright）を動かす",
        en: "runs what tries API and pages (schemathesis, Playwright)",
        shown_by: Sign::Program("python3"),
    },
    Package {
        name: "python3-venv",
        ja: "その道具を target/ の中だけに入れる",
        en: "keeps them within target/",
        shown_by: Sign::PythonModule("ensurepip"),
    },
];

/// What is prepared for: the browser is large, and only the tests need it, the moved clock and Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To run a desk.
    Desk,
    /// To run the tests.
    Tests,
}

impl Purpose {
    fn packages(self) -> impl Iterator<Item = &'static Package> {
        let tests_only = |name: &str| {
            ["chromium", "fonts", "python3", "faketime"].iter().any(|only| name.starts_with(only))
        };
        PACKAGES.iter().filter(move |package| self == Self::Tests || !tests_only(package.name))
    }
}

/// Makes sure that everything is there; installs what is missing on Debian 12.
pub(crate) fn ensure(stop: &Stop, purpose: Purpose) -> Result<(), Fault> {
    if is_debian_12() { on_debian(stop, purpose) } else { elsewhere(purpose) }
}

/// Makes sure that the toolchain has the components that only `test` needs.
pub(crate) fn ensure_components(stop: &Stop) -> Result<(), Fault> {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if ask(program, &["--version"]).is_some() {
            continue;
        }
        say::both(
            format_args!("{component} を加えます"),
            format_args!("adding {component} to the toolchain"),
        );
        let what = format!("rustup component add {component}");
        run(stop, Command::new("rustup").args(["component", "add", component]), &what)?;
    }
    Ok(())
}

fn on_debian(stop: &Stop, purpose: Purpose) -> Result<(), Fault> {
    if missing_packages(purpose).is_empty() {
        return Ok(());
    }
    // Two runs side by side: the second waits here and then finds nothing to do. apt's own waiting covers the
    // dpkg lock, not the lock of the lists.
    let _alone = alone("uketsuke-setup.lock")?;
    let missing = missing_packages(purpose);
    if missing.is_empty() {
        return Ok(());
    }
    say::both("足りないパッケージ", "missing packages");
    for package in &missing {
        say::line(format_args!("  {:<16} {} / {}", package.name, package.ja, package.en));
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let install = install_arguments(&names);
    let Some(privilege) = Privilege::here() else {
        return Err(Fault::NeedsRoot { command: format!("apt-get update && apt-get {}", install.join(" ")) });
    };
    if !names.iter().all(|name| has_candidate(name)) {
        privilege.apt_get(stop, &update_arguments())?;
    }
    match privilege.apt_get(stop, &install) {
        Err(Fault::Failed { .. }) => {
            // Old lists name versions that the archive no longer has.
            privilege.apt_get(stop, &update_arguments())?;
            privilege.apt_get(stop, &install)
        }
        done => done,
    }
}

fn elsewhere(purpose: Purpose) -> Result<(), Fault> {
    say::both(
        "Debian 12 ではないので、何も導入せず有無だけを確かめます",
        "not Debian 12: nothing is installed, only looked for",
    );
    let missing: Vec<String> = purpose
        .packages()
        .filter(|package| !package.shown_by.is_there())
        .map(|package| format!("{} ({} / {})", package.name, package.ja, package.en))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Fault::Missing { missing }) }
}

impl Sign {
    fn is_there(&self) -> bool {
        match self {
            Self::Program(name) => find(name).is_some(),
            Self::Library(name) => ask("pkg-config", &["--exists", name]).is_some(),
            Self::PythonModule(name) => ask("python3", &["-c", &format!("import {name}")]).is_some(),
            Self::File(paths) => paths.iter().any(|path| Path::new(path).exists()),
        }
    }
}

/// As whom packages are installed.
enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    fn here() -> Option<Self> {
        if nix::unistd::geteuid().is_root() {
            return Some(Self::Root);
        }
        // Without a terminal nobody can type a password.
        let may_ask = std::io::stdin().is_terminal();
        (find("sudo").is_some() && (may_ask || ask("sudo", &["--non-interactive", "true"]).is_some()))
            .then_some(Self::Sudo)
    }

    fn apt_get(&self, stop: &Stop, arguments: &[String]) -> Result<(), Fault> {
        let what = format!("apt-get {}", arguments.join(" "));
        say::line(format_args!("  {what}"));
        let mut command = match self {
            Self::Root => Command::new("env"),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.arg("env");
                sudo
            }
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
        match self {
            Self::Root => run(stop, &mut command, &what),
            // sudo asks on the terminal, so it stays in the terminal's foreground group.
            Self::Sudo => {
                let status =
                    command.status().map_err(|cause| Fault::Start { program: "sudo".into(), cause })?;
                stop.check()?;
                crate::command::ended_well(&what, status)
            }
        }
    }
}

fn install_arguments(names: &[&str]) -> Vec<String> {
    ["-o", "DPkg::Lock::Timeout=120", "--yes", "--no-install-recommends", "install"]
        .iter()
        .chain(names)
        .map(ToString::to_string)
        .collect()
}

fn update_arguments() -> Vec<String> {
    ["-o", "DPkg::Lock::Timeout=120", "update"].map(String::from).to_vec()
}

fn missing_packages(purpose: Purpose) -> Vec<&'static Package> {
    purpose.packages().filter(|package| !is_installed(package.name)).collect()
}

fn is_installed(name: &str) -> bool {
    ask("dpkg-query", &["--show", "--showformat=${db:Status-Status}", name])
        .is_some_and(|status| status == "installed")
}

fn has_candidate(name: &str) -> bool {
    ask("apt-cache", &["policy", name]).is_some_and(|policy| {
        policy
            .lines()
            .any(|line| line.trim().strip_prefix("Candidate:").is_some_and(|v| v.trim() != "(none)"))
    })
}

fn is_debian_12() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value = |key: &str| {
        release
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .map(|v| v.trim_matches('"'))
    };
    value("ID") == Some("debian") && value("VERSION_ID") == Some("12")
}
