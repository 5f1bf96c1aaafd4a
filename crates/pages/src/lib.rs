//! The pages that people meet, embedded: assets and wording, nothing else. The desk serves them.
//!
//! So far the kiosk: a plain page that is the panel of a reader whose screen the terminal draws. It holds no state of
//! its own: it draws what the panel says and tells what was touched.

/// One file of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its content type.
    pub content_type: &'static str,
    /// Its content.
    pub text: &'static str,
}

/// The kiosk's page, the same for every reader: its address names the reader.
pub const KIOSK: Asset =
    Asset { content_type: "text/html; charset=utf-8", text: include_str!("../assets/kiosk.html") };

/// What [`KIOSK`] asks for: name and file.
pub const ASSETS: &[(&str, Asset)] = &[
    (
        "kiosk.css",
        Asset { content_type: "text/css; charset=utf-8", text: include_str!("../assets/kiosk.css") },
    ),
    (
        "kiosk.js",
        Asset { content_type: "text/javascript; charset=utf-8", text: include_str!("../assets/kiosk.js") },
    ),
    (
        "words.js",
        Asset { content_type: "text/javascript; charset=utf-8", text: include_str!("../assets/words.js") },
    ),
];

/// What every answer with a page carries: nothing from elsewhere, nothing inline, in no frame.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::{ASSETS, KIOSK};

    #[test]
    fn the_page_asks_for_nothing_that_is_not_embedded() {
        for part in KIOSK.text.split("/pages/").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(ASSETS.iter().any(|(known, _)| *known == name), "{name}");
        }
        assert_eq!(KIOSK.text.matches("/pages/").count(), ASSETS.len());
        for outside in ["http://", "https://", "<style", "onclick", "localStorage", "sessionStorage"] {
            assert!(!KIOSK.text.contains(outside), "{outside}");
            assert!(!ASSETS.iter().any(|(_, asset)| asset.text.contains(outside)), "{outside}");
        }
    }
}
