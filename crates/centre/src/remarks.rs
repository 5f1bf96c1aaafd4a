//! What is worth knowing beside a result or an answer: the centre's warnings, and characters that the centre could not write.

use centre_wire::{Word, word::warning};
use model::Remark;

/// Remarks from the warnings of a reply and from its document, sorted, each once. A document that cannot be read adds
/// nothing here: whoever tells the result says so.
pub(crate) fn remarks(warnings: &[Word], document: &str) -> Vec<Remark> {
    let fields =
        oqs::Message::parse(document.as_bytes()).map(|message| message.blanked_fields()).unwrap_or_default();
    let mut remarks: Vec<Remark> = warnings.iter().map(remark).collect();
    remarks.extend(fields.into_iter().map(|field| Remark::CharactersBlanked { field }));
    remarks.sort();
    remarks.dedup();
    remarks
}

fn remark(word: &Word) -> Remark {
    match word.as_str() {
        warning::CERTIFICATE_EXPIRES_SOON => Remark::CertificateExpiresSoon,
        warning::CERTIFICATE_IN_GRACE => Remark::CertificateInGrace,
        warning::SUBSIDY_UNANSWERED => Remark::SubsidyUnanswered,
        unknown => Remark::CentreNote { word: unknown.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::PersonField;

    fn words(words: &[&str]) -> Vec<Word> {
        words.iter().map(|word| Word::try_from(*word).expect("a word")).collect()
    }

    fn document(name: &str, address: &str) -> String {
        format!(
            "<XmlMsg><MessageHeader><ProcessExecutionTime>20310405093012</ProcessExecutionTime>\
             <MedicalInstitutionCode>9991234567</MedicalInstitutionCode><SegmentOfResult>1</SegmentOfResult>\
             <CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody>\
             <ProcessingResultStatus>1</ProcessingResultStatus><ResultList>\
             <ResultOfQualificationConfirmation><Name>{name}</Name><Address>{address}</Address>\
             <InsurerName>●組合</InsurerName></ResultOfQualificationConfirmation>\
             </ResultList></MessageBody></XmlMsg>"
        )
    }

    #[test]
    fn remarks_are_sorted_and_stand_once() {
        let told = words(&["new_thing", "subsidy_unanswered", "certificate_expires_soon", "new_thing"]);
        assert_eq!(
            remarks(&told, &document("試験　●●", "架空県●")),
            [
                Remark::CertificateExpiresSoon,
                Remark::CharactersBlanked { field: PersonField::Name },
                Remark::CharactersBlanked { field: PersonField::Address },
                Remark::SubsidyUnanswered,
                Remark::CentreNote { word: "new_thing".to_owned() },
            ]
        );
        assert_eq!(remarks(&words(&["certificate_in_grace"]), ""), [Remark::CertificateInGrace]);
        assert!(remarks(&[], &document("試験　太郎", "架空県")).is_empty());
    }
}
