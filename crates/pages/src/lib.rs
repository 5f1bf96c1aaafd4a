//! The pages that people meet, embedded: assets and wording, and the one-time codes that let a browser in. The desk
//! serves kiosk and board, the simulator serves the bench.
//!
//! A page is plain HTML, CSS and modules, as they lie in `assets`: what is reviewed is what is served, and building the
//! daemon needs no other tool. A page loads nothing from elsewhere and keeps nothing in the browser.

mod codes;

pub use codes::{CODE_LETTERS, OneTimeCodes};

/// One file of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its name below `/pages/`.
    pub name: &'static str,
    /// Its content type.
    pub content_type: &'static str,
    /// Its content.
    pub text: &'static str,
}

/// A page and all that it may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The page itself.
    pub html: Asset,
    /// Its own files.
    pub files: &'static [Asset],
}

/// What the pages share.
pub const SHARED: &[Asset] = &[
    css("base.css", include_str!("../assets/shared/base.css")),
    js("dom.js", include_str!("../assets/shared/dom.js")),
    js("api.js", include_str!("../assets/shared/api.js")),
    js("pairing.js", include_str!("../assets/shared/pairing.js")),
];

/// The patient's page, the same for every reader: its address names the reader.
pub const KIOSK: Page = Page {
    html: html("kiosk.html", include_str!("../assets/kiosk/kiosk.html")),
    files: &[
        css("kiosk.css", include_str!("../assets/kiosk/kiosk.css")),
        js("kiosk.js", include_str!("../assets/kiosk/kiosk.js")),
        js("kiosk-items.js", include_str!("../assets/kiosk/kiosk-items.js")),
        js("kiosk-pad.js", include_str!("../assets/kiosk/kiosk-pad.js")),
        js("kiosk-pictures.js", include_str!("../assets/kiosk/kiosk-pictures.js")),
        js("kiosk-screens.js", include_str!("../assets/kiosk/kiosk-screens.js")),
        js("kiosk-settings.js", include_str!("../assets/kiosk/kiosk-settings.js")),
        js("kiosk-words.js", include_str!("../assets/kiosk/kiosk-words.js")),
    ],
};

/// The staff's page.
pub const BOARD: Page = Page {
    html: html("board.html", include_str!("../assets/board/board.html")),
    files: &[
        css("board.css", include_str!("../assets/board/board.css")),
        css("board-tools.css", include_str!("../assets/board/board-tools.css")),
        css("board-visits.css", include_str!("../assets/board/board-visits.css")),
        js("board.js", include_str!("../assets/board/board.js")),
        js("board-answer.js", include_str!("../assets/board/board-answer.js")),
        js("board-ask.js", include_str!("../assets/board/board-ask.js")),
        js("board-chart.js", include_str!("../assets/board/board-chart.js")),
        js("board-counts.js", include_str!("../assets/board/board-counts.js")),
        js("board-dates.js", include_str!("../assets/board/board-dates.js")),
        js("board-detail.js", include_str!("../assets/board/board-detail.js")),
        js("board-elements.js", include_str!("../assets/board/board-elements.js")),
        js("board-forgiving.js", include_str!("../assets/board/board-forgiving.js")),
        js("board-frame.js", include_str!("../assets/board/board-frame.js")),
        js("board-keys.js", include_str!("../assets/board/board-keys.js")),
        js("board-language.js", include_str!("../assets/board/board-language.js")),
        js("board-lines.js", include_str!("../assets/board/board-lines.js")),
        js("board-live.js", include_str!("../assets/board/board-live.js")),
        js("board-lock.js", include_str!("../assets/board/board-lock.js")),
        js("board-lookup.js", include_str!("../assets/board/board-lookup.js")),
        js("board-readers.js", include_str!("../assets/board/board-readers.js")),
        js("board-result.js", include_str!("../assets/board/board-result.js")),
        js("board-staff.js", include_str!("../assets/board/board-staff.js")),
        js("board-store.js", include_str!("../assets/board/board-store.js")),
        js("board-strips.js", include_str!("../assets/board/board-strips.js")),
        js("board-visits.js", include_str!("../assets/board/board-visits.js")),
        js("board-words.js", include_str!("../assets/board/board-words.js")),
    ],
};

/// The technician's page of the simulator.
pub const BENCH: Page = Page {
    html: html("bench.html", include_str!("../assets/bench/bench.html")),
    files: &[
        css("bench.css", include_str!("../assets/bench/bench.css")),
        js("bench.js", include_str!("../assets/bench/bench.js")),
        js("bench-centre.js", include_str!("../assets/bench/bench-centre.js")),
        js("bench-controls.js", include_str!("../assets/bench/bench-controls.js")),
        js("bench-form.js", include_str!("../assets/bench/bench-form.js")),
        js("bench-patient.js", include_str!("../assets/bench/bench-patient.js")),
        js("bench-scenarios.js", include_str!("../assets/bench/bench-scenarios.js")),
        js("bench-screen.js", include_str!("../assets/bench/bench-screen.js")),
        js("bench-store.js", include_str!("../assets/bench/bench-store.js")),
        js("bench-strip.js", include_str!("../assets/bench/bench-strip.js")),
        js("bench-terms.js", include_str!("../assets/bench/bench-terms.js")),
        js("bench-traffic.js", include_str!("../assets/bench/bench-traffic.js")),
        js("bench-units.js", include_str!("../assets/bench/bench-units.js")),
        js("bench-words.js", include_str!("../assets/bench/bench-words.js")),
    ],
};

/// What every answer with a page carries: nothing from elsewhere, nothing inline, in no frame.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The file of this name of one of these pages, or of what they share.
#[must_use]
pub fn file(pages: &[Page], name: &str) -> Option<Asset> {
    pages.iter().flat_map(|page| page.files).chain(SHARED).find(|asset| asset.name == name).copied()
}

const fn html(name: &'static str, text: &'static str) -> Asset {
    Asset { name, content_type: "text/html; charset=utf-8", text }
}

const fn css(name: &'static str, text: &'static str) -> Asset {
    Asset { name, content_type: "text/css; charset=utf-8", text }
}

const fn js(name: &'static str, text: &'static str) -> Asset {
    Asset { name, content_type: "text/javascript; charset=utf-8", text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: [Page; 3] = [KIOSK, BOARD, BENCH];

    fn all() -> impl Iterator<Item = Asset> {
        PAGES.iter().flat_map(|page| page.files.iter().chain([&page.html])).chain(SHARED).copied()
    }

    #[test]
    fn a_page_asks_for_nothing_that_is_not_embedded() {
        for asset in all() {
            let asked = asset.text.split("\"/pages/").chain(asset.text.split("from \"./")).skip(1);
            for name in asked.filter_map(|rest| rest.split_once('"')).map(|(name, _)| name) {
                if name.ends_with(".js") || name.ends_with(".css") {
                    assert!(file(&PAGES, name).is_some(), "{} asks for {name}", asset.name);
                }
            }
        }
    }

    #[test]
    fn every_file_has_a_name_of_its_own_and_is_asked_for() {
        for asset in all() {
            assert_eq!(all().filter(|other| other.name == asset.name).count(), 1, "{}", asset.name);
            let asked = |other: Asset| {
                other.text.contains(&format!("\"/pages/{}\"", asset.name))
                    || other.text.contains(&format!("\"./{}\"", asset.name))
            };
            assert!(asset.name.ends_with(".html") || all().any(asked), "{} is asked for by none", asset.name);
        }
    }

    #[test]
    fn nothing_comes_from_elsewhere_is_inline_or_is_kept_in_the_browser() {
        for asset in all() {
            // The one address that is a name and no place: drawings have it.
            let text = asset.text.replace("http://www.w3.org/2000/svg", "");
            for outside in [
                "http://",
                "https://",
                "<style",
                "style=",
                " onclick=",
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "localStorage",
                "sessionStorage",
                "indexedDB",
                "document.cookie",
                "console.",
            ] {
                assert!(!text.contains(outside), "{}: {outside}", asset.name);
            }
        }
    }

    /// Words that end at what is not possible, or at what the patient would have to pay.
    const ENDS: [&str; 12] = [
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
    ];

    /// As in the failure catalogue (workflow.md section 12, row 5): patients, staff and technicians read what can be done.
    #[test]
    fn no_words_end_at_what_is_not_possible() {
        for name in ["kiosk-words.js", "kiosk-items.js", "board-words.js", "bench-words.js", "bench-terms.js"]
        {
            let words = file(&PAGES, name).map(|asset| asset.text.to_lowercase()).unwrap_or_default();
            assert!(!words.is_empty(), "{name}");
            for end in ENDS {
                assert!(!words.contains(end), "{name}: {end}");
            }
        }
    }

    #[test]
    fn whoever_is_sent_away_hears_of_the_paper_that_can_be_used() {
        let words = words();
        let papers = ["資格確認書", "資格確認書", "资格确认书", "자격확인서"];
        let said: Vec<_> = lines(words, "out_of_order_detail").collect();
        assert_eq!(said.len(), papers.len());
        for (line, paper) in said.iter().zip(papers) {
            assert!(line.contains(paper), "{line}");
        }
    }

    /// Whoever takes the card has not checked in by that (workflow.md section 12, row 12).
    #[test]
    fn whoever_takes_the_card_is_sent_to_reception() {
        let desks = ["受付", "reception", "前台", "접수처"];
        let said: Vec<_> = lines(words(), "take_card_detail").collect();
        assert_eq!(said.len(), desks.len());
        for (line, desk) in said.iter().zip(desks) {
            assert!(line.contains(desk), "{line}");
        }
    }

    fn words() -> &'static str {
        file(&[KIOSK], "kiosk-words.js").map(|asset| asset.text).unwrap_or_default()
    }

    /// What is said of one thing, language by language in the order of the file.
    fn lines<'a>(words: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
        words.lines().filter(move |line| {
            line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
        })
    }
}
