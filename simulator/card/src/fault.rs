//! What can be wrong with a card, as data.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::card::Card;
use crate::dates::{CardDates, CertificateRule};
use crate::issue::TokenLabel;
use crate::issuer::Issuer;
use crate::jpki_files::AUTH_ONLY;
use crate::keys::IssueError;
use crate::persona::Persona;
use crate::storage::{File, Reference};

/// One fault of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// DF27 is the photo of another person; DF28 stays and no longer fits.
    ForgedPhoto,
    /// EF 0002 and 0004 are another card's, genuine and whole, while this chip's key stays.
    PhotoOfAnotherChip,
    /// The card takes commands and never answers.
    NeverAnswer,
    /// Every answer comes this late.
    Delay {
        /// Milliseconds per APDU.
        millis: u32,
    },
    /// The authentication certificate is issued anew under this rule.
    Certificate {
        /// Where in its life it stands.
        rule: CertificateRule,
    },
    /// So many tries are left on 照合番号B of the card face, as earlier readings left them.
    NumberBTries {
        /// How many; 0 is locked.
        left: u8,
    },
    /// The PIN of EF 0018 is blocked.
    PinBlocked,
    /// No PIN opens anything, as on a 顔認証 card.
    NoPin,
    /// There is no 署名用 certificate and no key of it.
    NoSignCertificate,
    /// A reset does not clear what was verified, as reported of real cards.
    StickyReset,
    /// A blocked reference answers ISO's 6983 in place of 6984.
    BlockedSays6983,
    /// The slot sees something and cannot power it: two cards on top of each other, or a broken chip.
    TakesNoPower,
    /// A telephone in place of the card: its label says so, and the certificate opens after the PIN only.
    Telephone,
    /// The former 住基カード in place of the card: the application is there, its label is another.
    OtherCard,
}

/// Faults that show in the card's behaviour and not in its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Switches {
    /// The card takes commands and never answers.
    pub mute: bool,
    /// How late every answer comes, in milliseconds.
    pub delay_millis: u32,
    /// A reset keeps selection and verified references.
    pub sticky_reset: bool,
    /// A blocked reference answers 6983.
    pub blocked_says_6983: bool,
    /// Powering it fails.
    pub no_power: bool,
}

/// What a fault may need.
#[derive(Debug)]
pub struct FaultContext<'a> {
    /// The card's issuer.
    pub issuer: &'a Issuer,
    /// The card's persona.
    pub persona: &'a Persona,
    /// Another person's card.
    pub other: &'a Card,
    /// The present.
    pub now: OffsetDateTime,
}

impl Card {
    /// Makes this card faulty.
    ///
    /// # Errors
    /// [`IssueError`] when a certificate cannot be issued anew.
    pub fn apply(&mut self, fault: Fault, context: &FaultContext<'_>) -> Result<(), IssueError> {
        match fault {
            Fault::ForgedPhoto => {
                let items = self.contents.face_items.with_photo_of(&context.other.contents.face_items);
                self.replace(0x0002, items.file());
            }
            Fault::PhotoOfAnotherChip => {
                for id in [0x0002, 0x0004] {
                    if let Some(file) = context.other.contents.face.get(&id) {
                        self.contents.face.insert(id, file.clone());
                    }
                }
            }
            Fault::NeverAnswer => self.switches.mute = true,
            Fault::Delay { millis } => self.switches.delay_millis = millis,
            Fault::Certificate { rule } => {
                let dates = CardDates::at(context.persona.birth, rule, context.now)?;
                let certificate = context.issuer.auth_certificate(
                    context.persona,
                    &self.contents.keys.auth,
                    (dates.not_before, dates.not_after),
                )?;
                if let Some(File::Data { bytes, .. }) = self.contents.jpki.get_mut(&0x000A) {
                    *bytes = certificate;
                }
            }
            Fault::NumberBTries { left } => {
                if let Some(File::Reference(number)) = self.contents.face.get_mut(&0x0012) {
                    number.left = left;
                }
            }
            Fault::PinBlocked => {
                if let Some(File::Reference(pin)) = self.contents.jpki.get_mut(&0x0018) {
                    pin.left = 0;
                }
            }
            Fault::NoPin => {
                for id in [0x0018, 0x001B] {
                    self.contents.jpki.insert(id, File::Reference(Reference::unusable()));
                }
                self.contents.text.insert(0x0011, File::Reference(Reference::unusable()));
            }
            Fault::NoSignCertificate => {
                self.contents.jpki.remove(&0x0001);
                self.contents.jpki.remove(&0x001A);
                self.contents.jpki.insert(0x0008, File::free(AUTH_ONLY.to_vec()));
            }
            Fault::StickyReset => self.switches.sticky_reset = true,
            Fault::BlockedSays6983 => self.switches.blocked_says_6983 = true,
            Fault::TakesNoPower => self.switches.no_power = true,
            Fault::OtherCard => {
                if let Some(File::Data { bytes, .. }) = self.contents.jpki.get_mut(&0x0006) {
                    let label = format!("{:<32}", "JPKIAPICCTOKEN");
                    bytes.splice(..32.min(bytes.len()), label.into_bytes());
                }
            }
            Fault::Telephone => {
                if let Some(File::Data { bytes, .. }) = self.contents.jpki.get_mut(&0x0006) {
                    let label = format!("{:<32}", TokenLabel::Android.text());
                    bytes.splice(..32.min(bytes.len()), label.into_bytes());
                }
                if let Some(File::Data { bytes, .. }) = self.contents.jpki.get(&0x000A) {
                    let closed = File::behind(bytes.clone(), &[0x0018]);
                    self.contents.jpki.insert(0x000A, closed);
                }
            }
        }
        Ok(())
    }

    fn replace(&mut self, id: u16, content: Vec<u8>) {
        if let Some(File::Data { bytes, .. }) = self.contents.face.get_mut(&id) {
            *bytes = content;
        }
    }
}
