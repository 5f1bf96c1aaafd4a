//! What somebody does, at the reader, at the desk or behind the line.

use model::{Decision, Validity};
use std::time::Duration;

/// Something that somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// `place WHO[, HOW…]`: a card as issued is laid down. Who is a persona of the simulator.
    Place {
        /// Whose card.
        who: String,
        /// In which way, and what is wrong with it.
        how: Vec<How>,
    },
    /// `two cards WHO WHO`: laid down on top of each other; the printed side of the first is seen.
    TwoCards {
        /// Seen from above.
        upper: String,
        /// Beneath.
        lower: String,
    },
    /// `turn over`: the card that lies there is taken, turned and laid down again.
    TurnOver,
    /// `pull`: the card is taken. `pull at STEP`: as soon as the visit is at that step.
    Pull {
        /// When; at once if absent.
        at: Option<&'static str>,
    },
    /// `swap for WHO`: the card is taken and another laid down.
    Swap {
        /// Whose.
        who: String,
    },
    /// `choose face`, `choose pin`, `choose visual`: once it is offered.
    Choose(&'static str),
    /// `face right`, `face wrong WHO`, `face masked` …: who stands before the camera from now on.
    Face(Face),
    /// `type right`, `type 0000`, `type passcode`: once a pad is shown.
    Type(Typed),
    /// `cancel`: the pad is left.
    Cancel,
    /// `agree SCREEN`, `refuse SCREEN`: once it is asked; `agree all`, `refuse all`: whatever is asked.
    Answer {
        /// Yes or no.
        decision: Decision,
        /// The screen; every question that comes if absent.
        to: Option<String>,
    },
    /// `language en`.
    Language(&'static str),
    /// `leave`: nobody stands before the reader any more; the card stays.
    Leave,
    /// `light N lux` falls on the face.
    Light(u16),
    /// `sun on slot`, `shade on slot`.
    Sun(bool),
    /// `printed digits clear`, `… smudged`, `… unreadable`: how the reader reads them from the card.
    Digits(Digits),
    /// `unplug`: the reader's cable.
    Unplug,
    /// `replug`.
    Replug,
    /// `reader silent`: says nothing any more.
    ReaderSilent,
    /// `reader speaks`.
    ReaderSpeaks,
    /// `reader slow N ms`: everything that it says comes so much later.
    ReaderSlow(u32),
    /// `reader fault N`: reports a fault of its own.
    ReaderFault(u8),
    /// `reader self-test fails N`: from the next identification on, which a cable pulled and plugged in brings.
    ReaderSelfTest(u8),
    /// `staff DEED by WHO`.
    Staff {
        /// What.
        deed: Staff,
        /// Who.
        by: String,
    },
    /// `centre …`.
    Centre(Centre),
    /// `nobody acts for N s`.
    NobodyActs(Duration),
}

/// How a card is laid down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// `turned over`: the printed side lies downwards.
    TurnedOver,
    /// `tray only`: the slot sees no chip.
    TrayOnly,
    /// `slot only`: the tray sees nothing.
    SlotOnly,
    /// `forged photo`.
    ForgedPhoto,
    /// `photo of another chip`.
    PhotoOfAnotherChip,
    /// `silent chip`: takes commands and never answers.
    SilentChip,
    /// `slow chip N ms`: for each command.
    SlowChip(u32),
    /// `number b tries N`: so many are left on 照合番号B.
    NumberBTries(u8),
    /// `not a my number card`: some other card with a chip.
    OtherCard,
    /// `a telephone`: スマホ用電子証明書 in place of a card.
    Telephone,
    /// `no power`: the slot cannot power it, as with two cards on top of each other or a broken chip.
    NoPower,
}

/// Who stands before the camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Face {
    /// `right`: whose card it is.
    Right,
    /// `wrong WHO`: somebody else.
    Wrong(String),
    /// `masked`.
    Masked,
    /// `dark`: in too little light.
    Dark,
    /// `turned`.
    Turned,
    /// `photograph`: a picture of whose card it is.
    Photograph,
    /// `none`: nobody.
    Nobody,
}

/// What is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// `right`: the PIN of whose card it is.
    RightPin,
    /// Four digits.
    Digits(String),
    /// `passcode`: the site's.
    Passcode,
    /// `wrong passcode`.
    WrongPasscode,
}

/// How the printed digits are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// As printed.
    Clear,
    /// One digit taken for another.
    Smudged,
    /// Not at all.
    Unreadable,
}

/// What staff do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staff {
    /// `arms` the visual check.
    Arms,
    /// `disarms` it.
    Disarms,
    /// `confirms` the person, once the visit waits for that.
    Confirms,
    /// `denies` that it is the same person.
    Denies,
    /// `asks-again`: the questions begin anew.
    AsksAgain,
    /// `cancels` the visit.
    Cancels,
}

/// What happens at the centre or on the line to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Centre {
    /// `centre stops`: the line is down.
    Stops,
    /// `centre starts`: it is up again.
    Starts,
    /// `centre misbehaves WORD`.
    Misbehaves(&'static str),
    /// `centre silent at STEP`.
    SilentAt(&'static str),
    /// `centre behaves`.
    Behaves,
    /// `centre says WHO VALIDITY`.
    Says {
        /// Whose insurance.
        who: String,
        /// What is said of it.
        validity: Validity,
    },
    /// `centre says WHO is not registered`: the card is no insurance card yet.
    NotRegistered {
        /// Whose card.
        who: String,
    },
    /// `centre says WHO is unknown`: nobody is insured under the card, and it cannot be registered.
    Unknown {
        /// Whose card.
        who: String,
    },
    /// `centre asks MANNER…`: `bundled` or `one by one`, `six infos`, `prescriptions`, `carry over`.
    Asks(Manner),
    /// `centre notes WORD`: a word beside every result.
    Notes(String),
    /// `centre takes N tries of N ms`: says so often that it is still processing.
    Takes {
        /// How often.
        times: u32,
        /// With so much between.
        millis: u32,
    },
    /// `centre refuses logins`: account or certificate of every reader is wrong.
    RefusesLogins,
    /// `centre takes logins`.
    TakesLogins,
    /// `centre closes for maintenance`.
    Maintenance,
    /// `centre opens after maintenance`.
    MaintenanceOver,
}

/// What the centre asks beside what it always asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// 薬剤, 診療 and 特定健診 on three screens.
    pub one_by_one: bool,
    /// The six infos.
    pub six_infos: bool,
    /// 電子処方箋.
    pub prescriptions: bool,
    /// 同意引き継ぎ.
    pub carry_over: bool,
}

/// Ways in which the centre misbehaves, by the bench's words.
pub const MISBEHAVIOURS: &[&str] = &[
    "replay_earlier_signature",
    "refuse_for_its_own_reason",
    "ask_verify",
    "ask_other_text",
    "ask_other_application",
    "flood_commands",
    "answer_other_session",
    "half_answer",
    "garbage",
    "silent_after_accept",
];

/// Where the centre may fall silent in a visit, by the bench's words.
pub const CENTRE_STEPS: &[&str] = &["nonce", "first_command", "sign", "answer", "screens", "answers"];
