//! The JSON bodies. Each is a pure function of what it tells, so that telling again changes nothing.

use crate::catalogue::TextBody;
use crate::for_staff::ForStaffBody;
use crate::forms::{CallerForm, CodeForm, InstitutionForm, ReaderForm, VisitForm};
use model::{
    Answer, CentreHealth, CentreStatus, CommittedResult, Consent, ConsentItem, Decision, Folder,
    FolderStatus, Maintenance, Maturity, PersonField, Purpose, Remark, ResultId, StationState, StationStatus,
    Timestamp, Validity, Verification,
};
use serde::Serialize;
use time::{OffsetDateTime, UtcOffset};
use utoipa::ToSchema;

/// Mirrors a plain enum of the house, so that the API document lists its words; a new word fails to compile here.
macro_rules! words {
    ($($name:ident of $of:ident { $($word:ident),* $(,)? })*) => { $(
        #[derive(serde::Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($word),* }

        impl From<$of> for $name {
            fn from(word: $of) -> Self {
                match word { $($of::$word => Self::$word),* }
            }
        }
    )* };
}

pub(crate) use words;

words! {
    VerificationWord of Verification { Face, Pin, Visual, Smartphone }
    ValidityWord of Validity { Valid, Invalid, InvalidWithNewer, NotFound, Several, ValidUnregistered }
    DecisionWord of Decision { Agreed, Refused }
    ItemWord of ConsentItem {
        LimitCertificate, SpecificDiseases, HealthCheckups, Medicines, Diagnosis, Operations, DiagnosisNames,
        Infections, DrugAllergies, OtherAllergies, Tests, Prescriptions, MedicalAssistance, SubsidyCertificates,
        ElectronicPrescription, CarryOver, Registration,
    }
    MaturityWord of Maturity { Simulated, Replayed, HardwareSeen, FieldProven }
    FieldWord of PersonField { Name, NameKana, NameOfOther, NameOfOtherKana, InsuredName, Address }
    FolderWord of Folder { Face, Requests, Answers }
    StateWord of StationState { Starting, Idle, VisualCheckArmed, InVisit, CardLeft, OutOfOrder }
}

/// What one visit brought.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResultBody<'a> {
    /// Number in the ledger: grows, is never used twice.
    id: u64,
    /// The reader's id.
    #[schema(value_type = ReaderForm)]
    reader: &'a str,
    /// The visit.
    #[schema(value_type = VisitForm)]
    visit: String,
    /// Cards placed on this reader since the daemon started.
    insertion: u64,
    /// 医療機関コード.
    #[schema(value_type = InstitutionForm)]
    institution: &'a str,
    /// How identity was confirmed.
    verification: VerificationWord,
    /// When the centre's answer arrived, RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    received_at: String,
    /// 資格有効性.
    validity: ValidityWord,
    /// For a validity that is not plainly valid: the stable code that says what to do.
    #[schema(required, value_type = Option<CodeForm>)]
    validity_code: Option<&'static str>,
    /// The centre's document as JSON, elements in snake_case; null if it cannot be read as one.
    #[schema(required, value_type = Option<Object>)]
    qualification: Option<oqs::Message>,
    /// Why `qualification` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = CodeForm)]
    qualification_failure: Option<&'static str>,
    /// The centre's document as it said it, XML.
    document: &'a str,
    /// What the patient answered.
    consents: Vec<ConsentBody>,
    /// What is worth knowing beside it; nothing failed.
    remarks: Vec<RemarkBody<'a>>,
    for_staff: ForStaffBody,
}

/// What somebody should know, or act upon, beside a result.
#[derive(Serialize, ToSchema)]
pub(crate) struct RemarkBody<'a> {
    /// Its stable code; `/v1/failures/{code}` explains it whole.
    #[schema(value_type = CodeForm)]
    code: &'static str,
    /// For `CONSENT_MISSING`: what was not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<ItemWord>,
    /// For `CHARACTERS_BLANKED`: where.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<FieldWord>,
    /// For `CENTRE_NOTE`: the centre's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<&'a str>,
    /// What it means.
    cause: TextBody,
    /// What reception does.
    reception: TextBody,
}

/// The patient's answer to one question.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentBody {
    item: ItemWord,
    decision: DecisionWord,
    /// When it was answered, RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    at: String,
    /// Until when an agreement holds; null for a refusal.
    #[schema(required, format = DateTime)]
    until: Option<String>,
}

/// Results in order of their ids.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResultsBody<'a> {
    pub(crate) results: Vec<ResultBody<'a>>,
    /// Ids between these whose row in the ledger is damaged; they are told nowhere.
    pub(crate) damaged: Vec<u64>,
    /// Give this as `since` for what comes after.
    pub(crate) next: u64,
    /// The first id from which on nothing was deleted.
    pub(crate) oldest: u64,
}

/// Every reader, and the line to the centre.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadersBody {
    pub(crate) readers: Vec<StationBody>,
    /// The worst of the readers' lines.
    pub(crate) centre: CentreBody,
    /// The folders for receipt computers that know only folders.
    pub(crate) folders: Vec<FolderBody>,
}

/// The visits in progress.
#[derive(Serialize, ToSchema)]
pub(crate) struct VisitsBody {
    pub(crate) visits: Vec<VisitBody>,
}

/// One visit in progress. Who it is nobody is told before there is a result.
#[derive(Serialize, ToSchema)]
pub(crate) struct VisitBody {
    /// The visit.
    #[schema(value_type = VisitForm)]
    visit: String,
    /// The reader's id.
    #[schema(value_type = ReaderForm)]
    reader: String,
    /// What staff call the reader.
    label: String,
    /// Where its patients come from; may be empty.
    lane: String,
    /// Where the visit stands, e.g. `asking`.
    #[schema(required)]
    step: Option<&'static str>,
    /// Cards placed on this reader since the daemon started.
    insertion: u64,
    /// The last thing that went wrong in it.
    #[schema(required)]
    failure: Option<StationFailureBody>,
}

/// One folder.
#[derive(Serialize, ToSchema)]
pub(crate) struct FolderBody {
    folder: FolderWord,
    /// Why it is away, and since when; null if it is there. What waits for it is caught up when it is back.
    #[schema(required)]
    trouble: Option<StationFailureBody>,
}

/// A result whose row cannot be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct DamagedBody {
    id: u64,
    /// The stable code.
    #[schema(value_type = CodeForm)]
    code: &'static str,
}

/// Results that were destroyed at the end of their days before a consumer had them.
#[derive(Serialize, ToSchema)]
pub(crate) struct UntoldBody {
    /// The consumer.
    #[schema(value_type = CallerForm)]
    pub(crate) consumer: String,
    /// The first.
    pub(crate) from: u64,
    /// The last.
    pub(crate) to: u64,
    /// How many.
    pub(crate) count: u64,
}

/// What the centre answered without a card. No visit and no reader: it is no result.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerBody<'a> {
    /// When it arrived, RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    received_at: String,
    /// 資格有効性.
    validity: ValidityWord,
    /// For a validity that is not plainly valid: the stable code that says what to do.
    #[schema(required, value_type = Option<CodeForm>)]
    validity_code: Option<&'static str>,
    /// The centre's document as JSON, elements in snake_case; null if it cannot be read as one.
    #[schema(required, value_type = Option<Object>)]
    qualification: Option<oqs::Message>,
    /// The centre's document as it said it, XML.
    document: &'a str,
    /// What is worth knowing beside it; nothing failed.
    remarks: Vec<RemarkBody<'a>>,
    for_staff: ForStaffBody,
}

/// One reader's station.
#[derive(Serialize, ToSchema)]
pub(crate) struct StationBody {
    /// The reader's id.
    #[schema(value_type = ReaderForm)]
    reader: String,
    /// What staff call it.
    label: String,
    /// Where its patients come from; may be empty.
    lane: String,
    /// The reader's model.
    model: &'static str,
    /// How far its driver was proven.
    maturity: MaturityWord,
    state: StateWord,
    /// The visit in progress.
    #[schema(required, value_type = Option<VisitForm>)]
    visit: Option<String>,
    /// The step of that visit.
    #[schema(required)]
    step: Option<&'static str>,
    /// Cards placed since the daemon started.
    insertion: u64,
    /// The last failure, until the next visit begins.
    #[schema(required)]
    failure: Option<StationFailureBody>,
    /// Until when the visual check stays armed for the next card, RFC 3339 in Japan time.
    #[schema(required, format = DateTime)]
    armed_until: Option<String>,
    /// Visits whose card is gone and whose result is still on its way.
    settling: usize,
    /// The line to the centre under this reader's account.
    line: LineBody,
}

/// A station's last failure.
#[derive(Serialize, ToSchema)]
pub(crate) struct StationFailureBody {
    /// Its stable code; `/v1/failures/{code}` explains it.
    #[schema(value_type = CodeForm)]
    code: &'static str,
    /// When, RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    at: String,
}

/// The line to the centre as a whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct CentreBody {
    #[serde(flatten)]
    line: LineBody,
    /// When the centre stands still next, as it announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    maintenance: Option<MaintenanceBody>,
    /// Until when the terminal's own certificate for the centre holds, RFC 3339 in Japan time; absent if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    certificate_until: Option<String>,
}

/// Announced maintenance.
#[derive(Serialize, ToSchema)]
pub(crate) struct MaintenanceBody {
    /// RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    from: String,
    /// RFC 3339 in Japan time.
    #[schema(format = DateTime)]
    until: String,
}

/// A line to the centre.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub(crate) enum LineBody {
    /// Not asked yet.
    Unknown,
    /// The last exchange succeeded.
    Up,
    /// The last exchange failed.
    Down {
        /// The failure's stable code.
        #[schema(value_type = CodeForm)]
        code: &'static str,
    },
}

/// Whether the daemon is ready.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// Every reader's true state is known.
    pub(crate) ready: bool,
}

impl<'a> ResultBody<'a> {
    pub(crate) fn of(committed: &'a CommittedResult) -> Self {
        let result = &committed.result;
        let document = result.qualification.expose(Purpose::TellReceiptComputer).xml.as_str();
        let qualification = qualification_json(document);
        Self {
            id: committed.id.0,
            reader: result.reader.as_str(),
            visit: result.visit.to_string(),
            insertion: result.insertion.0,
            institution: result.institution.as_str(),
            verification: result.verification.into(),
            received_at: japan_time(result.received_at),
            validity: result.validity.into(),
            validity_code: failure::code_for_validity(result.validity).map(model::FailureCode::as_str),
            for_staff: ForStaffBody::of(Some(result.verification), &result.remarks, qualification.as_ref()),
            qualification_failure: qualification
                .is_none()
                .then_some(failure::codes::QUALIFICATION_UNREADABLE.as_str()),
            qualification,
            document,
            consents: result.consents.iter().map(ConsentBody::of).collect(),
            remarks: result.remarks.iter().map(RemarkBody::of).collect(),
        }
    }
}

impl<'a> AnswerBody<'a> {
    pub(crate) fn of(answer: &'a Answer) -> Self {
        let document = answer.qualification.expose(Purpose::TellReceiptComputer).xml.as_str();
        let qualification = qualification_json(document);
        Self {
            received_at: japan_time(answer.received_at),
            validity: answer.validity.into(),
            validity_code: failure::code_for_validity(answer.validity).map(model::FailureCode::as_str),
            for_staff: ForStaffBody::of(None, &answer.remarks, qualification.as_ref()),
            qualification,
            document,
            remarks: answer.remarks.iter().map(RemarkBody::of).collect(),
        }
    }
}

impl DamagedBody {
    pub(crate) const fn of(id: ResultId) -> Self {
        Self { id: id.0, code: failure::codes::LEDGER_UNUSABLE.as_str() }
    }
}

impl VisitBody {
    /// `None` if that reader serves nobody.
    pub(crate) fn of(status: &StationStatus) -> Option<Self> {
        Some(Self {
            visit: status.visit?.to_string(),
            reader: status.reader.as_str().to_owned(),
            label: status.label.clone(),
            lane: status.lane.clone(),
            step: status.step,
            insertion: status.insertion.0,
            failure: status.failure.map(StationFailureBody::from),
        })
    }
}

impl From<(model::FailureCode, Timestamp)> for StationFailureBody {
    fn from((code, at): (model::FailureCode, Timestamp)) -> Self {
        Self { code: code.as_str(), at: japan_time(at) }
    }
}

impl From<FolderStatus> for FolderBody {
    fn from(status: FolderStatus) -> Self {
        Self { folder: status.folder.into(), trouble: status.trouble.map(StationFailureBody::from) }
    }
}

impl<'a> RemarkBody<'a> {
    fn of(remark: &'a Remark) -> Self {
        let entry = failure::entry(failure::code_for_remark(remark));
        let (mut item, mut field, mut word) = (None, None, None);
        match remark {
            Remark::CharactersBlanked { field: place } => field = Some((*place).into()),
            Remark::ConsentMissing { item: missing } => item = Some((*missing).into()),
            Remark::CentreNote { word: note } => word = Some(note.as_str()),
            Remark::CertificateExpiresSoon | Remark::CertificateInGrace | Remark::SubsidyUnanswered => {}
        }
        let code = entry.code.as_str();
        Self { code, item, field, word, cause: entry.cause.into(), reception: entry.reception.into() }
    }
}

impl ConsentBody {
    fn of(consent: &Consent) -> Self {
        Self {
            item: consent.item.into(),
            decision: consent.decision.into(),
            at: japan_time(consent.at),
            until: consent.until.map(japan_time),
        }
    }
}

impl From<&StationStatus> for StationBody {
    fn from(status: &StationStatus) -> Self {
        Self {
            reader: status.reader.as_str().to_owned(),
            label: status.label.clone(),
            lane: status.lane.clone(),
            model: status.model,
            maturity: status.maturity.into(),
            state: status.state.into(),
            visit: status.visit.map(|visit| visit.to_string()),
            step: status.step,
            insertion: status.insertion.0,
            failure: status.failure.map(StationFailureBody::from),
            armed_until: status.armed_until.map(japan_time),
            settling: status.settling,
            line: status.line.into(),
        }
    }
}

impl From<CentreStatus> for CentreBody {
    fn from(status: CentreStatus) -> Self {
        Self {
            line: status.health.into(),
            maintenance: status.maintenance.map(MaintenanceBody::from),
            certificate_until: status.certificate_until.map(japan_time),
        }
    }
}

impl From<Maintenance> for MaintenanceBody {
    fn from(maintenance: Maintenance) -> Self {
        Self { from: japan_time(maintenance.from), until: japan_time(maintenance.until) }
    }
}

impl From<CentreHealth> for LineBody {
    fn from(health: CentreHealth) -> Self {
        match health {
            CentreHealth::Unknown => Self::Unknown,
            CentreHealth::Up => Self::Up,
            CentreHealth::Down(code) => Self::Down { code: code.as_str() },
        }
    }
}

/// The body as JSON bytes. The bodies hold neither maps with other keys than text nor fallible parts.
pub(crate) fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|_| b"null".to_vec())
}

fn qualification_json(document: &str) -> Option<oqs::Message> {
    oqs::Message::parse(document.as_bytes()).ok()
}

/// RFC 3339 with milliseconds and +09:00; times beyond the years 1 to 9999 become the nearest within.
pub(crate) fn japan_time(at: Timestamp) -> String {
    const FIRST: i64 = -62_135_596_800_000;
    const LAST: i64 = 253_402_300_799_999 - 9 * 3_600_000;
    let millis = at.0.clamp(FIRST, LAST);
    let form = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3][offset_hour sign:mandatory]:[offset_minute]"
    );
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .ok()
        .zip(UtcOffset::from_hms(9, 0, 0).ok())
        .and_then(|(utc, japan)| utc.checked_to_offset(japan))
        .and_then(|local| local.format(form).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_japan_time() {
        assert_eq!(japan_time(Timestamp(0)), "1970-01-01T09:00:00.000+09:00");
        // `date -d @1772000000.123 --iso-8601=ns` in Asia/Tokyo.
        assert_eq!(japan_time(Timestamp(1_772_000_000_123)), "2026-02-25T15:13:20.123+09:00");
        assert_eq!(japan_time(Timestamp(i64::MAX)), "9999-12-31T23:59:59.999+09:00");
        assert!(japan_time(Timestamp(i64::MIN)).starts_with("0001-01-01T09"));
    }
}
