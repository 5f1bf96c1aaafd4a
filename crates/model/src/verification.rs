//! How identity was confirmed.

use serde::{Deserialize, Serialize};

/// How identity was confirmed (design section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// The reader compared the face with the card's photo.
    Face,
    /// The card checked its four-digit PIN.
    Pin,
    /// 目視確認: staff compared face and card.
    Visual,
    /// The phone's own check.
    Smartphone,
}
