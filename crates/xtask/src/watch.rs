//! Notices when something ends that a running desk cannot do without.

use crate::{
    Fault,
    stop::{Stop, Why},
};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};
use rig::Life;
use std::{io::PipeWriter, os::fd::AsFd, time::Duration};

/// What dies takes others with it, and the kernel may tell of those first: so long the rest is looked at too.
const TOGETHER: Duration = Duration::from_millis(100);

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    /// Its closing ends the watching.
    _open: PipeWriter,
}

impl Watch {
    /// Tells `stop` when one of these programs (name and process id) ends, and ends the rest.
    pub(crate) fn over(stop: &Stop, programs: Vec<(&'static str, u32)>) -> Result<Self, Fault> {
        let refused = |cause| Fault::Start { program: "watch".into(), cause };
        let (closed, open) = std::io::pipe().map_err(refused)?;
        let mut watched = Vec::new();
        for (name, pid) in programs {
            watched.push((name, Life::of(pid)?.ok_or_else(|| Fault::Ended(name.into()))?));
        }
        let stop = stop.clone();
        let watching = move || {
            let mut polled = vec![PollFd::new(closed.as_fd(), PollFlags::POLLIN)];
            polled.extend(watched.iter().map(|(_, life)| PollFd::new(life.as_fd(), PollFlags::POLLIN)));
            while poll(&mut polled, PollTimeout::NONE) == Err(Errno::EINTR) {}
            if polled.first().and_then(PollFd::any) == Some(false) {
                let ended = watched.iter().filter(|(_, life)| life.until_over(TOGETHER).is_ok());
                let names: Vec<&str> = ended.map(|(name, _)| *name).collect();
                stop.tell_and_end_children(Why::Ended(names.join(", ")));
            }
        };
        std::thread::Builder::new().name("watch".into()).spawn(watching).map_err(refused)?;
        Ok(Self { _open: open })
    }
}
