//! What goes back to the asker of a request: the centre's own document, or why there is none.

use crate::encoding::decode;
use crate::request::{FILE_IDENTIFIER, IDENTIFIER, Identifier, Request};
use crate::transcode::{Echo, copy};
use crate::{BLANK, Body, Encoding, Header, Message, OqsError, Warning, local_date, local_time};
use failure::entry;
use model::{FailureCode, Pii, Purpose, Timestamp};

impl Request {
    /// The answer file: what the centre said, in an encoding, under the asker's own identifiers. Nothing is typed
    /// anew: only the declaration, `CharacterCodeIdentifier`, `ArbitraryFileIdentifier` and the `ArbitraryIdentifier`
    /// of the echo change; the last two hold the very characters of the request (oqs-files.md 5.3).
    ///
    /// # Errors
    /// If the centre's document is no message; see [`Message::parse`].
    pub fn answer(&self, xml: &[u8], encoding: Encoding) -> Result<(Vec<u8>, Vec<Warning>), OqsError> {
        Message::parse(xml)?;
        let echoes = vec![
            Echo::new(FILE_IDENTIFIER, literal(self.file_identifier.as_ref())),
            Echo::new(IDENTIFIER, literal(self.identifier.as_ref())),
        ];
        copy(&decode(xml)?, encoding, echoes)
    }

    /// The answer file where the centre said nothing: `SegmentOfResult` 9, our code, and in Japanese what happened
    /// and what reception does (oqs-files.md 14.4).
    #[must_use]
    pub fn failure(&self, code: FailureCode, at: Timestamp, encoding: Encoding) -> Vec<u8> {
        let own = |text: &str| Some(text.to_owned());
        let entry = entry(code);
        let header = Header {
            process_execution_time: Some(local_time(at)),
            qualification_confirmation_date: Some(self.date.clone().unwrap_or_else(|| local_date(at))),
            medical_institution_code: Some(self.institution.to_string()),
            arbitrary_file_identifier: value(self.file_identifier.as_ref()),
            // By insurance data, code 002.
            reference_classification: own("2"),
            segment_of_result: own("9"),
            error_code: own(entry.code.as_str()),
            error_message: Some(format!("{}{}", entry.cause.ja, entry.reception.ja)),
            ..Header::default()
        };
        let body = Body {
            qualification_confirm_search_info: Some(self.question.clone()),
            processing_result_status: own("2"),
            ..Body::default()
        };
        let message = Message::new(header, body);
        // What is written here is a message, so there is an answer; the other arm differs in the identifiers alone.
        self.answer(&message.to_xml(Encoding::Utf8), encoding)
            .map_or_else(|_| message.to_xml(encoding), |(bytes, _)| bytes)
    }

    /// Whether a file is an answer to this request: after a crash it may be there already. The asker's identifier
    /// must be that of the request, and the echo, where there is one, must ask for the same person.
    #[must_use]
    pub fn is_answered_by(&self, xml: &[u8]) -> bool {
        let Ok(Message { header, body, .. }) = Message::parse(xml) else { return false };
        let echo = body.qualification_confirm_search_info.unwrap_or_else(|| self.question.clone());
        let asked = &self.question;
        same(value(self.file_identifier.as_ref()), header.arbitrary_file_identifier)
            && header.medical_institution_code.as_deref() == Some(self.institution.as_str())
            && [
                (&asked.insurer_number, &echo.insurer_number),
                (&asked.insured_card_symbol, &echo.insured_card_symbol),
                (&asked.insured_identification_number, &echo.insured_identification_number),
                (&asked.insured_branch_number, &echo.insured_branch_number),
                (&asked.birthdate, &echo.birthdate),
                // What was opened with a consent is no answer to a question without it.
                (
                    &asked.limit_application_certificate_related_cons_flg,
                    &echo.limit_application_certificate_related_cons_flg,
                ),
            ]
            .into_iter()
            .all(|(asked, echoed)| same(asked.clone(), echoed.clone()))
    }
}

fn literal(identifier: Option<&Pii<Identifier>>) -> Option<&str> {
    identifier.map(|identifier| identifier.expose(Purpose::TellReceiptComputer).literal.as_str())
}

fn value(identifier: Option<&Pii<Identifier>>) -> Option<String> {
    identifier.map(|identifier| identifier.expose(Purpose::TellReceiptComputer).value.clone())
}

/// Paddings do not count, and ● stands for any character.
fn same(asked: Option<String>, answered: Option<String>) -> bool {
    let (asked, answered) = (asked.unwrap_or_default(), answered.unwrap_or_default());
    let (asked, answered) = (asked.trim(), answered.trim());
    asked.chars().count() == answered.chars().count()
        && asked.chars().zip(answered.chars()).all(|(asked, answered)| asked == answered || answered == BLANK)
}
