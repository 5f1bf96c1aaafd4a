//! Fixed inputs: a desk whose answers are the same bytes each time.

use crate::common::{ALL_SCOPES, NOW, Site, station};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use failure::codes;
use model::{
    AuditBy, AuditDeed, CallerName, CentreHealth, CentreStatus, Consent, ConsentItem, Decision, Folder,
    FolderStatus, Insertion, Maintenance, Maturity, PersonField, Pii, Qualification, Remark, ResultId, Scope,
    StationState, StationStatus, Timestamp, Validity, Verification, VisitId, VisitResult,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The one token of these desks.
pub(crate) const TOKEN: &str = "made-up-token-of-the-samples";
const FACE: &str = include_str!("../../../oqs/tests/documents/face.xml");
const ASSISTANCE: &str = include_str!("../../../oqs/tests/documents/elderly_and_assistance.xml");
const NOT_FOUND: &str = include_str!("../../../oqs/tests/documents/not_found.xml");

/// A desk with a token and nothing else; neither counts as a deed of today.
pub(crate) fn site() -> Site {
    let mut site = Site::without_tokens(|_| (), write_tokens);
    site.token = TOKEN.to_owned();
    site
}

/// The same with other limits.
pub(crate) fn site_with(limit: impl FnOnce(&mut desk::Limits)) -> Site {
    let mut site = Site::without_tokens(limit, write_tokens);
    site.token = TOKEN.to_owned();
    site
}

fn write_tokens(path: &Path) {
    let scopes: Value = serde_json::from_str(ALL_SCOPES).unwrap();
    let stored = json!({
        "version": 1,
        "cookie_key": URL_SAFE_NO_PAD.encode([7; 32]),
        "tokens": [{
            "name": "receipt", "scopes": scopes, "made_at": NOW.0, "sha256": URL_SAFE_NO_PAD.encode(Sha256::digest(TOKEN)),
        }],
    });
    let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(path).unwrap();
    std::io::Write::write_all(&mut file, stored.to_string().as_bytes()).unwrap();
}

pub(crate) fn seconds_later(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

pub(crate) fn visit(number: u8) -> VisitId {
    VisitId::from_bytes([number; 16])
}

/// A result of each validity, and with them each way of confirming identity.
pub(crate) fn results() -> Vec<(&'static str, VisitResult)> {
    let of = |number: u8, validity, verification, xml: &str| VisitResult {
        visit: visit(number),
        reader: "front-1".parse().unwrap(),
        insertion: Insertion(number.into()),
        institution: "9991234567".parse().unwrap(),
        verification,
        received_at: NOW,
        validity,
        qualification: Pii::new(Qualification { xml: xml.to_owned() }),
        remarks: Vec::new(),
        consents: Vec::new(),
    };
    let with_validity =
        |code: &str| FACE.replace("<QualificationValidity>1<", &format!("<QualificationValidity>{code}<"));
    let mut valid = of(1, Validity::Valid, Verification::Face, FACE);
    valid.consents = consents();
    let mut remarked = of(7, Validity::Valid, Verification::Pin, &FACE.replace("見本　花子", "見本　●子"));
    remarked.remarks = remarks();
    vec![
        ("valid", valid),
        ("invalid", of(2, Validity::Invalid, Verification::Pin, &with_validity("2"))),
        ("invalid-with-newer", of(3, Validity::InvalidWithNewer, Verification::Visual, &with_validity("3"))),
        ("not-found", of(4, Validity::NotFound, Verification::Smartphone, NOT_FOUND)),
        ("several", of(5, Validity::Several, Verification::Face, ASSISTANCE)),
        ("valid-unregistered", of(6, Validity::ValidUnregistered, Verification::Face, ASSISTANCE)),
        ("with-remarks", remarked),
        ("unreadable", of(8, Validity::Valid, Verification::Face, "<XmlMsg>")),
    ]
}

/// An answer to each question, agreed and refused in turn.
fn consents() -> Vec<Consent> {
    let answered = ConsentItem::ALL.into_iter().zip([true, false].into_iter().cycle());
    let consent = |(item, agreed): (ConsentItem, bool)| Consent {
        item,
        decision: if agreed { Decision::Agreed } else { Decision::Refused },
        at: NOW,
        until: (agreed && item.opens_information()).then_some(seconds_later(86_400)),
    };
    answered.map(consent).collect()
}

/// Every remark, with every item and every field.
pub(crate) fn remarks() -> Vec<Remark> {
    use PersonField::{Address, InsuredName, Name, NameKana, NameOfOther, NameOfOtherKana};
    let fields = [Name, NameKana, NameOfOther, NameOfOtherKana, InsuredName, Address];
    let mut remarks = vec![
        Remark::CertificateExpiresSoon,
        Remark::CertificateInGrace,
        Remark::SubsidyUnanswered,
        Remark::CentreNote { word: "something_new".to_owned() },
    ];
    remarks.extend(fields.map(|field| Remark::CharactersBlanked { field }));
    remarks.extend(ConsentItem::ALL.map(|item| Remark::ConsentMissing { item }));
    remarks
}

/// A station in each state, and of each maturity.
pub(crate) fn stations() -> Vec<StationStatus> {
    use StationState::{CardLeft, Idle, InVisit, OutOfOrder, Starting, VisualCheckArmed};
    let states = [Starting, Idle, VisualCheckArmed, InVisit, CardLeft, OutOfOrder];
    let maturities = [Maturity::Simulated, Maturity::Replayed, Maturity::HardwareSeen, Maturity::FieldProven];
    let lines = [CentreHealth::Unknown, CentreHealth::Up, CentreHealth::Down(codes::CENTRE_SILENT)];
    let rest = maturities.into_iter().cycle().zip(lines.into_iter().cycle());
    let each = (1_u8..).zip(states).zip(rest);
    let of = |((number, state), (maturity, line))| StationStatus {
        reader: format!("front-{number}").parse().unwrap(),
        maturity,
        line,
        visit: (state == InVisit).then_some(visit(number)),
        step: (state == InVisit).then_some("asking"),
        failure: (state == OutOfOrder).then_some((codes::READER_UNPLUGGED, NOW)),
        armed_until: (state == VisualCheckArmed).then_some(seconds_later(60)),
        settling: usize::from(state == Idle),
        ..station(state, number.into())
    };
    each.map(of).collect()
}

/// Down, with maintenance announced.
pub(crate) fn line_in_trouble() -> CentreStatus {
    let maintenance = Maintenance { from: seconds_later(3600), until: seconds_later(7200) };
    CentreStatus {
        health: CentreHealth::Down(codes::CENTRE_SILENT),
        maintenance: Some(maintenance),
        certificate_until: Some(seconds_later(86_400)),
    }
}

/// One is away, two are there.
pub(crate) fn folders() -> Vec<FolderStatus> {
    let away = Some((codes::FOLDER_UNWRITABLE, NOW));
    [(Folder::Face, away), (Folder::Requests, None), (Folder::Answers, None)]
        .map(|(folder, trouble)| FolderStatus { folder, trouble })
        .into()
}

/// Every deed, and every sort of actor.
pub(crate) fn deeds() -> Vec<(AuditBy, AuditDeed)> {
    let name = |name: &str| name.parse::<CallerName>().unwrap();
    let staff = || AuditBy::Staff("tanaka".parse().unwrap());
    let caller = || AuditBy::Caller(name("receipt"));
    let (one, nine) = (ResultId(1), ResultId(9));
    vec![
        (staff(), AuditDeed::VisualCheckArmed),
        (staff(), AuditDeed::VisualCheckDisarmed),
        (staff(), AuditDeed::PersonConfirmed),
        (staff(), AuditDeed::PersonRefused),
        (AuditBy::AtReader, AuditDeed::PasscodeRefused),
        (AuditBy::Board, AuditDeed::BoardUnlocked),
        (staff(), AuditDeed::VisitCancelled),
        (staff(), AuditDeed::ConsentAskedAgain),
        (AuditBy::Board, AuditDeed::ResultsShown { from: one, to: nine }),
        (caller(), AuditDeed::ListeningBegan { after: one }),
        (caller(), AuditDeed::ListeningEnded { up_to: nine }),
        (AuditBy::Folders, AuditDeed::LookedUp),
        (caller(), AuditDeed::Requeried { result: one }),
        (
            AuditBy::LocalUser(0),
            AuditDeed::TokenMade { name: name("board-2"), scopes: vec![Scope::Board, Scope::Admin] },
        ),
        (AuditBy::LocalUser(0), AuditDeed::TokenRevoked { name: name("board-2") }),
        (
            AuditBy::Terminal,
            AuditDeed::DroppedUntold { consumer: name("receipt"), from: one, to: nine, count: 9 },
        ),
    ]
}
