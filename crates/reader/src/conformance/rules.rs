//! The rules, by name, with what each says to a driver's author.

mod asking;
mod bytes;
mod cable;
mod card;
mod order;
mod start;
mod telling;
mod trouble;

// What every rule is written with.
use super::desk::Desk;
use super::patient::{self, Answer};
use super::rule::{Judged, Rule, Step, Verdict, judge, need};
use super::stage::{self, Doing, Stage};
use super::{Act, Kit, UnitConfig};
use crate::Profile;

/// The one list of rules, for the table and for the tests.
#[macro_export]
#[doc(hidden)]
macro_rules! with_every_rule {
    ($then:ident $(, $given:expr)?) => {
        $crate::$then! {
            ($($given)?)
            start {
                the_factory_tells_the_truth: "Factory and driver name one profile; the link is the unit's; a silent unit is given up within 6 s, one that never starts within 120 s.";
                ready_comes_once: "Ready comes once, within patience().start, with the unit's own serial number.";
                nothing_comes_before_ready: "No event comes before Ready, whatever happens to the tray while the unit starts.";
                ready_tells_the_card: "Ready.card is true if a card lies there already; no CardPlaced follows for that card, but CardTaken does.";
                slow_start_is_waited_for: "A unit that needs half of patience().start to start is waited for.";
                another_model_is_refused: "Another model on the port is READER_WRONG_MODEL, never Ready.";
                failed_self_test_is_a_fault: "A failed self-test is READER_FAULT, never Ready.";
                silence_from_the_start_is_given_up: "A unit that never speaks is READER_SILENT within patience().start.";
                a_new_driver_begins_anew: "After a closed link a new driver finds a unit in mid-question, is ready again, and what was asked is forgotten.";
            }
            card {
                card_events_alternate: "CardPlaced and CardTaken alternate, one each; another card in its place is taken and placed.";
                wrong_side_is_told: "CardWrongSide follows CardPlaced for a card turned over, only on a model whose profile has the notice.";
            }
            telling {
                notices_are_shown: "Every notice stands on the screen, a failure with its code.";
                lamp_is_lit: "Where the profile has a lamp it takes every colour.";
                sounds_are_made: "Where the profile has a buzzer or a voice every sound is made, once.";
                languages_are_spoken: "The screen speaks every language of the profile, and Japanese.";
                what_the_profile_lacks_is_refused: "Lamp, sound, language or document reading that the profile lacks is Unsupported, once; nothing is sent. Unknown is lacking.";
                too_large_a_photo_is_refused: "A photo above profile().photo.most_bytes is Unsupported; nothing is sent.";
                comparing_needs_the_open_attempt: "Compare without its attempt being open is Unsupported; nothing is sent.";
                telling_ends_no_question: "Notice, sound, lamp and language leave a question as it is.";
                a_notice_ends_no_question: "A notice before, with or after a question stands beside it: every question stays open and can be answered.";
                the_screen_is_drawn_by_its_owner: "Draw comes from models whose screen the terminal draws, and from no other.";
                a_touch_that_was_not_offered_is_dropped: "A touch that the panel does not offer now is dropped; a unit with its own screen drops every touch.";
            }
            asking {
                chosen_method_is_told: "Methods are offered in the order given; the one touched is told.";
                chosen_language_is_told: "Where languages are offered the one touched is told, and the question stays.";
                number_b_is_told_as_read: "Number B is told as the unit read it, under the open attempt.";
                unreadable_number_b_ends_the_attempt: "Digits that cannot be read end the attempt as NumberBUnreadable.";
                face_is_compared: "The photo arrives, the unit waits for a face, and the holder's face is a Match under the open attempt.";
                every_verdict_is_told: "Another person, a photograph, a mask, a turned head, nobody and an unreadable photo are each told as such.";
                conditions_are_told: "What the unit measures goes with the verdict: light where the profile states the least, sun where it states the shade; too little light is TooDark.";
                typed_pin_is_told: "The digits told are those typed, wherever they stand on the pad.";
                unwanted_pin_is_told: "A touch on cancel is PinCancelled.";
                visual_check_is_offered: "The visual check is offered alone and among the others in any order, and told when it is touched.";
                typed_passcode_is_told: "The passcode's digits are told as those of a passcode, a PIN's as those of a PIN, with a card and without one.";
                unwanted_passcode_is_told: "A touch on cancel beside the passcode is PinCancelled, once, and the pad is gone.";
                consent_is_told: "Each consent is told with its screen's id and as it was answered.";
                every_item_reaches_the_screen: "Every consent item stands on the screen as itself, alone and with all others in any order.";
                document_is_told_as_read: "Where the profile reads documents, what stands there is told; nothing under the camera is None.";
                an_answer_is_told_once: "An answer that the unit repeats because its receipt was lost is told once.";
            }
            order {
                cancelled_question_stays_unanswered: "An answer that crosses Cancel is dropped, and the screen asks nothing.";
                replaced_question_stays_unanswered: "An answer that crosses a new question is dropped, and never taken for the new one's.";
                visual_check_is_told_only_when_offered: "A touch on the visual check that crosses an offer without it is dropped.";
                digits_stay_with_their_pad: "Digits that cross the other pad are dropped, and never told as the other's: neither a PIN as the passcode nor the passcode as a PIN.";
                foreign_attempt_is_dropped: "Number B and verdict of an attempt that is no longer open are dropped.";
            }
            trouble {
                own_fault_is_told: "A fault that the unit reports is READER_FAULT.";
                own_restart_is_told: "A unit that starts anew by itself is READER_UNPLUGGED.";
                closed_link_is_told_at_once: "A closed link is READER_UNPLUGGED at once, at every moment of a visit.";
                silence_while_idle_is_given_up: "A ready unit that falls silent while nothing is asked is READER_SILENT within patience().silence.";
                silence_in_a_question_is_given_up: "A ready unit that falls silent in a question is READER_SILENT within patience().silence.";
                babble_is_given_up: "Noise in place of words, with or without gaps, is READER_GARBLED or READER_SILENT in the same time as silence.";
                a_slow_unit_is_borne: "A unit that says everything 100 ms late works.";
                a_link_that_stood_still_tells_nothing_wrong: "A link that stands still and goes on gives the right answer once, or one fault.";
                idle_stays_idle: "In an idle hour nothing is told, nothing fails, and the driver is woken at most 60 times a second.";
                nothing_comes_after_a_fault: "After a fault there is no effect and no wakeup, whatever comes.";
                a_flood_of_commands_is_bounded: "Thousands of commands at one moment end in the last of them or in one fault; what waits on the link is bounded.";
                faults_tell_no_secret: "No fault's text, cause or Debug holds digits of a PIN, of the passcode or of number B.";
            }
            bytes {
                a_visit_goes_right_in_any_pieces: "Bytes may come one at a time or many messages at once.";
                arbitrary_bytes_are_borne: "Noise at any stage: no panic, no event, effects in proportion, at most one fault.";
                damaged_words_are_borne: "The unit's own words cut, joined, repeated and damaged: no panic, effects in proportion, at most one fault.";
            }
            cable {
                a_bad_cable_is_mended: "With one piece in a hundred lost, doubled, reordered, split, joined, late or with a flipped bit, three visits in four end right, the others in one fault, none wrong.";
                a_broken_cable_tells_nothing_wrong: "With one piece in ten damaged, the link also frozen, babbling or closed, a visit ends right or in one fault, and never with a wrong event.";
            }
        }
    };
}

/// A table of the rules.
#[macro_export]
#[doc(hidden)]
macro_rules! table_of_rules {
    (() $($room:ident { $($rule:ident: $says:literal;)+ })+) => {
        &[$($(Rule {
            name: stringify!($rule),
            says: $says,
            check: |kit| Verdict::from($room::$rule(kit)),
        },)+)+]
    };
}

/// One test for each rule.
#[macro_export]
#[doc(hidden)]
macro_rules! tests_of_rules {
    (($kit:expr) $($room:ident { $($rule:ident: $says:literal;)+ })+) => {
        $($(
            #[doc = $says]
            #[test]
            fn $rule() {
                $crate::conformance::prove(&$kit, stringify!($rule));
            }
        )+)+
    };
}

/// Proves a driver: one test for each of [`RULES`]. The one line of a driver's `tests/conformance.rs`.
///
/// ```ignore
/// reader::conformance::suite!(simulator_firmware::kit::of(&caora::FACTORY));
/// ```
#[macro_export]
macro_rules! suite {
    ($kit:expr) => {
        $crate::with_every_rule!(tests_of_rules, $kit);
    };
}

/// All rules, the most basic first.
pub const RULES: &[Rule] = with_every_rule!(table_of_rules);
