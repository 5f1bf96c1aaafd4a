//! The format: what a file says is what is played, and a slip is named with its line and what would be right.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops")]

use proptest::prelude::*;
use scenario::{Scenario, Step, parse};

const HEADER: &str = "title ja 題\ntitle en A title\ncode PIN_WRONG\nreader any\n";

/// Every line that there is, with each of its forms.
const LINES: &[&str] = &[
    "place worker",
    "place worker, turned over",
    "place worker, tray only",
    "place worker, slot only, slow chip 40 ms",
    "place worker, number b tries 1",
    "place worker, forged photo",
    "place worker, photo of another chip",
    "place worker, silent chip",
    "place worker, not a my number card",
    "place worker, a telephone",
    "place worker, no power",
    "two cards worker housewife",
    "turn over",
    "pull",
    "pull at asking",
    "swap for housewife",
    "choose face",
    "choose visual",
    "face right",
    "face wrong housewife",
    "face masked",
    "face dark",
    "face turned",
    "face photograph",
    "face none",
    "type right",
    "type 0000",
    "type passcode",
    "type wrong passcode",
    "cancel",
    "agree all",
    "agree operations",
    "refuse all",
    "refuse six-infos",
    "language en",
    "leave",
    "light 20 lux",
    "sun on slot",
    "shade on slot",
    "printed digits clear",
    "printed digits smudged",
    "printed digits unreadable",
    "unplug",
    "replug",
    "reader silent",
    "reader speaks",
    "reader slow 300 ms",
    "reader fault 7",
    "reader self-test fails 3",
    "staff arms by tanaka",
    "staff disarms by tanaka",
    "staff confirms by tanaka",
    "staff denies by tanaka",
    "staff asks-again by tanaka",
    "staff cancels by tanaka",
    "centre stops",
    "centre starts",
    "centre misbehaves garbage",
    "centre silent at screens",
    "centre behaves",
    "centre says worker not_found",
    "centre says worker is not registered",
    "centre says worker is unknown",
    "centre asks bundled",
    "centre asks one by one, six infos, prescriptions, carry over",
    "centre notes new_thing",
    "centre takes 2 tries of 500 ms",
    "centre refuses logins",
    "centre takes logins",
    "centre closes for maintenance",
    "centre opens after maintenance",
    "nobody acts for 3 s",
    "nobody acts for 1500 ms",
    "reader shows take card",
    "reader shows PIN_WRONG",
    "screen speaks ko",
    "reader asks nothing",
    "reader asks face",
    "reader asks pin",
    "reader asks passcode",
    "reader asks consent operations",
    "reader asks methods face pin visual",
    "tries left 2",
    "board says PIN_WRONG",
    "board says nothing",
    "visit is at typing_pin",
    "result by face, valid",
    "result by visual, valid_unregistered",
    "result is of worker",
    "consents medicines agreed, operations refused",
    "no consents",
    "remarks CONSENT_MISSING about operations, CERTIFICATE_EXPIRES_SOON",
    "no remarks",
    "no result",
    "audit confirmed by tanaka",
    "audit passcode_refused at the reader",
    "ends out of order",
];

fn steps(scenario: &Scenario) -> Vec<Step> {
    scenario.steps.iter().map(|line| line.step.clone()).collect()
}

fn whole(header: &str, lines: &[&str]) -> String {
    format!("{header}{}\nends idle\n", lines.join("\n"))
}

#[test]
fn every_line_is_printed_as_it_was_read() {
    for line in LINES {
        let scenario = parse("test", &whole(HEADER, &[line])).unwrap();
        assert_eq!(scenario.steps[0].to_string(), *line);
        assert_eq!(scenario.steps[0].number, 5);
    }
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(
        lines in prop::collection::vec(prop::sample::select(LINES), 0..20),
        readers in prop::sample::select(&["any", "caora", "stfr2 hi-cara", "sma-pa exc-9000 caora"][..]),
        code in prop::sample::select(&["none", "CARD_LEFT"][..]),
        more in prop::sample::subsequence(
            vec!["site pharmacy", "passcode", "deadline pin 1 s", "deadline told 250 ms", "reminders 0"], 0..=5),
    ) {
        let header =
            format!("title ja 題\ntitle en A title\ncode {code}\nreader {readers}\n{}\n\n", more.join("\n"));
        let read = parse("test", &whole(&header, &lines)).unwrap();
        let again = parse("test", &read.to_string()).unwrap();
        prop_assert_eq!(steps(&read), steps(&again));
        prop_assert_eq!(Scenario { steps: Vec::new(), ..read }, Scenario { steps: Vec::new(), ..again });
    }

    #[test]
    fn no_text_stops_the_reader(text in "\\PC{0,200}", lines in prop::collection::vec("[a-z ,]{0,40}", 0..8)) {
        let _ = parse("test", &text);
        let _ = parse("test", &whole(HEADER, &lines.iter().map(String::as_str).collect::<Vec<_>>()));
    }
}

#[test]
fn remarks_and_blank_lines_are_no_steps() {
    let scenario =
        parse("test", &whole(HEADER, &["", "# said to the reader of the file", "pull # at once"])).unwrap();
    assert_eq!(scenario.steps.iter().map(|line| line.number).collect::<Vec<_>>(), [7, 8]);
}

/// A wrong file, and what is said of it.
const SLIPS: &[(&str, &str)] = &[
    ("choose smile", "test:5: `smile` is none of: face, pin, visual"),
    ("tries left many", "test:5: `many` is no number that fits here"),
    ("light 70000 lux", "test:5: `70000` is no number that fits here"),
    ("reader shows PIN_WORNG", "test:5: `PIN_WORNG` is no code of the catalogue and none of: place card"),
    ("pull at once", "test:5: `once` is none of: agreeing, identifying"),
    ("place Worker", "test:5: `Worker` names no persona (a-z, 0-9, -)"),
    (
        "place worker, upside down",
        "test:5: `upside down` is no way to lay a card down. Right would be: turned over",
    ),
    ("type 12345", "test:5: `type right`, `type 0000`, `type passcode`"),
    ("staff smile by tanaka", "test:5: `smile` is none of: arms, disarms"),
    ("staff arms", "test:5: `staff arms|disarms|confirms|denies|asks-again|cancels by WHO` would be right"),
    ("centre sleeps", "test:5: `centre` is followed by: stops, starts"),
    ("centre asks loudly", "test:5: `loudly` is none of: bundled, one by one"),
    ("consents medicines", "test:5: `medicines`: `consents ITEM agreed|refused, …` would be right"),
    ("result by face", "test:5: `result by face|pin|visual, VALIDITY` would be right"),
    ("dance", "test:5: this line is not understood. Lines begin with: title, code"),
    ("pull\nsite pharmacy", "test:6: this belongs above the first step"),
    ("deadline lunch 1 s", "test:5: `lunch` is none of: agree, identify"),
    ("deadline pin 1 h", "test:5: `h` is none of: s, ms"),
];

#[test]
fn a_slip_is_named_with_its_line_and_what_would_be_right() {
    for (slip, said) in SLIPS {
        let fault = parse("test", &whole(HEADER, &[slip])).unwrap_err().to_string();
        assert!(fault.starts_with(said), "{slip}: {fault}");
    }
    let without = |what: &str| {
        let header: Vec<&str> = HEADER.lines().filter(|line| !line.starts_with(what)).collect();
        parse("test", &whole(&format!("{}\n", header.join("\n")), &["pull"])).unwrap_err().to_string()
    };
    assert_eq!(without("title ja"), "test:5: `title ja …` is missing");
    assert_eq!(without("code"), "test:5: `code CODE` or `code none` is missing");
    let fault = parse("test", &format!("{HEADER}pull\n")).unwrap_err().to_string();
    assert_eq!(fault, "test:5: the last line must be `ends STATE`, e.g. `ends idle`");
}
