//! What the model can do. Source: the makers' comparison of 2022-07-07, rows named in the README; what it does not
//! state is unknown.

use reader::profile::{Screen, Units, Worn};
use reader::{PhotoCodec, PhotoWanted, Profile, Stated};

pub(crate) static PROFILE: Profile = Profile {
    model: "Almex Sma-pa マイナタッチ CPS-100W",
    screen_tenths_of_inch: Stated::As(80),
    screen: Screen::Reader,
    least_face_light_lux: Stated::Unknown,
    shade_card_slot: Stated::As(true),
    spoof_prevention: Stated::As(true),
    peep_prevention: Stated::As(true),
    glasses: Stated::Unknown,
    mask: Stated::As(Worn::WithLimits),
    voice: Stated::As(true),
    buzzer: Stated::As(true),
    // A blinking red lamp is described by one support page, the make uncertain: no statement.
    lamp: Stated::Unknown,
    card_left_notice: Stated::As(true),
    wrong_side_notice: Stated::Unknown,
    shuffled_pad: Stated::As(true),
    document_ocr: Stated::As(true),
    languages: Stated::Unknown,
    rotates: Stated::Unknown,
    glove_touch: Stated::Unknown,
    backlight_correction: Stated::Unknown,
    // A paid option.
    staff_mirror: Stated::As(true),
    detachable: Stated::Unknown,
    units: Stated::As(Units::UpTo(4)),
    // Stand-in: nearly the size on the card, at most 0.4 s on the wire at 921,600 bit/s.
    photo: PhotoWanted {
        codec: PhotoCodec::JpegGrey,
        width: 360,
        height: 450,
        most_bytes: sma_pa_frames::host::MOST_PHOTO,
    },
};
