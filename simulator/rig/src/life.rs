//! The end of any process as an event, also of one that is no child.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::RigError;
use crate::deadline::Deadline;
use crate::process::readable;

/// A process, told apart from any later one with its id. The descriptor becomes readable when it ends: pidfd_open(2).
#[derive(Debug)]
pub struct Life {
    pid: u32,
    handle: OwnedFd,
}

impl Life {
    /// Takes hold of a process; none if there is no such process any more.
    ///
    /// # Errors
    /// [`RigError::System`] when the kernel refuses.
    pub fn of(pid: u32) -> Result<Option<Self>, RigError> {
        let Some(id) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(None) };
        match pidfd_open(id, PidfdFlags::empty()) {
            Ok(handle) => Ok(Some(Self { pid, handle })),
            Err(Errno::SRCH) => Ok(None),
            Err(fault) => Err(RigError::system("a process cannot be watched")(fault.into())),
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// [`RigError::TimedOut`] when it outlives the bound.
    pub fn until_over(&self, within: Duration) -> Result<(), RigError> {
        let deadline = Deadline::within(within);
        while !readable(&[self.as_fd()], deadline)?.contains(&true) {
            if deadline.left().is_none() {
                return Err(RigError::TimedOut {
                    waited_for: format!("end of process {}", self.pid),
                    after: within,
                    seen: std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default(),
                });
            }
        }
        Ok(())
    }
}

impl AsFd for Life {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::Life;
    use crate::RigError;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    #[test]
    fn an_end_is_noticed_and_nothing_else() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let life = Life::of(child.id()).unwrap().unwrap();
        let early = life.until_over(Duration::from_millis(20));
        assert!(matches!(early, Err(RigError::TimedOut { .. })), "{early:?}");
        drop(child.stdin.take());
        life.until_over(Duration::from_secs(20)).unwrap();
        child.wait().unwrap();
        assert!(Life::of(child.id()).unwrap().is_none());
    }
}
