//! What the suites of this room share: a station on a model that has everything, and the words of its surroundings.

use model::{Consent, ConsentItem, ConsentScreen, Decision, Moment, Timestamp};
use reader::profile::{Screen, Units};
use reader::{Event, Language, PhotoCodec, PhotoWanted, Profile, Stated, UnitInfo};
use std::time::Duration;
use visit::{Deadlines, Input, Now, Station, StationConfig};

/// A model on which every branch can be reached.
pub(crate) static FULL: Profile = Profile {
    model: "full",
    screen_tenths_of_inch: Stated::Unknown,
    screen: Screen::Reader,
    least_face_light_lux: Stated::As(150),
    shade_card_slot: Stated::As(true),
    spoof_prevention: Stated::Unknown,
    peep_prevention: Stated::Unknown,
    glasses: Stated::Unknown,
    mask: Stated::Unknown,
    voice: Stated::Unknown,
    buzzer: Stated::As(true),
    lamp: Stated::As(true),
    card_left_notice: Stated::As(true),
    wrong_side_notice: Stated::As(true),
    shuffled_pad: Stated::Unknown,
    document_ocr: Stated::Unknown,
    languages: Stated::As(&[Language::Japanese, Language::English]),
    rotates: Stated::Unknown,
    glove_touch: Stated::Unknown,
    backlight_correction: Stated::Unknown,
    staff_mirror: Stated::Unknown,
    detachable: Stated::Unknown,
    units: Stated::As(Units::UpTo(4)),
    photo: PhotoWanted { codec: PhotoCodec::Jp2, width: 0, height: 0, most_bytes: 20_000 },
};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A station that draws from this seed, at a site with a passcode or without.
pub(crate) fn station(seed: u64, passcode: bool) -> Station {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    Station::new(StationConfig {
        reader: "front-1".parse().unwrap(),
        institution: "9991234567".parse().unwrap(),
        profile: &FULL,
        deadlines: Deadlines::default(),
        passcode,
        insertion: model::Insertion::default(),
        seed: bytes,
    })
}

/// Both clocks; `wall` is how far the wall clock was put, in milliseconds.
pub(crate) fn now(moment: Moment, wall: i64) -> Now {
    let millis = i64::try_from(moment.since_origin().as_millis()).unwrap();
    Now { moment, wall: Timestamp(1_900_000_000_000 + millis + wall) }
}

pub(crate) fn ready(card: bool) -> Input {
    Input::Reader(Event::Ready { unit: UnitInfo { firmware: "1".into(), serial: "1".into() }, card })
}

pub(crate) fn screen(id: &str, items: &[ConsentItem]) -> ConsentScreen {
    ConsentScreen { id: id.into(), items: items.to_vec() }
}

/// An agreement as the centre's reply names it.
pub(crate) fn agreed(item: ConsentItem, at: Timestamp) -> Consent {
    let until = item.opens_information().then(|| at.after(DAY));
    Consent { item, decision: Decision::Agreed, at, until }
}
