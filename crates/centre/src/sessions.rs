//! Which account a session belongs to: its token must ask for screens and result.

use model::{CentreSession, FaceAccount};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Far more than the readers of one terminal have open.
const KEPT: usize = 64;

/// The latest sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<VecDeque<(CentreSession, FaceAccount)>>);

impl Sessions {
    pub(crate) fn remember(&self, session: CentreSession, account: FaceAccount) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((session, account));
    }

    pub(crate) fn account(&self, session: &CentreSession) -> Option<FaceAccount> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|(known, _)| known == session).map(|(_, account)| account.clone())
    }
}
