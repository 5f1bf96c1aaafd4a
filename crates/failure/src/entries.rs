//! The wording, grouped by subject. Where a remedy is a rule (which paper counts, which share is charged), it is that
//! of the ministry's guides for reception.

mod api;
mod card;
mod centre;
mod certificate;
mod face;
mod pairing;
mod panel;
mod patient;
mod person;
mod pin;
mod qualification;
mod reader;
mod relay;
mod remark;
mod store;
mod visual;

use crate::Entry;

/// Every entry.
pub(crate) const GROUPS: &[&[Entry]] = &[
    reader::ENTRIES,
    card::ENTRIES,
    pairing::ENTRIES,
    face::ENTRIES,
    pin::ENTRIES,
    visual::ENTRIES,
    relay::ENTRIES,
    centre::ENTRIES,
    certificate::ENTRIES,
    qualification::ENTRIES,
    remark::ENTRIES,
    panel::ENTRIES,
    person::ENTRIES,
    store::ENTRIES,
    api::ENTRIES,
];

/// Turns a readable list into entries. What the patient is told stands in four languages (Japanese, English, Chinese,
/// Korean) or is one of the texts of [`patient`].
macro_rules! entries {
    ($($code:ident $([$($number:literal),+])? {
        cause: $cause_ja:expr, $cause_en:expr;
        patient: $($patient:expr),+;
        reception: $reception_ja:expr, $reception_en:expr;
        technician: $technician_ja:expr, $technician_en:expr;
    })*) => {
        pub(crate) const ENTRIES: &[crate::Entry] = &[$(crate::Entry {
            code: crate::codes::$code,
            cause: crate::Text { ja: $cause_ja, en: $cause_en },
            patient: $crate::entries::patient_text!($($patient),+),
            reception: crate::Text { ja: $reception_ja, en: $reception_en },
            technician: crate::Text { ja: $technician_ja, en: $technician_en },
            reader_numbers: &[$($($number),+)?],
        }),*];
    };
}

macro_rules! patient_text {
    ($shared:expr) => {
        $shared
    };
    ($ja:expr, $en:expr, $zh:expr, $ko:expr) => {
        $crate::PatientText { ja: $ja, en: $en, zh: $zh, ko: $ko }
    };
}

/// What reception does when neither reader nor line helps (the ministry's rule of 2023-07-10: never the whole cost;
/// portal screen or notice with the card, statement form, or the record of a known patient).
macro_rules! papers_ja {
    () => {
        "それでも進めないときは、資格確認書か、カードと一緒にマイナポータルの画面または資格情報のお知らせで確認します。\
         どれもなければ被保険者資格申立書を書いていただくか、保険が変わっていない再来の方はカードと前の記録で確認し、\
         通常の負担割合で受け付けます。"
    };
}
macro_rules! papers_en {
    () => {
        "If there is no way on, check the 資格確認書, or the card together with the マイナポータル screen or the \
         資格情報のお知らせ. With none of them, take a 被保険者資格申立書, or for a known patient whose insurance is unchanged \
         the card and the earlier record, and charge the usual share."
    };
}

/// Where codes and outages are reported, with its hours.
macro_rules! call_ja {
    () => {
        "コールセンター（0800-080-4583、平日8時から18時、土曜8時から16時）"
    };
}
macro_rules! call_en {
    () => {
        "call centre (0800-080-4583, Mon-Fri 8-18, Sat 8-16)"
    };
}

use {call_en, call_ja, entries, papers_en, papers_ja, patient_text};

/// The entry of `INTERNAL`, which stands last.
pub(crate) const LAST: Entry = match api::ENTRIES {
    [.., last] => *last,
    [] => panic!("no entries: refused when compiling"),
};
