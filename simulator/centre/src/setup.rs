//! What a mock centre starts with.

use crate::certificate::TrustError;
use crate::patient::Patient;
use model::{FaceAccount, InstitutionCode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A reader's face account at the centre.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// `F0…`.
    pub account: FaceAccount,
    /// Its password.
    pub password: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.account)
    }
}

/// What a mock centre starts with.
#[derive(Clone)]
pub struct Setup {
    /// The institution that the accounts belong to.
    pub institution: InstitutionCode,
    /// One per reader.
    pub accounts: Vec<Account>,
    /// Registered cards.
    pub patients: Vec<Patient>,
    /// Certificates of the card CAs, DER.
    pub card_cas: Vec<Vec<u8>>,
    /// One revocation list per card CA, DER.
    pub revocation_lists: Vec<Vec<u8>>,
    /// Accepted certificate policies, dotted.
    pub policies: Vec<String>,
    /// The Ed25519 seed of the stand-in key, 32 bytes.
    pub stand_in_seed: Vec<u8>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setup({} accounts, {} patients)", self.accounts.len(), self.patients.len())
    }
}

impl Setup {
    /// 利用者証明用 certificates of test cards, the simulated ones among them (card.md section 5).
    pub const TEST_POLICY: &str = "1.2.392.200149.8.5.1.0.30";
    /// 利用者証明用 certificates of real cards.
    pub const PRODUCTION_POLICY: &str = "1.2.392.200149.8.5.1.3.30";
}

/// Why the mock centre cannot be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The trust material is wrong.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The stand-in key is wrong.
    #[error("the stand-in key is not an Ed25519 seed of 32 bytes")]
    StandIn,
}
