//! The relay as the centre drives it: commands out, responses in (centre-wire's PROTOCOL.md).

use crate::certificate::Accepted;
use crate::denied::STANDS_STILL;
use crate::misbehaviour::{Misbehaviour, Step};
use crate::oracle::Outcome;
use crate::{Judgement, OracleEntry};
use centre_wire::word::refusal;
use centre_wire::{
    CentreMessage, Command, Nonce, Operation, SigningText, TerminalMessage, Word, caps, signing_text,
};
use model::{CentreSession, FaceAccount, Timestamp, Validity, VisitId};
use rsa::sha2::{Digest, Sha256};

/// What a relay begins with.
#[derive(Debug)]
pub struct Opening<'a> {
    /// From the address.
    pub operation: Operation,
    /// Whose token opened the connection.
    pub logged_in: FaceAccount,
    /// From `open`.
    pub visit: VisitId,
    /// From `open`.
    pub account: FaceAccount,
    /// The name in the centre's own certificate.
    pub endpoint: &'a str,
    /// Exported from this connection.
    pub exporter: [u8; 32],
    /// Fresh; names the session.
    pub session: CentreSession,
    /// Fresh.
    pub nonce: [u8; 32],
}

/// What the connection does next, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send a message.
    Send(CentreMessage),
    /// Send text that is no message.
    Raw(String),
    /// Keep the connection and say nothing any more.
    Silence,
    /// Close the connection.
    Close,
}

/// One relay.
#[derive(Debug)]
pub struct Relay {
    pub(crate) operation: Operation,
    pub(crate) account: FaceAccount,
    pub(crate) visit: VisitId,
    pub(crate) session: CentreSession,
    digest: [u8; 32],
    stage: Stage,
    certificate: Option<Accepted>,
}

/// Which command's response is awaited.
#[derive(Debug)]
enum Stage {
    SelectJpki,
    SelectCertificate,
    Read(Vec<u8>),
    Permit,
    SelectKey,
    Sign,
    Flood,
    Hostile,
    Done,
}

const SELECT_JPKI: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
const SELECT_FACE: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02";
const SELECT_CERTIFICATE: &[u8] = b"\x00\xA4\x02\x0C\x02\x00\x0A";
const SELECT_KEY: &[u8] = b"\x00\xA4\x02\x0C\x02\x00\x17";
const VERIFY: &[u8] = b"\x00\x20\x00\x80\x04\x31\x32\x33\x34";
/// DigestInfo of SHA-256 up to the hash (card.md section 4.1).
const DIGEST_INFO: &[u8] = b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
/// Certificates are 1.6 to 1.8 kB (card.md section 2.1).
const LONGEST_CERTIFICATE: usize = 4096;

impl Judgement {
    /// Begins a relay.
    pub fn open(&mut self, opening: Opening<'_>, now: Timestamp) -> (Relay, Vec<Output>) {
        let Opening { operation, logged_in, visit, account, endpoint, exporter, session, nonce } = opening;
        let nonce = Nonce(nonce);
        let text = SigningText {
            operation,
            nonce: &nonce,
            visit: &visit,
            account: &account,
            endpoint,
            exporter: &exporter,
        };
        let digest = Sha256::digest(signing_text(&text)).into();
        let stage = Stage::SelectJpki;
        let mut relay = Relay { operation, account, visit, session, digest, stage, certificate: None };
        if relay.account != logged_in {
            let refused =
                self.refuse(&mut relay, refusal::BAD_MESSAGE, "another account than the token's", None, now);
            return (relay, refused);
        }
        if self.stands_still(now) {
            let refused = self.refuse(&mut relay, refusal::MAINTENANCE, STANDS_STILL, None, now);
            return (relay, refused);
        }
        match self.misbehaviour {
            Some(Misbehaviour::SilentAt(Step::Nonce)) => return (relay, vec![Output::Silence]),
            Some(Misbehaviour::Garbage) => return (relay, vec![Output::Raw("}{ no message".to_owned())]),
            _ => {}
        }
        let hello = CentreMessage::Nonce { session: relay.session.clone(), nonce };
        let mut outputs = vec![Output::Send(hello)];
        outputs.extend(self.first_command(&mut relay));
        (relay, outputs)
    }

    fn first_command(&self, relay: &mut Relay) -> Vec<Output> {
        match (self.misbehaviour, relay.operation) {
            (Some(Misbehaviour::SilentAt(Step::FirstCommand)), _) => vec![Output::Silence],
            (Some(Misbehaviour::AskOtherApplication), _) => relay.ask(Stage::Hostile, SELECT_FACE),
            (_, operation) if !operation.with_pin() => relay.ask(Stage::SelectJpki, SELECT_JPKI),
            // Selecting JPKI again would clear the PIN's status on a real card.
            _ => relay.ask(Stage::SelectCertificate, SELECT_CERTIFICATE),
        }
    }

    /// Takes the terminal's next message.
    pub fn take(&mut self, relay: &mut Relay, message: TerminalMessage, now: Timestamp) -> Vec<Output> {
        match message {
            _ if matches!(relay.stage, Stage::Done) => vec![Output::Close],
            TerminalMessage::Response { .. } if self.stands_still(now) => {
                self.refuse(relay, refusal::MAINTENANCE, STANDS_STILL, relay.serial(), now)
            }
            TerminalMessage::Response { apdu } => self.advance(relay, apdu.as_bytes(), now),
            TerminalMessage::Refuse { code } => {
                self.record(relay, relay.serial(), Outcome::Ended(code.as_str().to_owned()), now);
                relay.stage = Stage::Done;
                vec![Output::Close]
            }
            TerminalMessage::Open { .. } => {
                self.refuse(relay, refusal::BAD_MESSAGE, "a second open", relay.serial(), now)
            }
        }
    }

    /// Ends a relay whose connection broke, or which sent what is no message.
    pub fn broken(&mut self, relay: &mut Relay, now: Timestamp) {
        if !matches!(relay.stage, Stage::Done) {
            self.record(relay, relay.serial(), Outcome::Ended("connection".to_owned()), now);
            relay.stage = Stage::Done;
        }
    }

    fn advance(&mut self, relay: &mut Relay, response: &[u8], now: Timestamp) -> Vec<Output> {
        let Some(data) = data_of(response) else {
            return self.refuse(
                relay,
                refusal::CARD_FAILED,
                "the card refused a command",
                relay.serial(),
                now,
            );
        };
        match std::mem::replace(&mut relay.stage, Stage::Done) {
            Stage::SelectJpki => relay.ask(Stage::SelectCertificate, SELECT_CERTIFICATE),
            Stage::SelectCertificate => self.read_or_misbehave(relay),
            Stage::Read(bytes) => self.read_on(relay, bytes, data, now),
            Stage::Permit => relay.ask(Stage::SelectKey, SELECT_KEY),
            Stage::SelectKey => self.ask_signature(relay),
            Stage::Sign => self.judge_signature(relay, data, now),
            Stage::Flood => relay.ask(Stage::Flood, &read_binary(0, 256)),
            Stage::Hostile | Stage::Done => {
                self.refuse(relay, refusal::CARD_FAILED, "nothing more to ask", relay.serial(), now)
            }
        }
    }

    fn read_or_misbehave(&self, relay: &mut Relay) -> Vec<Output> {
        match self.misbehaviour {
            Some(Misbehaviour::AskVerify) => relay.ask(Stage::Hostile, VERIFY),
            Some(Misbehaviour::FloodCommands) => relay.ask(Stage::Flood, &read_binary(0, 256)),
            _ => relay.ask(Stage::Read(Vec::new()), &read_binary(0, 256)),
        }
    }

    fn read_on(&mut self, relay: &mut Relay, mut bytes: Vec<u8>, data: &[u8], now: Timestamp) -> Vec<Output> {
        bytes.extend(data);
        let Some(total) =
            der_length(&bytes).filter(|total| *total <= LONGEST_CERTIFICATE && !data.is_empty())
        else {
            let why = "EF 000A holds no certificate";
            return self.refuse(relay, refusal::CERTIFICATE_UNTRUSTED, why, None, now);
        };
        if bytes.len() < total {
            let command = read_binary(bytes.len(), total - bytes.len());
            return relay.ask(Stage::Read(bytes), &command);
        }
        bytes.truncate(total);
        match self.trust.judge(&bytes, crate::dates::japan(now)) {
            Err(rejected) => self.refuse(relay, rejected.word, rejected.why, rejected.serial, now),
            Ok(accepted) => {
                relay.certificate = Some(accepted);
                if relay.operation.with_pin() {
                    relay.ask(Stage::SelectKey, SELECT_KEY)
                } else {
                    let command = self.permission(&relay.digest);
                    relay.ask(Stage::Permit, &command)
                }
            }
        }
    }

    /// THE STAND-IN for PIN-less signing; only the simulated card knows it (design section 4, step 3).
    fn permission(&self, digest: &[u8; 32]) -> Vec<u8> {
        let permitted = [&b"UKETSUKESIM1"[..], digest].concat();
        let signature = self.stand_in.sign(&permitted);
        [&b"\x80\xF5\x00\x00\x6C"[..], &permitted, signature.as_ref()].concat()
    }

    fn ask_signature(&self, relay: &mut Relay) -> Vec<Output> {
        let digest: [u8; 32] = match self.misbehaviour {
            Some(Misbehaviour::SilentAt(Step::Sign)) => return vec![Output::Silence],
            Some(Misbehaviour::AskOtherText) => Sha256::digest(relay.digest).into(),
            _ => relay.digest,
        };
        let command = [&b"\x80\x2A\x00\x80\x33"[..], DIGEST_INFO, &digest, b"\x00"].concat();
        relay.ask(Stage::Sign, &command)
    }

    fn judge_signature(&mut self, relay: &mut Relay, signature: &[u8], now: Timestamp) -> Vec<Output> {
        let Some(certificate) = relay.certificate.clone() else {
            return self.refuse(relay, refusal::BAD_MESSAGE, "a signature before the certificate", None, now);
        };
        let serial = Some(certificate.serial);
        let earlier = self.last_signature.replace(signature.to_vec());
        let judged = match (self.misbehaviour, earlier) {
            (Some(Misbehaviour::ReplayEarlierSignature), Some(earlier)) => earlier,
            _ => signature.to_vec(),
        };
        if !certificate.signed(&relay.digest, &judged) {
            let why = "not the card's signature over this relay's text";
            return self.refuse(relay, refusal::SIGNATURE_REFUSED, why, serial, now);
        }
        if self.misbehaviour == Some(Misbehaviour::RefuseForItsOwnReason) {
            return self.refuse(relay, "own_reason", "for a reason of its own", serial, now);
        }
        let validity = match self.admit(relay.operation, certificate.serial) {
            Ok(validity) => validity,
            Err((word, why)) => return self.refuse(relay, word, why, serial, now),
        };
        self.begin_session(relay, &certificate, now);
        self.record(relay, serial, Outcome::Answered(validity), now);
        let session = match self.misbehaviour {
            Some(Misbehaviour::SilentAt(Step::Answer)) => return vec![Output::Silence],
            Some(Misbehaviour::AnswerOtherSession) => CentreSession("another-session".to_owned()),
            _ => relay.session.clone(),
        };
        vec![Output::Send(CentreMessage::Answer { session, validity }), Output::Close]
    }

    /// Whether the card stands for an insurance; registers it if the relay is for that.
    fn admit(&mut self, operation: Operation, serial: u64) -> Result<Validity, (&'static str, &'static str)> {
        let not_registered = (refusal::NOT_REGISTERED, "not registered as insurance card");
        let patient = self.patients.get_mut(&serial).ok_or(not_registered)?;
        if patient.replaced {
            return Err((refusal::CARD_REPLACED, "a newer card is in use"));
        }
        if !patient.registered && !operation.registers() {
            return Err(not_registered);
        }
        patient.registered = true;
        Ok(patient.validity)
    }

    fn refuse(
        &mut self,
        relay: &mut Relay,
        word: &'static str,
        why: &str,
        serial: Option<u64>,
        now: Timestamp,
    ) -> Vec<Output> {
        relay.stage = Stage::Done;
        self.record(relay, serial, Outcome::Refused(word.to_owned()), now);
        let message = why.chars().take(caps::REFUSAL_MESSAGE).collect();
        let refused =
            Word::try_from(word).ok().map(|code| Output::Send(CentreMessage::Refused { code, message }));
        refused.into_iter().chain([Output::Close]).collect()
    }

    fn record(&mut self, relay: &Relay, serial: Option<u64>, outcome: Outcome, at: Timestamp) {
        let (visit, account, session) = (relay.visit, relay.account.clone(), relay.session.clone());
        let operation = relay.operation;
        self.oracle.push(OracleEntry { serial, visit, operation, account, session, outcome, at });
    }
}

impl Relay {
    /// The session's name.
    #[must_use]
    pub const fn session(&self) -> &CentreSession {
        &self.session
    }

    fn serial(&self) -> Option<u64> {
        self.certificate.as_ref().map(|certificate| certificate.serial)
    }

    /// Sends a command and waits for its response in `stage`.
    fn ask(&mut self, stage: Stage, command: &[u8]) -> Vec<Output> {
        self.stage = stage;
        // All commands here are short by construction; one that were not would close the relay.
        Command::try_from(command.to_vec())
            .map_or_else(|_| vec![Output::Close], |apdu| vec![Output::Send(CentreMessage::Command { apdu })])
    }
}

/// READ BINARY of up to 256 bytes; Le 00 means 256 (card.md section 4). Offsets stay below 4096.
fn read_binary(offset: usize, wanted: usize) -> Vec<u8> {
    let offset = u16::try_from(offset).unwrap_or(u16::MAX).to_be_bytes();
    let le = u8::try_from(wanted).unwrap_or(0);
    [&b"\x00\xB0"[..], &offset, &[le]].concat()
}

/// The data before `9000`; `None` for every other status word.
fn data_of(response: &[u8]) -> Option<&[u8]> {
    response.split_last_chunk::<2>().filter(|(_, status)| **status == [0x90, 0x00]).map(|(data, _)| data)
}

/// The whole length by a DER header `30 82 hh ll` (card.md section 2.1).
fn der_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x30, 0x82, high, low, ..] => Some(usize::from(u16::from_be_bytes([*high, *low])) + 4),
        _ => None,
    }
}
