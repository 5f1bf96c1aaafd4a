//! The JPKI application: who the card is, and its PIN.

use crate::certificate::{self, Leaf};
use crate::session::{self, JPKI};
use crate::{CardCas, CardChannel, CardError, Command, Step};
use model::{Pin, Purpose};

const EF_LABEL: u16 = 0x0006;
const EF_CERTIFICATE: u16 = 0x000A;
const EF_PIN: u16 = 0x0018;

/// What kind of token answers, by its label (card.md section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// The plastic card.
    Card,
    /// スマホ用電子証明書 on Android.
    Android,
    /// The same on iPhone.
    IPhone,
}

/// What a card says of itself before anybody is identified.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The kind of token.
    pub token: Token,
    /// The authentication certificate; absent on a phone, which gives it only after its own check
    /// (card.md section 7).
    pub leaf: Option<Leaf>,
}

impl Identity {
    /// Whether the card is one of the simulator's ([`Leaf::simulated`]).
    #[must_use]
    pub fn simulated(&self) -> bool {
        self.leaf.as_ref().is_some_and(|leaf| leaf.simulated)
    }
}

/// Tries left on a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// So many.
    Left(u8),
    /// None; only a municipal counter helps.
    Locked,
}

/// What the card said to the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinOutcome {
    /// Right. The JPKI application stays selected, the authentication key is open.
    Right,
    /// Wrong.
    Wrong {
        /// Tries left, at least one.
        left: u8,
    },
    /// Wrong and now locked, or locked before.
    Locked,
}

/// Selects the JPKI application, reads the token label and, from a plastic card, the authentication certificate.
///
/// # Errors
/// [`CardError::NotMyNumberCard`] for a card without the application or of the former 住基カード; otherwise what
/// the card or the way to it did wrong.
pub fn identify(channel: &mut dyn CardChannel, cas: &CardCas) -> Result<Identity, CardError> {
    session::select_application(channel, Step::SelectJpki, &JPKI)?;
    let token = read_label(channel)?;
    let leaf = match token {
        Token::Card => Some(read_certificate(channel, cas)?),
        Token::Android | Token::IPhone => None,
    };
    Ok(Identity { token, leaf })
}

/// Asks for the tries left on the PIN; costs none.
///
/// # Errors
/// As [`identify`].
pub fn pin_tries(channel: &mut dyn CardChannel) -> Result<Tries, CardError> {
    select_pin(channel)?;
    tries_left(channel, Step::Pin)
}

/// Sends the PIN, once. The caller has asked [`pin_tries`] and, for the last try, the patient.
///
/// # Errors
/// Whatever is not the card's judgement of the PIN; a try may have been spent, so nothing is repeated
/// (card.md section 4.4).
pub fn verify_pin(channel: &mut dyn CardChannel, pin: &Pin) -> Result<PinOutcome, CardError> {
    select_pin(channel)?;
    let command = Command::verify(pin.expose(Purpose::SendToCard));
    let sw = session::exchange(channel, Step::Pin, &command)?.sw();
    judge_verify(sw).ok_or(CardError::Status { step: Step::Pin, sw })
}

fn select_pin(channel: &mut dyn CardChannel) -> Result<(), CardError> {
    session::select_application(channel, Step::SelectJpki, &JPKI)?;
    session::done(channel, Step::Pin, &Command::select_file(EF_PIN)).map(drop)
}

/// Asks the selected PIN file for its counter.
pub(crate) fn tries_left(channel: &mut dyn CardChannel, step: Step) -> Result<Tries, CardError> {
    match session::exchange(channel, step, &Command::tries_left())?.sw() {
        0x63C0 | 0x6983 | 0x6984 => Ok(Tries::Locked),
        sw @ 0x63C1..=0x63CF => Ok(Tries::Left(left(sw))),
        sw => Err(CardError::Status { step, sw }),
    }
}

/// The answer to a VERIFY (card.md section 4.2). None: not a judgement of the secret.
pub(crate) fn judge_verify(sw: u16) -> Option<PinOutcome> {
    match sw {
        0x9000 => Some(PinOutcome::Right),
        0x63C0 | 0x6983 | 0x6984 => Some(PinOutcome::Locked),
        0x63C1..=0x63CF => Some(PinOutcome::Wrong { left: left(sw) }),
        _ => None,
    }
}

fn left(sw: u16) -> u8 {
    let [_, low] = sw.to_be_bytes();
    low & 0x0F
}

fn read_label(channel: &mut dyn CardChannel) -> Result<Token, CardError> {
    session::done(channel, Step::ReadLabel, &Command::select_file(EF_LABEL))?;
    let mut label = Vec::new();
    while label.len() < 32 {
        let missing = 32usize.saturating_sub(label.len());
        session::read_more(channel, Step::ReadLabel, &mut label, u8::try_from(missing).unwrap_or(0))?;
    }
    match label.get(..32).unwrap_or_default().trim_ascii_end() {
        b"JPKIAPICCTOKEN2" => Ok(Token::Card),
        b"JPKIAPGPSETOKEN" => Ok(Token::Android),
        b"JPKIAPIOSTOKEN" => Ok(Token::IPhone),
        _ => Err(CardError::NotMyNumberCard),
    }
}

fn read_certificate(channel: &mut dyn CardChannel, cas: &CardCas) -> Result<Leaf, CardError> {
    session::done(channel, Step::ReadCertificate, &Command::select_file(EF_CERTIFICATE))?;
    let der = session::read_object(channel, Step::ReadCertificate, 0x30)?;
    certificate::read_leaf(&der, cas)
}
