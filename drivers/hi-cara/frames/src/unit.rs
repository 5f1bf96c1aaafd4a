//! What the unit sends: DIALECT.md sections 4 and 5.

use crate::FrameError;
use crate::field::{Fields, screen_id, text};
use crate::frame::{Frame, Verb, reply};
use crate::host::{Ask, BEGIN, ask, attempt, emit_attempt, method_number, parse_method};
use model::{Decision, NumberB, Passcode, Pin, Purpose};
use reader::{AttemptId, Conditions, FaceVerdict, Method};
use zeroize::Zeroizing;

/// What a unit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The number of its last power-up.
    pub power_up: u32,
    /// Self-test: 0 passed, otherwise the number of what failed, up to 99.
    pub self_test: u8,
    /// Whether a card lies in the tray now.
    pub card: bool,
    /// Whether it stands on its base.
    pub on_base: bool,
    /// Model, 1 to 16 printable characters. A Hi-CARA says [`crate::MODEL`].
    pub model: String,
    /// Firmware version, same form.
    pub firmware: String,
    /// Serial number, same form.
    pub serial: String,
}

/// Why a request was not obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Status -1: no such function or command.
    Unknown,
    /// Status -2: not begun.
    NotBegun,
    /// Status -3: this unit cannot do that.
    Cannot,
    /// Status -4: not now.
    NotNow,
    /// Status -5: a field has not its form.
    Field,
}

/// What happened at the unit.
#[derive(Debug)]
pub enum UnitEvent {
    /// Powered up and not begun yet. Always serial 0.
    PoweredUp {
        /// The number of this power-up.
        power_up: u32,
    },
    /// A card lies in the tray.
    CardPlaced,
    /// The tray is empty.
    CardTaken,
    /// Lifted off the base, or set back on it.
    OnBase(bool),
    /// The patient chose.
    MethodChosen {
        /// The question's number.
        ask: Ask,
        /// What.
        method: Method,
    },
    /// 照合番号B as read.
    NumberB {
        /// The question's number.
        ask: Ask,
        /// The attempt.
        attempt: AttemptId,
        /// The digits.
        number: NumberB,
    },
    /// The attempt ended.
    Verdict {
        /// The question's number.
        ask: Ask,
        /// The attempt.
        attempt: AttemptId,
        /// How.
        verdict: FaceVerdict,
        /// In which light; less than 65,535 lx.
        conditions: Conditions,
    },
    /// Four digits were typed.
    PinEntered {
        /// The question's number.
        ask: Ask,
        /// The digits.
        pin: Pin,
    },
    /// Four digits were typed where the passcode was asked.
    PasscodeEntered {
        /// The question's number.
        ask: Ask,
        /// The digits.
        passcode: Passcode,
    },
    /// Whoever was to type, PIN or passcode, does not want to.
    PinCancelled {
        /// The question's number.
        ask: Ask,
    },
    /// The consent question was answered.
    ConsentAnswered {
        /// The question's number.
        ask: Ask,
        /// The screen's id.
        screen: String,
        /// The answer.
        decision: Decision,
    },
    /// A fault of the unit's own, 1 to 99.
    Fault(u8),
}

/// A reply or event from the unit to the terminal.
#[derive(Debug)]
pub enum UnitMessage {
    /// The reply to begin.
    Began(Identity),
    /// The reply to any other request that was obeyed.
    Done(Verb),
    /// The reply to a request that was not.
    Refused(Verb, Refusal),
    /// Something happened.
    Event(UnitEvent),
}

impl UnitEvent {
    /// Function and command.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::PoweredUp { .. } => Verb::new(0x50, 1),
            Self::CardPlaced => Verb::new(0x51, 1),
            Self::CardTaken => Verb::new(0x51, 2),
            Self::OnBase(false) => Verb::new(0x52, 1),
            Self::OnBase(true) => Verb::new(0x52, 2),
            Self::MethodChosen { .. } => Verb::new(0x53, 1),
            Self::NumberB { .. } => Verb::new(0x53, 2),
            Self::Verdict { .. } => Verb::new(0x53, 3),
            Self::PinEntered { .. } => Verb::new(0x53, 4),
            Self::PinCancelled { .. } => Verb::new(0x53, 5),
            Self::ConsentAnswered { .. } => Verb::new(0x53, 6),
            Self::PasscodeEntered { .. } => Verb::new(0x53, 7),
            Self::Fault(_) => Verb::new(0x54, 1),
        }
    }

    /// The number of the question that it answers, if it answers one.
    #[must_use]
    pub const fn ask(&self) -> Option<Ask> {
        match self {
            Self::MethodChosen { ask, .. }
            | Self::NumberB { ask, .. }
            | Self::Verdict { ask, .. }
            | Self::PinEntered { ask, .. }
            | Self::PasscodeEntered { ask, .. }
            | Self::PinCancelled { ask }
            | Self::ConsentAnswered { ask, .. } => Some(*ask),
            Self::PoweredUp { .. }
            | Self::CardPlaced
            | Self::CardTaken
            | Self::OnBase(_)
            | Self::Fault(_) => None,
        }
    }

    fn content(&self) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        // Longer than any event: a buffer that grows leaves pieces of a secret behind.
        let mut content = Zeroizing::new(Vec::with_capacity(64));
        if let Some(ask) = self.ask() {
            content.extend_from_slice(&ask.0.to_be_bytes());
        }
        match self {
            Self::CardPlaced | Self::CardTaken | Self::OnBase(_) | Self::PinCancelled { .. } => {}
            Self::PoweredUp { power_up } => content.extend_from_slice(&power_up.to_be_bytes()),
            Self::MethodChosen { method, .. } => content.push(method_number(*method)),
            Self::NumberB { ask, attempt, number } => {
                content.clear();
                emit_attempt(*ask, *attempt, &mut content);
                content.extend_from_slice(number.expose(Purpose::Simulate));
            }
            Self::Verdict { ask, attempt, verdict, conditions } => {
                content.clear();
                emit_attempt(*ask, *attempt, &mut content);
                content.push(verdict_number(*verdict));
                emit_conditions(*conditions, &mut content)?;
            }
            Self::PinEntered { pin, .. } => content.extend_from_slice(pin.expose(Purpose::Simulate)),
            Self::PasscodeEntered { passcode, .. } => {
                content.extend_from_slice(passcode.expose(Purpose::Simulate));
            }
            Self::ConsentAnswered { screen, decision, .. } => {
                screen_id(screen.as_bytes())?;
                content.push(u8::from(*decision == Decision::Agreed));
                content.extend_from_slice(screen.as_bytes());
            }
            Self::Fault(number) => content.push(parse_fault(*number)?),
        }
        Ok(content)
    }

    fn parse(verb: Verb, fields: &mut Fields<'_>) -> Result<Self, FrameError> {
        Ok(match (verb.function, verb.command) {
            (0x50, 1) => Self::PoweredUp { power_up: u32::from_be_bytes(fields.take("power-up")?) },
            (0x51, 1) => Self::CardPlaced,
            (0x51, 2) => Self::CardTaken,
            (0x52, 1) => Self::OnBase(false),
            (0x52, 2) => Self::OnBase(true),
            (0x53, 1) => {
                Self::MethodChosen { ask: ask(fields)?, method: parse_method(fields.byte("method")?)? }
            }
            (0x53, 2) => Self::NumberB {
                ask: ask(fields)?,
                attempt: attempt(fields)?,
                number: NumberB::from_digits(fields.rest())
                    .map_err(|_| FrameError::Field { field: "number B" })?,
            },
            (0x53, 3) => Self::Verdict {
                ask: ask(fields)?,
                attempt: attempt(fields)?,
                verdict: parse_verdict(fields.byte("verdict")?)?,
                conditions: parse_conditions(fields)?,
            },
            (0x53, 4) => Self::PinEntered {
                ask: ask(fields)?,
                pin: Pin::from_digits(fields.rest()).map_err(|_| FrameError::Field { field: "PIN" })?,
            },
            (0x53, 5) => Self::PinCancelled { ask: ask(fields)? },
            (0x53, 6) => {
                let ask = ask(fields)?;
                let decision = parse_decision(fields.byte("answer")?)?;
                Self::ConsentAnswered { ask, decision, screen: screen_id(fields.rest())? }
            }
            (0x53, 7) => Self::PasscodeEntered {
                ask: ask(fields)?,
                passcode: Passcode::from_digits(fields.rest())
                    .map_err(|_| FrameError::Field { field: "passcode" })?,
            },
            (0x54, 1) => Self::Fault(parse_fault(fields.byte("fault")?)?),
            _ => return Err(FrameError::Verb),
        })
    }
}

impl UnitMessage {
    /// Function and command.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Began(_) => BEGIN,
            Self::Done(verb) | Self::Refused(verb, _) => *verb,
            Self::Event(event) => event.verb(),
        }
    }

    /// The frame that carries this message.
    ///
    /// # Errors
    /// If a field cannot be said in this dialect.
    pub fn emit(&self, serial: u8) -> Result<Zeroizing<Vec<u8>>, FrameError> {
        let (status, content) = match self {
            Self::Began(identity) => (0, emit_identity(identity)?),
            Self::Done(_) => (0, Zeroizing::default()),
            Self::Refused(_, refusal) => (refusal.status(), Zeroizing::default()),
            Self::Event(event) => (0, event.content()?),
        };
        let verb = self.verb();
        let is_reply = !matches!(self, Self::Event(_));
        if is_reply == verb.is_event() || (matches!(self, Self::Done(_)) && verb == BEGIN) {
            return Err(FrameError::Verb);
        }
        reply(verb, serial, status, &content)
    }

    /// Reads a reply or event.
    ///
    /// # Errors
    /// [`FrameError::Verb`] if the dialect has no such event, else what is wrong with a field. Whether there is such
    /// a request to reply to, the terminal knows itself.
    pub fn parse(frame: &Frame<'_>) -> Result<Self, FrameError> {
        let mut fields = Fields::new(frame.content());
        let verb = frame.verb();
        let message = match frame.status() {
            0 if verb.is_event() => Self::Event(UnitEvent::parse(verb, &mut fields)?),
            0 if verb == BEGIN => Self::Began(parse_identity(&mut fields)?),
            0 => Self::Done(verb),
            _ if verb.is_event() => return Err(FrameError::Field { field: "status" }),
            status => Self::Refused(verb, Refusal::parse(status)?),
        };
        fields.end()?;
        Ok(message)
    }
}

impl Refusal {
    const fn status(self) -> i8 {
        match self {
            Self::Unknown => -1,
            Self::NotBegun => -2,
            Self::Cannot => -3,
            Self::NotNow => -4,
            Self::Field => -5,
        }
    }

    const fn parse(status: i8) -> Result<Self, FrameError> {
        Ok(match status {
            -1 => Self::Unknown,
            -2 => Self::NotBegun,
            -3 => Self::Cannot,
            -4 => Self::NotNow,
            -5 => Self::Field,
            _ => return Err(FrameError::Field { field: "status" }),
        })
    }
}

fn emit_identity(identity: &Identity) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let mut content = Zeroizing::new(Vec::with_capacity(64));
    content.extend_from_slice(&identity.power_up.to_be_bytes());
    content.push(parse_self_test(identity.self_test)?);
    content.push(u8::from(identity.card) | (u8::from(identity.on_base) << 1));
    for value in [&identity.model, &identity.firmware, &identity.serial] {
        name(value.as_bytes())?;
        content.push(u8::try_from(value.len()).map_err(|_| FrameError::Field { field: "name" })?);
        content.extend_from_slice(value.as_bytes());
    }
    Ok(content)
}

fn parse_identity(fields: &mut Fields<'_>) -> Result<Identity, FrameError> {
    let power_up = u32::from_be_bytes(fields.take("power-up")?);
    let self_test = parse_self_test(fields.byte("self-test")?)?;
    let flags = fields.byte("flags")?;
    if flags > 3 {
        return Err(FrameError::Field { field: "flags" });
    }
    let mut value = || {
        let length = usize::from(fields.byte("name")?);
        name(fields.slice(length, "name")?)
    };
    Ok(Identity {
        power_up,
        self_test,
        card: flags & 1 != 0,
        on_base: flags & 2 != 0,
        model: value()?,
        firmware: value()?,
        serial: value()?,
    })
}

fn name(bytes: &[u8]) -> Result<String, FrameError> {
    text(bytes, 16, "name", |b| matches!(b, 0x20..=0x7E))
}

fn parse_self_test(number: u8) -> Result<u8, FrameError> {
    if number <= 99 { Ok(number) } else { Err(FrameError::Field { field: "self-test" }) }
}

/// 0, 65, 66 and 160 are the numbers that the unit's face engine was seen to give; the others are made up.
const VERDICTS: [(u8, FaceVerdict); 9] = [
    (0, FaceVerdict::Match),
    (65, FaceVerdict::PhotoUnreadable),
    (66, FaceVerdict::NoMatch),
    (160, FaceVerdict::NoFace),
    (161, FaceVerdict::TooDark),
    (162, FaceVerdict::NotAlive),
    (163, FaceVerdict::Masked),
    (164, FaceVerdict::Pose),
    (170, FaceVerdict::NumberBUnreadable),
];

const fn verdict_number(verdict: FaceVerdict) -> u8 {
    match verdict {
        FaceVerdict::Match => 0,
        FaceVerdict::PhotoUnreadable => 65,
        FaceVerdict::NoMatch => 66,
        FaceVerdict::NoFace => 160,
        FaceVerdict::TooDark => 161,
        FaceVerdict::NotAlive => 162,
        FaceVerdict::Masked => 163,
        FaceVerdict::Pose => 164,
        FaceVerdict::NumberBUnreadable => 170,
    }
}

fn parse_verdict(number: u8) -> Result<FaceVerdict, FrameError> {
    let known = VERDICTS.iter().find(|(known, _)| *known == number);
    known.map(|(_, verdict)| *verdict).ok_or(FrameError::Field { field: "verdict" })
}

const UNMEASURED_LUX: u16 = u16::MAX;
const UNMEASURED_SUN: u8 = u8::MAX;

fn emit_conditions(conditions: Conditions, content: &mut Vec<u8>) -> Result<(), FrameError> {
    if conditions.face_lux == Some(UNMEASURED_LUX) {
        return Err(FrameError::Field { field: "lux" });
    }
    content.extend_from_slice(&conditions.face_lux.unwrap_or(UNMEASURED_LUX).to_be_bytes());
    content.push(conditions.slot_in_sun.map_or(UNMEASURED_SUN, u8::from));
    Ok(())
}

fn parse_conditions(fields: &mut Fields<'_>) -> Result<Conditions, FrameError> {
    let lux = u16::from_be_bytes(fields.take("lux")?);
    let slot_in_sun = match fields.byte("sun")? {
        0 => Some(false),
        1 => Some(true),
        UNMEASURED_SUN => None,
        _ => return Err(FrameError::Field { field: "sun" }),
    };
    Ok(Conditions { face_lux: (lux != UNMEASURED_LUX).then_some(lux), slot_in_sun })
}

const fn parse_decision(number: u8) -> Result<Decision, FrameError> {
    match number {
        0 => Ok(Decision::Refused),
        1 => Ok(Decision::Agreed),
        _ => Err(FrameError::Field { field: "answer" }),
    }
}

fn parse_fault(number: u8) -> Result<u8, FrameError> {
    if (1..=99).contains(&number) { Ok(number) } else { Err(FrameError::Field { field: "fault" }) }
}
