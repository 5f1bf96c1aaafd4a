//! What the model can do. Source: the makers' comparison of 2022-07-07, rows named in the README; what it does not
//! state is unknown.

use reader::profile::{Screen, Units, Worn};
use reader::{PhotoCodec, PhotoWanted, Profile, Stated};

pub(crate) static PROFILE: Profile = Profile {
    model: "Canon Hi-CARA UFT-S190S(NU)",
    screen_tenths_of_inch: Stated::As(50),
    screen: Screen::Reader,
    least_face_light_lux: Stated::Unknown,
    shade_card_slot: Stated::As(true),
    spoof_prevention: Stated::As(true),
    peep_prevention: Stated::As(true),
    glasses: Stated::As(Worn::WithLimits),
    mask: Stated::As(Worn::WithLimits),
    voice: Stated::As(true),
    buzzer: Stated::Unknown,
    lamp: Stated::As(true),
    card_left_notice: Stated::As(true),
    wrong_side_notice: Stated::Unknown,
    shuffled_pad: Stated::Unknown,
    document_ocr: Stated::As(false),
    languages: Stated::Unknown,
    rotates: Stated::Unknown,
    glove_touch: Stated::Unknown,
    backlight_correction: Stated::Unknown,
    staff_mirror: Stated::As(false),
    detachable: Stated::As(true),
    units: Stated::As(Units::UpTo(4)),
    // Stand-in: the unit's own board and a network link take the card's photo as it is. Sides are the card's.
    photo: PhotoWanted {
        codec: PhotoCodec::Jp2,
        width: 378,
        height: 472,
        most_bytes: hi_cara_frames::host::MOST_PHOTO,
    },
};
