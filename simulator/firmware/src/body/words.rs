//! What a view calls things.

use reader::{Lamp, Language, Method, Sound};

pub(super) const fn method(method: Method) -> &'static str {
    match method {
        Method::Face => "face",
        Method::Pin => "pin",
        Method::Visual => "visual",
    }
}

pub(super) const fn language(language: Language) -> &'static str {
    match language {
        Language::Japanese => "ja",
        Language::English => "en",
        Language::Chinese => "zh",
        Language::Korean => "ko",
    }
}

pub(super) const fn lamp(lamp: Lamp) -> &'static str {
    match lamp {
        Lamp::Off => "off",
        Lamp::Green => "green",
        Lamp::Blue => "blue",
        Lamp::Red => "red",
    }
}

pub(super) const fn sound(sound: Sound) -> &'static str {
    match sound {
        Sound::Chime => "chime",
        Sound::TakeCard => "take_card",
        Sound::Alarm => "alarm",
    }
}
