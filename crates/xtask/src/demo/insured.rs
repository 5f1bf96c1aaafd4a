//! Whoever came first, by what stands on a 資格確認書: for asking the centre without a card.

use super::check::text;
use crate::Fault;
use serde_json::{Value, json};

/// What a look-up asks by, in the forms that the API and the folders take. Of a fictional person.
pub(super) struct Insured {
    /// The body of `POST /v1/lookups`.
    pub(super) body: Value,
    /// A file for the request folder (oqs-files.md section 8.1).
    pub(super) request: String,
}

impl Insured {
    /// From the qualification in a result of this desk.
    pub(super) fn of(result: &Value) -> Result<Self, Fault> {
        let said = |element: &str| text(result, &format!("/qualification/body/result_list/0/{element}"));
        let insurer = said("insurer_number")?.trim();
        let number = said("insured_identification_number")?;
        let birth = said("birthdate")?;
        let (symbol, branch) = (said("insured_card_symbol").ok(), said("insured_branch_number").ok());
        let day: String =
            text(result, "/received_at")?.chars().filter(char::is_ascii_digit).take(8).collect();
        let mut body = json!({ "insurer_number": insurer, "number": number, "birth_date": birth });
        let mut question = element("InsurerNumber", &format!("{insurer:>8}"));
        if let Some(symbol) = symbol {
            set(&mut body, "symbol", symbol);
            question.push_str(&element("InsuredCardSymbol", symbol));
        }
        question.push_str(&element("InsuredIdentificationNumber", number));
        if let Some(branch) = branch {
            set(&mut body, "branch", branch);
            question.push_str(&element("InsuredBranchNumber", branch));
        }
        question.push_str(&element("Birthdate", birth));
        question.push_str(&element("LimitApplicationCertificateRelatedConsFlg", "0"));
        let header = [
            element("QualificationConfirmationDate", &day),
            element("MedicalInstitutionCode", text(result, "/institution")?),
            element("ArbitraryFileIdentifier", "demo"),
        ];
        let request = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg>\n<MessageHeader>\n{}</MessageHeader>\n\
             <MessageBody>\n<QualificationConfirmSearchInfo>\n{question}</QualificationConfirmSearchInfo>\n</MessageBody>\n\
             </XmlMsg>\n",
            header.concat()
        );
        Ok(Self { body, request })
    }
}

fn set(body: &mut Value, key: &str, value: &str) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(key.to_owned(), Value::from(value));
    }
}

fn element(name: &str, value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("  <{name}>{value}</{name}>\n")
}

#[cfg(test)]
mod tests {
    use super::Insured;
    use serde_json::json;

    #[test]
    fn an_elderly_person_without_symbol_and_branch_is_asked_for_without() {
        let result = json!({
            "institution": "9991234567", "received_at": "2031-04-05T09:30:12.000+09:00",
            "qualification": { "body": { "result_list": [{
                "insurer_number": "  990123", "insured_identification_number": "a&b", "birthdate": "19441103",
            }] } },
        });
        let insured = Insured::of(&result).unwrap();
        assert_eq!(
            insured.body,
            json!({ "insurer_number": "990123", "number": "a&b", "birth_date": "19441103" })
        );
        for part in
            ["<InsurerNumber>  990123<", "Number>a&amp;b<", "<QualificationConfirmationDate>20310405<"]
        {
            assert!(insured.request.contains(part), "{}", insured.request);
        }
        assert!(!insured.request.contains("Symbol") && !insured.request.contains("Branch"));
    }
}
