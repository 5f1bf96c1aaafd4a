//! What the model can do. Source: the makers' comparison of 2022-07-07, rows named in the README; what it does not
//! state is unknown.

use reader::profile::{Screen, Worn};
use reader::{PhotoCodec, PhotoWanted, Profile, Stated};

pub(crate) static PROFILE: Profile = Profile {
    model: "Panasonic Connect XC-STFR2JMN",
    screen_tenths_of_inch: Stated::As(70),
    // Seen once: after a failed start the panel showed the computer's desktop.
    screen: Screen::Terminal,
    least_face_light_lux: Stated::As(100),
    shade_card_slot: Stated::Unknown,
    spoof_prevention: Stated::As(true),
    peep_prevention: Stated::As(true),
    glasses: Stated::As(Worn::WithLimits),
    mask: Stated::As(Worn::WithLimits),
    voice: Stated::Unknown,
    buzzer: Stated::Unknown,
    lamp: Stated::Unknown,
    card_left_notice: Stated::As(true),
    wrong_side_notice: Stated::As(true),
    // The terminal draws the pad and shuffles it; of a pad of the unit's own nothing is stated.
    shuffled_pad: Stated::Unknown,
    document_ocr: Stated::As(false),
    languages: Stated::Unknown,
    rotates: Stated::Unknown,
    glove_touch: Stated::As(true),
    backlight_correction: Stated::As(true),
    staff_mirror: Stated::As(false),
    detachable: Stated::Unknown,
    units: Stated::Unknown,
    // Stand-in: about 0.3 s at one report each millisecond.
    photo: PhotoWanted {
        codec: PhotoCodec::JpegGrey,
        width: 320,
        height: 400,
        most_bytes: stfr2_frames::host::MOST_PHOTO,
    },
};
