//! A simulated unit without I/O, as its wire, its patient and its technician meet it.

use super::View;
use crate::{Language, Link, Method};
use model::{Moment, NumberB, Passcode, Pin, SecretError};
use std::fmt;
use std::time::Duration;

/// The other end of a reader's wire. Written from the dialect's document, never from the driver.
pub trait Firmware: Send + fmt::Debug {
    /// The way on which the unit is reached.
    fn link(&self) -> Link;

    /// Bytes that the host sent; for HID, one report.
    fn receive(&mut self, bytes: &[u8], now: Moment);

    /// The link was opened or closed at the host's end, where the link tells it (TCP, HID); a serial line does not.
    fn link_changed(&mut self, open: bool, now: Moment);

    /// The moment of [`Firmware::next_wakeup`] has come.
    fn wake(&mut self, now: Moment);

    /// The next bytes for the host, oldest first; `None` when drained. For HID, one report.
    fn poll_send(&mut self) -> Option<Vec<u8>>;

    /// When the firmware wants to be woken.
    fn next_wakeup(&self) -> Option<Moment>;

    /// Does what a patient or a technician does; whether it could be done now.
    fn act(&mut self, act: Act, now: Moment) -> bool;

    /// The unit as seen from outside.
    fn view(&self) -> View;

    /// Whether these bytes tell the host that a card was placed: the piece whose way to a client is measured.
    fn announces_card(&self, piece: &[u8]) -> bool;
}

impl<F: Firmware + ?Sized> Firmware for Box<F> {
    fn link(&self) -> Link {
        (**self).link()
    }
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        (**self).receive(bytes, now);
    }
    fn link_changed(&mut self, open: bool, now: Moment) {
        (**self).link_changed(open, now);
    }
    fn wake(&mut self, now: Moment) {
        (**self).wake(now);
    }
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        (**self).poll_send()
    }
    fn next_wakeup(&self) -> Option<Moment> {
        (**self).next_wakeup()
    }
    fn act(&mut self, act: Act, now: Moment) -> bool {
        (**self).act(act, now)
    }
    fn view(&self) -> View {
        (**self).view()
    }
    fn announces_card(&self, piece: &[u8]) -> bool {
        (**self).announces_card(piece)
    }
}

/// What one unit is.
#[derive(Debug, Clone, Default)]
pub struct UnitConfig {
    /// What it says as its model; the model's own name when absent.
    pub model: Option<String>,
    /// Firmware version; the dialect's example when absent.
    pub firmware: Option<String>,
    /// Serial number; `T0000042` when absent. `T` marks a test number.
    pub serial: Option<String>,
    /// 0 passed, otherwise what failed, up to 99.
    pub self_test: u8,
    /// From power-up until it listens.
    pub start_up: Duration,
    /// Seed of its faults and of its own shuffled pad.
    pub seed: u64,
}

/// What a patient or a technician does at a unit.
#[derive(Debug)]
pub enum Act {
    /// Puts a card into the tray; one that lies there is taken first.
    PlaceCard(CardFace),
    /// Takes the card; not done if there is none.
    TakeCard,
    /// Touches a method on the unit's own screen; not done if it is not offered.
    Choose(Method),
    /// Types the PIN; not done if none is asked for.
    TypePin(Pin),
    /// Types the staff's passcode; not done if none is asked for.
    TypePasscode(Passcode),
    /// Touches "cancel" on the pad for PIN or passcode; not done if none is shown.
    Cancel,
    /// Answers the consent question; not done if none is asked.
    Consent(bool),
    /// Touches a language on the unit's own screen; not done if it is not offered.
    Language(Language),
    /// Changes what the camera sees; `None` is an empty room.
    ShowFace(Option<GreyFrame>),
    /// Changes the light on the face, in lux. 300 at first.
    Light(u16),
    /// Lets the sun onto the card slot, or shades it.
    Sun(bool),
    /// Lays a certificate under the camera, as printed lines `name=value`; `None` takes it away. Not done if the model
    /// reads none.
    Document(Option<String>),
    /// How 照合番号B is read from now on.
    ReadNumberB(Reading),
    /// Turns the unit between landscape and portrait; not done if the model does not turn.
    Rotate,
    /// Flips one bit in each of the next pieces that leave.
    Corrupt(u32),
    /// Says nothing any more, or again.
    Silence(bool),
    /// Sends noise without end, or stops.
    Babble(bool),
    /// Answers so much later from now on.
    Slow(Duration),
    /// Reports a fault of its own, 1 to 99.
    ReportFault(u8),
    /// The self-test's outcome from the next identification on: 0 passed, otherwise what failed.
    SelfTest(u8),
    /// Power off and on. Card, camera and fault switches stay as they are.
    Restart,
}

/// A card as the unit's camera sees it from above.
#[derive(Debug)]
pub struct CardFace {
    number_b: Option<NumberB>,
}

impl CardFace {
    /// A card that lies with these fourteen digits upwards.
    ///
    /// # Errors
    /// If they are not fourteen digits.
    pub fn new(number_b: &[u8]) -> Result<Self, SecretError> {
        NumberB::from_digits(number_b).map(|number| Self { number_b: Some(number) })
    }

    /// A card that shows its other side.
    #[must_use]
    pub const fn turned_over() -> Self {
        Self { number_b: None }
    }

    /// The printed digits, if they lie upwards.
    #[must_use]
    pub const fn number_b(&self) -> Option<&NumberB> {
        self.number_b.as_ref()
    }
}

/// How the unit reads 照合番号B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// As printed.
    #[default]
    Right,
    /// The last digit wrong: a smudge taken for another digit.
    LastDigitWrong,
    /// Not at all: glare.
    Unreadable,
}

/// What a camera sees: grey, 8 bits per pixel, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct GreyFrame {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl GreyFrame {
    /// Smallest and largest side in pixels.
    pub const SIDES: std::ops::RangeInclusive<usize> = 32..=4096;

    /// A frame of `width * height` levels; `None` if the numbers do not fit or a side is outside [`Self::SIDES`].
    #[must_use]
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        let sound = Self::SIDES.contains(&width) && Self::SIDES.contains(&height);
        (sound && width.checked_mul(height) == Some(pixels.len())).then_some(Self { width, height, pixels })
    }

    /// Pixels in a row.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// The levels, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

impl fmt::Debug for GreyFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GreyFrame({}x{})", self.width, self.height)
    }
}
