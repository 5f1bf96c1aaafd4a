//! On what the figures were taken.

use crate::command::ask;

/// The machine in a few lines; what cannot be found out is said so.
pub(super) fn describe() -> String {
    let cpu = from_file("/proc/cpuinfo", "model name");
    let memory = from_file("/proc/meminfo", "MemTotal");
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |n| n.to_string());
    let said = |program: &str, arguments: &[&str]| {
        ask(program, arguments).map_or_else(unknown, |text| text.trim().to_owned())
    };
    format!(
        "cpu     {cpu}\ncores   {cores}\nmemory  {memory}\nkernel  {}\nrustc   {}\ncommit  {}",
        said("uname", &["-srm"]),
        said("rustc", &["--version"]),
        said("git", &["describe", "--always", "--dirty"]),
    )
}

fn from_file(path: &str, key: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == key)
        .map_or_else(unknown, |(_, value)| value.trim().to_owned())
}

fn unknown() -> String {
    "unknown".into()
}
