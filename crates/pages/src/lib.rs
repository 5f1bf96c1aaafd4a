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

    /// As in the failure catalogue: no words end at what is not possible (workflow.md section 12, row 5).
    #[test]
    fn nobody_reads_that_something_cannot_be_used_without_the_paper_that_can() {
        let words = words();
        for banned in [
            "使えません",
            "できません",
            "いただけません",
            "10割",
            "全額",
            "cannot",
            "out of order",
            "in full",
            "无法",
            "不能",
            "할 수 없",
            "불가",
        ] {
            assert!(!words.to_lowercase().contains(banned), "{banned}");
        }
        let papers = ["資格確認書", "資格確認書", "资格确认书", "자격확인서"];
        let said: Vec<_> = lines(words, "out_of_order").collect();
        assert_eq!(said.len(), papers.len());
        for (line, paper) in said.iter().zip(papers) {
            assert!(line.contains(paper), "{line}");
        }
    }

    /// Whoever takes the card has not checked in by that (workflow.md section 12, row 12).
    #[test]
    fn whoever_takes_the_card_is_sent_to_reception() {
        let desks = ["受付", "reception", "前台", "접수처"];
        let said: Vec<_> = lines(words(), "take_card").collect();
        assert_eq!(said.len(), desks.len());
        for (line, desk) in said.iter().zip(desks) {
            assert!(line.contains(desk), "{line}");
        }
    }

    fn words() -> &'static str {
        ASSETS.iter().find(|(name, _)| *name == "words.js").map(|(_, asset)| asset.text).unwrap_or_default()
    }

    /// What is said of one thing, language by language in the order of the file.
    fn lines<'a>(words: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
        words.lines().filter(move |line| {
            line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
        })
    }
}
