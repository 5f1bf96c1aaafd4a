//! File names: `<system><operation><step><req|res>[_face]_<suffix>.<extension>` (oqs-files.md 3.1).
//!
//! Upper and lower case do not matter: receipt computers run on systems that make no difference. A suffix may hold a
//! patient's number (3.2), so no name is shown or logged: Debug tells family, direction and extension.

use std::fmt;

/// The longest suffix that is taken; the longest known one has 45 characters.
const LONGEST_SUFFIX: usize = 100;
/// The longest operation and step that is taken; the known ones have 7 characters.
const LONGEST_OPERATION: usize = 12;

/// What a file is about (oqs-files.md 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// `OQSsiquc01`: the look-up of one person, and what is pushed after a card was read.
    Lookup,
    /// `OQSsiimm`: the reference number of one person.
    ReferenceNumber,
    /// `OQSmuquc`: the look-up of many.
    BulkLookup,
    /// `OQSmuimm`: reference numbers of many.
    BulkReferenceNumber,
    /// `OQSmutic`: 医療扶助 of many.
    BulkAssistance,
    /// `OQSmuhvq`: patients of home visits who consented.
    BulkHomeVisit,
    /// `OQSmuonq`: patients of on-line care who consented.
    BulkOnline,
    /// `OQSsihvq`: one patient of home visits.
    HomeVisit,
    /// `OQSsionq`: one patient of on-line care.
    Online,
    /// `OQSsihvd`: taking a consent back.
    ConsentWithdrawal,
    /// `OQSsiurl`: the institution's address for patients.
    AccessAddress,
    /// `OQSsiinq`: reading the centre's settings.
    SettingsRead,
    /// `OQSsiupd`: changing the centre's settings.
    SettingsChange,
    /// Any other operation of `OQS`.
    OtherEligibility,
    /// `YZK`: medicines.
    Medicines,
    /// `TKK`: health check-ups.
    HealthCheckups,
    /// `CIP`: shared clinical information.
    ClinicalInformation,
    /// `EPS`: electronic prescriptions.
    Prescriptions,
    /// `PMH`: local subsidies, vaccinations, mother and child.
    Subsidies,
}

/// Prefix in lower case; the first that fits counts.
const FAMILIES: &[(&str, Family)] = &[
    ("oqssiquc01", Family::Lookup),
    ("oqssiimm", Family::ReferenceNumber),
    ("oqsmuquc", Family::BulkLookup),
    ("oqsmuimm", Family::BulkReferenceNumber),
    ("oqsmutic", Family::BulkAssistance),
    ("oqsmuhvq", Family::BulkHomeVisit),
    ("oqsmuonq", Family::BulkOnline),
    ("oqssihvq", Family::HomeVisit),
    ("oqssionq", Family::Online),
    ("oqssihvd", Family::ConsentWithdrawal),
    ("oqssiurl", Family::AccessAddress),
    ("oqssiinq", Family::SettingsRead),
    ("oqssiupd", Family::SettingsChange),
    ("oqs", Family::OtherEligibility),
    ("yzk", Family::Medicines),
    ("tkk", Family::HealthCheckups),
    ("cip", Family::ClinicalInformation),
    ("eps", Family::Prescriptions),
    ("pmh", Family::Subsidies),
];

impl Family {
    /// What the file is about, in Japanese and English.
    #[must_use]
    pub const fn title(self) -> failure::Text {
        let (ja, en) = match self {
            Self::Lookup => ("資格確認（個別）", "look-up of one person"),
            Self::ReferenceNumber => ("照会番号登録（個別）", "reference number of one person"),
            Self::BulkLookup => ("資格確認（一括）", "look-up of many"),
            Self::BulkReferenceNumber => ("照会番号登録（一括）", "reference numbers of many"),
            Self::BulkAssistance => ("医療扶助（一括）", "medical assistance of many"),
            Self::BulkHomeVisit => ("訪問診療等の同意済み資格（一括）", "consented patients of home visits"),
            Self::BulkOnline => {
                ("オンライン診療等の同意済み資格（一括）", "consented patients of on-line care")
            }
            Self::HomeVisit => ("資格確認（訪問診療等）", "qualification in home visits"),
            Self::Online => ("資格確認（オンライン診療等）", "qualification in on-line care"),
            Self::ConsentWithdrawal => ("閲覧同意取消", "withdrawal of a consent"),
            Self::AccessAddress => ("医療機関別アクセスURL取得", "address for patients"),
            Self::SettingsRead => ("環境設定情報の照会", "reading the centre's settings"),
            Self::SettingsChange => ("環境設定情報の更新", "changing the centre's settings"),
            Self::OtherEligibility => {
                ("その他のオンライン資格確認", "another operation of the eligibility system")
            }
            Self::Medicines => ("薬剤情報・診療情報", "medicines and treatments"),
            Self::HealthCheckups => ("特定健診情報", "health check-ups"),
            Self::ClinicalInformation => ("電子カルテ情報共有", "shared clinical information"),
            Self::Prescriptions => ("電子処方箋", "electronic prescriptions"),
            Self::Subsidies => {
                ("医療費助成・予防接種・母子保健", "local subsidies, vaccinations, mother and child")
            }
        };
        failure::Text { ja, en }
    }
}

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `req`: from the receipt computer.
    Request,
    /// `res`: to the receipt computer.
    Answer,
}

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extension {
    /// A plain message.
    Xml,
    /// An encrypted message, or a bulk answer.
    Zip,
    /// Medical information to look at.
    Pdf,
    /// Why a request was refused.
    Err,
}

/// A name of the interface's form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FileName {
    text: String,
    family: Family,
    direction: Direction,
    face: bool,
    extension: Extension,
    /// Length of system, operation and step: `req` or `res` stands behind them.
    head: usize,
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileName({:?} {:?} {:?} …)", self.family, self.direction, self.extension)
    }
}

impl FileName {
    /// Reads a name; none if it has another form.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if !name.is_ascii() {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let (base, extension) = lower.rsplit_once('.')?;
        let (stem, suffix) = base.split_once('_')?;
        let (head, direction) = match stem.strip_suffix("req") {
            Some(head) => (head, Direction::Request),
            None => (stem.strip_suffix("res")?, Direction::Answer),
        };
        let face = suffix.strip_prefix("face_");
        is_suffix(face.unwrap_or(suffix)).then_some(())?;
        Some(Self {
            text: name.to_owned(),
            family: family(head)?,
            direction,
            face: face.is_some(),
            extension: extension_of(extension)?,
            head: head.len(),
        })
    }

    /// The name itself, as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is about.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Which way it goes.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether it belongs into the face folder: nobody asked.
    #[must_use]
    pub const fn is_face(&self) -> bool {
        self.face
    }

    /// What kind of file it is.
    #[must_use]
    pub const fn extension(&self) -> Extension {
        self.extension
    }

    /// The name of a request's answer: `req` becomes `res` in its own case, all else stays. None for an answer.
    #[must_use]
    pub fn answer(&self) -> Option<String> {
        let last = self.head + "re".len();
        let (before, rest) = self.text.split_at_checked(last)?;
        let (marker, after) = rest.split_at_checked(1)?;
        let marker = match (self.direction, marker) {
            (Direction::Answer, _) => return None,
            (Direction::Request, "Q") => "S",
            (Direction::Request, _) => "s",
        };
        Some(format!("{before}{marker}{after}"))
    }

    /// The name of the text beside a refused request: the same base name (oqs-files.md 5.1).
    #[must_use]
    pub fn refusal(&self) -> String {
        format!("{}.err", self.base())
    }

    /// The same name with a number behind its suffix, where the name itself is taken.
    #[must_use]
    pub fn numbered(&self, number: u8) -> Self {
        let extension = self.text.get(self.base().len()..).unwrap_or_default();
        Self { text: format!("{}_{number}{extension}", self.base()), ..self.clone() }
    }

    fn base(&self) -> &str {
        self.text.rsplit_once('.').map_or(&self.text, |(base, _)| base)
    }
}

fn family(head: &str) -> Option<Family> {
    let (_, operation) = head.split_at_checked(3)?;
    let formed = (1..=LONGEST_OPERATION).contains(&operation.len())
        && operation.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !formed {
        return None;
    }
    FAMILIES.iter().find(|(prefix, _)| head.starts_with(prefix)).map(|(_, family)| *family)
}

/// Lengths are not enforced by the terminal (oqs-files.md 3.2). What other systems cannot have in a name is refused.
fn is_suffix(suffix: &str) -> bool {
    (1..=LONGEST_SUFFIX).contains(&suffix.len())
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+=@#".contains(&byte))
}

fn extension_of(extension: &str) -> Option<Extension> {
    match extension {
        "xml" => Some(Extension::Xml),
        "zip" => Some(Extension::Zip),
        "pdf" => Some(Extension::Pdf),
        "err" => Some(Extension::Err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(name: &str) -> FileName {
        FileName::parse(name).unwrap()
    }

    #[test]
    fn the_answer_has_the_name_of_the_request() {
        for (request, answer) in [
            ("OQSsiquc01req_203104050007.xml", "OQSsiquc01res_203104050007.xml"),
            ("OQSSIQUC01REQ_203104050007.XML", "OQSSIQUC01RES_203104050007.XML"),
            ("oqssiquc01Req_req_req.xml", "oqssiquc01Res_req_req.xml"),
            ("YZKsiquc01req_023104050930000123.xml", "YZKsiquc01res_023104050930000123.xml"),
        ] {
            assert_eq!(parsed(request).answer().as_deref(), Some(answer));
            assert_eq!(parsed(answer).answer(), None);
            assert_eq!(parsed(answer).direction(), Direction::Answer);
        }
    }

    #[test]
    fn families_are_told_by_their_prefix() {
        for (name, family) in [
            ("OQSsiquc01req_1.xml", Family::Lookup),
            ("OQSsiquc02req_1.xml", Family::OtherEligibility),
            ("OQSmuquc01req_203104050001.xml", Family::BulkLookup),
            ("OQSmuquc02req_203104050001.xml", Family::BulkLookup),
            ("oqsmuimm01REQ_203104050001.xml", Family::BulkReferenceNumber),
            ("OQSsiimm01req_203104050001.xml", Family::ReferenceNumber),
            ("OQSmutic01req_1.zip", Family::BulkAssistance),
            ("OQSmuhvq01req_1.xml", Family::BulkHomeVisit),
            ("OQSmuonq01req_1.xml", Family::BulkOnline),
            ("OQSsihvqreq_1.xml", Family::HomeVisit),
            ("OQSsihvd01req_1.xml", Family::ConsentWithdrawal),
            ("EPSsiprs01req_1.xml", Family::Prescriptions),
            ("PMHsimsm01req_1.xml", Family::Subsidies),
            ("YZKsiquc01req_1.xml", Family::Medicines),
            ("TKKsiquc01req_1.xml", Family::HealthCheckups),
            ("CIPsiquc01req_1.xml", Family::ClinicalInformation),
        ] {
            assert_eq!(parsed(name).family(), family, "{name}");
        }
    }

    #[test]
    fn face_files_and_kinds_are_told_apart() {
        let face = parsed("OQSsiquc01res_face_99912345670A1B2C3D4E5F60718293_20310405093012.xml");
        assert!(face.is_face() && face.family() == Family::Lookup);
        assert!(!parsed("OQSsiquc01res_1.xml").is_face());
        assert_eq!(parsed("OQSmuquc02res_1.zip").extension(), Extension::Zip);
        assert_eq!(parsed("OQSsiquc01req_1.ERR").extension(), Extension::Err);
    }

    #[test]
    fn other_names_are_none_of_ours() {
        for name in [
            "",
            ".xml",
            "_.xml",
            "req_1.xml",
            "OQSreq_1.xml",
            "OQSsiquc01req_.xml",
            "OQSsiquc01req.xml",
            "OQSsiquc01req_1",
            "OQSsiquc01req_1.tmp",
            "OQSsiquc01req_1.xml.tmp",
            "OQSsiquc01req_1.tmp.xml",
            ".OQSsiquc01req_1.xml",
            "OQSsiquc01req_1 2.xml",
            "OQSsiquc01req_../1.xml",
            "OQSsiquc01req_見本.xml",
            "ＯＱＳsiquc01req_1.xml",
            "OQSsiquc01res_face_.xml",
            "ABCsiquc01req_1.xml",
            "OQSsiquc01rex_1.xml",
        ] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
        assert_eq!(FileName::parse(&format!("OQSsiquc01req_{}.xml", "1".repeat(101))), None);
    }

    #[test]
    fn a_refused_request_keeps_its_base_name() {
        let request = parsed("OQSsiquc01req_203104050007.XML");
        assert_eq!(request.refusal(), "OQSsiquc01req_203104050007.err");
        assert_eq!(request.numbered(2).as_str(), "OQSsiquc01req_203104050007_2.XML");
        assert_eq!(request.numbered(2).refusal(), "OQSsiquc01req_203104050007_2.err");
    }

    #[test]
    fn debug_does_not_tell_the_suffix() {
        assert_eq!(format!("{:?}", parsed("OQSsiquc01req_000123.xml")), "FileName(Lookup Request Xml …)");
    }

    proptest! {
        #[test]
        fn any_name_is_answered(name in "\\PC{0,40}") {
            let _ = FileName::parse(&name);
        }

        #[test]
        fn case_changes_nothing_but_the_case(
            suffix in "[0-9A-Za-z_-]{1,20}", upper in any::<bool>(), direction in "req|res",
        ) {
            let name = format!("OQSsiquc01{direction}_{suffix}.xml");
            let other = if upper { name.to_ascii_uppercase() } else { name.to_ascii_lowercase() };
            match (FileName::parse(&name), FileName::parse(&other)) {
                (Some(plain), Some(cased)) => {
                    prop_assert_eq!(plain.family(), cased.family());
                    prop_assert_eq!(plain.is_face(), cased.is_face());
                    let answers = [&plain, &cased].map(|name| name.answer().map(|name| name.to_ascii_lowercase()));
                    prop_assert_eq!(&answers[0], &answers[1]);
                    let length = plain.answer().map(|answer| answer.len());
                    prop_assert!(length.is_none_or(|length| length == name.len()));
                }
                (plain, cased) => prop_assert_eq!(plain.is_some(), cased.is_some()),
            }
        }
    }
}
