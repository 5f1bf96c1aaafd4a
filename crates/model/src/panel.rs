//! The words of the patient's screen; and the panel, which is that screen where the terminal draws it: the driver says
//! what it shows, and what the patient touches comes back to the driver.

use crate::{ConsentScreen, Decision, FailureCode};
use std::fmt;
use zeroize::Zeroizing;

/// How a patient may confirm identity at the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// 顔認証.
    Face,
    /// 暗証番号.
    Pin,
    /// 目視確認 by a member of staff, who has the passcode.
    Visual,
}

/// A language of the patient's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// 日本語.
    #[default]
    Japanese,
    /// English.
    English,
    /// 中文.
    Chinese,
    /// 한국어.
    Korean,
}

/// What the reader's screen says when it asks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    /// 「カードを置いてください」.
    PlaceCard,
    /// 「確認しています。カードを動かさないでください」.
    Wait,
    /// 「完了しました」.
    Done,
    /// 「カードをお取りになり、受付へお声がけください」.
    TakeCard,
    /// The card was left behind.
    CardLeft,
    /// A failure; the reader shows the catalogue's words for the patient.
    Failure(FailureCode),
    /// 「ただいま準備中です。受付で承ります（資格確認書などもお使いいただけます）」.
    OutOfOrder,
    /// 「職員が確認します。カードを置いてください」: 目視確認 is armed for the next card.
    VisualArmed,
    /// 「職員が確認しています。カードはそのままお待ちください」.
    StaffCheck,
}

/// Keys of a PIN pad.
const KEYS: usize = 10;

/// Where each digit stands on a pad: position 0 is the first key, row by row.
///
/// Its Debug shows no order: together with the positions touched it tells the PIN.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PadOrder([u8; KEYS]);

impl PadOrder {
    /// As on a telephone: 1 to 9, then 0.
    pub const TELEPHONE: Self = Self([1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);

    /// The order drawn by these random bytes (Fisher and Yates; the bias of 24 bits over 10 is below one in a million).
    #[must_use]
    pub fn shuffled(random: &[u8; 32]) -> Self {
        let mut order = Self::TELEPHONE.0;
        let (draws, _) = random.as_chunks::<3>();
        for (last, draw) in (1..KEYS).rev().zip(draws) {
            let [a, b, c] = draw.map(usize::from);
            let other = ((a << 16) | (b << 8) | c) % (last + 1);
            order.swap(last, other);
        }
        Self(order)
    }

    /// The digit, 0 to 9, at a position; `None` past the last key.
    #[must_use]
    pub fn digit_at(&self, position: u8) -> Option<u8> {
        self.0.get(usize::from(position)).copied()
    }

    /// The digits by position, for whoever draws the pad.
    #[must_use]
    pub const fn digits(&self) -> &[u8; KEYS] {
        &self.0
    }
}

impl fmt::Debug for PadOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PadOrder")
    }
}

/// What the patient is asked on a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Choose one of these.
    Methods(Vec<Method>),
    /// Look into the camera.
    Face,
    /// Touch four keys.
    Pin {
        /// Tries left on the card.
        tries_left: u8,
        /// Where each digit stands.
        pad: PadOrder,
    },
    /// A member of staff touches the four keys of the passcode.
    Passcode {
        /// Where each digit stands.
        pad: PadOrder,
    },
    /// Agree or not.
    Consent(ConsentScreen),
}

/// All that a panel shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// In this language.
    pub language: Language,
    /// What it says.
    pub notice: Notice,
    /// What it asks, if anything.
    pub question: Option<Question>,
}

impl Panel {
    /// The kind of what is shown, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.question {
            None => "notice",
            Some(Question::Methods(_)) => "methods",
            Some(Question::Face) => "face",
            Some(Question::Pin { .. }) => "pin",
            Some(Question::Passcode { .. }) => "passcode",
            Some(Question::Consent(_)) => "consent",
        }
    }
}

/// Four keys touched, by position. Wiped on drop; no Debug of the positions. They lie in one place on the heap, so
/// that moving them leaves no copy behind.
#[derive(Clone, PartialEq, Eq)]
pub struct PadTouches(Box<Zeroizing<[u8; 4]>>);

impl PadTouches {
    /// Positions of a pad; `None` if one is no key.
    #[must_use]
    pub fn new(positions: [u8; 4]) -> Option<Self> {
        positions
            .iter()
            .all(|position| usize::from(*position) < KEYS)
            .then(|| Self(Box::new(Zeroizing::new(positions))))
    }

    /// The positions, in the order touched.
    #[must_use]
    pub fn positions(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Debug for PadTouches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PadTouches")
    }
}

/// What the patient touched on a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// A method.
    Method(Method),
    /// Four keys of the pad, for a PIN or a passcode.
    Pad(PadTouches),
    /// "Cancel" beside either pad.
    PadCancel,
    /// A consent's answer.
    Consent {
        /// The screen's id.
        screen: String,
        /// The answer.
        decision: Decision,
    },
    /// A language.
    Language(Language),
}

impl Touch {
    /// The touch's name without its content, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Method(_) => "method",
            Self::Pad(_) => "pad",
            Self::PadCancel => "pad cancel",
            Self::Consent { .. } => "consent",
            Self::Language(_) => "language",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PadOrder, PadTouches};

    #[test]
    fn every_shuffled_pad_holds_every_digit_once() {
        for seed in 0..=255_u8 {
            let mut random = [0_u8; 32];
            for (at, byte) in (0_u8..).zip(random.iter_mut()) {
                *byte = seed.wrapping_mul(31).wrapping_add(at.wrapping_mul(97));
            }
            let mut digits = *PadOrder::shuffled(&random).digits();
            digits.sort_unstable();
            assert_eq!(digits, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
    }

    #[test]
    fn a_pad_shows_its_order_to_nobody_but_its_drawer() {
        assert_eq!(format!("{:?}", PadOrder::TELEPHONE), "PadOrder");
        assert_eq!(PadTouches::new([0, 1, 2, 10]), None);
        assert_eq!(format!("{:?}", PadTouches::new([0, 1, 2, 9])), "Some(PadTouches)");
    }
}
