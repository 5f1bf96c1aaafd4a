//! What the model can do. Source: the makers' comparison of 2022-07-07, rows named in the README; what it does not
//! state is unknown.

use reader::profile::{Screen, Units, Worn};
use reader::{PhotoCodec, PhotoWanted, Profile, Stated};

pub(crate) static PROFILE: Profile = Profile {
    model: "Fujitsu Japan Caora PD-CA01",
    screen_tenths_of_inch: Stated::As(50),
    screen: Screen::Reader,
    least_face_light_lux: Stated::As(150),
    shade_card_slot: Stated::Unknown,
    spoof_prevention: Stated::As(true),
    peep_prevention: Stated::As(true),
    glasses: Stated::As(Worn::WithLimits),
    mask: Stated::As(Worn::WithLimits),
    voice: Stated::Unknown,
    buzzer: Stated::As(true),
    lamp: Stated::Unknown,
    card_left_notice: Stated::As(true),
    wrong_side_notice: Stated::Unknown,
    shuffled_pad: Stated::Unknown,
    document_ocr: Stated::As(false),
    languages: Stated::Unknown,
    rotates: Stated::Unknown,
    glove_touch: Stated::Unknown,
    backlight_correction: Stated::Unknown,
    staff_mirror: Stated::As(false),
    detachable: Stated::Unknown,
    units: Stated::As(Units::OneThenLicence),
    // Stand-in: small enough for 115,200 bit/s, about 1.2 s on the wire.
    photo: PhotoWanted {
        codec: PhotoCodec::JpegGrey,
        width: 240,
        height: 300,
        most_bytes: caora_frames::host::MOST_PHOTO,
    },
};
