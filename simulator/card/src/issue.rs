//! Issuing a card.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::card::{Card, Contents};
use crate::dates::{CardDates, CertificateRule};
use crate::issuer::Issuer;
use crate::keys::{CardKeys, IssueError};
use crate::persona::Persona;
use crate::{face_files, jpki_files, text_files};

/// What the token label of EF 0006 says the token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenLabel {
    /// The plastic card.
    #[default]
    Card,
    /// An Android telephone: the certificate opens after the PIN only.
    Android,
    /// An iPhone.
    IPhone,
}

impl TokenLabel {
    /// The label, without its padding.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Card => "JPKIAPICCTOKEN2",
            Self::Android => "JPKIAPGPSETOKEN",
            Self::IPhone => "JPKIAPIOSTOKEN",
        }
    }
}

/// What is not the persona's own.
#[derive(Debug, Clone, Default)]
pub struct IssueOptions {
    /// The photo as JP2, 378×472, 8-bit grey: [`crate::face::photo`] encoded by an I/O room.
    pub photo: Vec<u8>,
    /// Keys made before; made here when absent.
    pub keys: Option<CardKeys>,
    /// Another rule than the persona's.
    pub certificate: Option<CertificateRule>,
    /// Leave the 署名用 certificate out.
    pub without_sign_certificate: bool,
    /// What the token is.
    pub label: TokenLabel,
}

impl Card {
    /// Issues a card. A persona without sign password gets no 署名用 certificate.
    ///
    /// # Errors
    /// [`IssueError`] when a key, certificate or picture cannot be made.
    pub fn issue(
        issuer: &Issuer,
        persona: &Persona,
        options: IssueOptions,
        seed: u64,
        now: OffsetDateTime,
    ) -> Result<Self, IssueError> {
        let keys = match options.keys {
            Some(keys) => keys,
            None => CardKeys::generate(seed, &persona.id)?,
        };
        let dates = CardDates::at(persona.birth, options.certificate.unwrap_or(persona.certificate), now)?;
        let validity = (dates.not_before, dates.not_after);
        let auth_certificate = issuer.auth_certificate(persona, &keys.auth, validity)?;
        let sign_certificate = if options.without_sign_certificate || persona.sign_password.is_none() {
            None
        } else {
            Some(issuer.sign_certificate(persona, &keys.sign, validity)?)
        };
        let jpki = jpki_files::files(issuer, persona, options.label, auth_certificate, sign_certificate)?;
        let (face_items, face) =
            face_files::files(issuer, persona, dates.card_expiry, &keys.chip, &options.photo)?;
        let number_b = persona.number_b(dates.card_expiry);
        let text = text_files::files(issuer, persona, &number_b, &keys.chip)?;
        Ok(Self::new(Contents {
            persona: persona.id.clone(),
            number_b,
            keys,
            jpki,
            face,
            face_items,
            text,
            standin_key: issuer.standin_public()?.to_vec(),
            seed,
        }))
    }
}
