//! What the model can do. Source: the makers' comparison of 2022-07-07, rows named in the README; what it does not
//! state is unknown.

use reader::profile::{Screen, Worn};
use reader::{Language, PhotoCodec, PhotoWanted, Profile, Stated};

pub(crate) static PROFILE: Profile = Profile {
    model: "Atlas EXC-9000",
    // "About 10 inches".
    screen_tenths_of_inch: Stated::As(100),
    screen: Screen::Reader,
    least_face_light_lux: Stated::Unknown,
    shade_card_slot: Stated::As(true),
    spoof_prevention: Stated::As(true),
    peep_prevention: Stated::As(true),
    glasses: Stated::As(Worn::WithLimits),
    mask: Stated::As(Worn::WithLimits),
    voice: Stated::Unknown,
    buzzer: Stated::Unknown,
    lamp: Stated::Unknown,
    card_left_notice: Stated::Unknown,
    wrong_side_notice: Stated::Unknown,
    shuffled_pad: Stated::Unknown,
    document_ocr: Stated::As(false),
    languages: Stated::As(&[Language::Japanese, Language::English, Language::Korean, Language::Chinese]),
    rotates: Stated::As(true),
    glove_touch: Stated::Unknown,
    backlight_correction: Stated::Unknown,
    staff_mirror: Stated::As(false),
    detachable: Stated::Unknown,
    units: Stated::Unknown,
    // Stand-in: at 460,800 bit/s the card's own file passes in less than half a second, so it is not coded again.
    photo: PhotoWanted {
        codec: PhotoCodec::Jp2,
        width: 0,
        height: 0,
        most_bytes: exc_9000_frames::host::MOST_PHOTO,
    },
};
