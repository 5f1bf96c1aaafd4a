//! The failure catalogue across the rooms: the control, the API and a reader's panel say the same of every code, and
//! each code is produced by a named test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use failure::codes::*;
use failure::{Entry, Text};
use model::FailureCode;
use rig::Daemon;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::{PATIENCE, READER, TestDesk};

// ----- all say the same -------------------------------------------------------------------------------------------

#[test]
fn the_control_says_of_every_code_what_the_catalogue_says() {
    for code in ALL {
        let entry = failure::entry(*code);
        assert_eq!(entry.code, *code);
        assert_eq!(explained(code.as_str()), printed(entry), "{code}");
    }
}

#[test]
fn the_control_explains_a_reader_s_own_number_with_all_that_it_may_stand_for() {
    let unpublished = explained("003");
    assert_eq!(unpublished, printed(failure::entry(READER_NUMBER_UNPUBLISHED)));
    assert!(unpublished.contains("意味は公開されていません") && unpublished.contains("not public"));
    assert!(unpublished.contains("0800-080-4583、平日8時から18時、土曜8時から16時"), "{unpublished}");
    assert_eq!(explained("099"), unpublished);

    let several = explained("006");
    let [revoked, expired] =
        [CERTIFICATE_REVOKED, CERTIFICATE_EXPIRED].map(|code| printed(failure::entry(code)));
    assert!(several.starts_with(&revoked) && several.ends_with(&expired), "{several}");
    assert_eq!(explained("００６"), several, "as a Japanese keyboard types it");

    for unknown in ["000", "NO_SUCH_CODE", ""] {
        let refused = explain(unknown);
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{unknown}: {refused:?}");
    }
}

#[test]
fn the_control_the_api_and_the_panel_say_the_same() {
    let desk = TestDesk::of(&["stfr2"], |_| ()).unwrap();

    let told = |code: &str| desk.daemon.desk().get(&format!("/v1/failures/{code}")).unwrap();
    for code in ALL {
        // And so does the control: see above.
        assert_eq!(printed_body(&told(code.as_str())), printed(failure::entry(*code)), "{code}");
    }

    // A wrong PIN, typed twice on the panel: beside the question the patient reads the catalogue's words.
    let mut panels = Panels::open(&desk.daemon);
    desk.simulator.bench().place(READER, "worker").unwrap();
    let methods = panels.until("the methods", |panel| panel["question"]["kind"] == "methods");
    let pad = json!({ "kind": "pad", "positions": [0, 1, 2, 3] });
    assert_refused(&desk, READER, &methods["nonce"], &pad, PANEL_NOT_ASKED);
    touch(&desk, &methods["nonce"], &json!({ "kind": "method", "method": "pin" }));
    let mut seen = Vec::new();
    for code in [PIN_WRONG, PIN_LAST_TRY] {
        let asked = panels
            .until("the pad", |panel| panel["question"]["kind"] == "pin" && !seen.contains(&panel["nonce"]));
        type_wrongly(&desk, &asked);
        seen.push(asked["nonce"].clone());
        let shown = panels.until(code.as_str(), |panel| panel["notice"]["code"] == code.as_str());
        assert_eq!(shown["notice"]["kind"], "failure");
        assert_eq!(shown["notice"]["text"], told(code.as_str())["patient"], "{code}");
    }
}

/// `uketsuke explain`, which needs no daemon.
fn explain(typed: &str) -> Output {
    let own = std::env::current_exe().unwrap();
    // Suites lie in `deps`, the programs beside that.
    let program = own.parent().and_then(Path::parent).unwrap().join("uketsuke");
    Command::new(program).args(["explain", "--", typed]).output().unwrap()
}

fn explained(typed: &str) -> String {
    let output = explain(typed);
    assert!(output.status.success() && output.stderr.is_empty(), "{typed}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What the control prints of an entry.
fn printed(entry: &Entry) -> String {
    let body = |Text { ja, en }| json!({ "ja": ja, "en": en });
    printed_body(&json!({
        "code": entry.code.as_str(),
        "cause": body(entry.cause),
        "patient": body(entry.patient.into()),
        "reception": body(entry.reception),
        "technician": body(entry.technician),
        "reader_numbers": entry.reader_numbers,
    }))
}

/// What the control prints of an entry as the API has it.
fn printed_body(entry: &Value) -> String {
    let mut lines = vec![entry["code"].as_str().unwrap().to_owned()];
    let numbers: Vec<_> =
        entry["reader_numbers"].as_array().unwrap().iter().map(|number| number.as_str().unwrap()).collect();
    if !numbers.is_empty() {
        lines.push(format!("カードリーダーの表示 / shown by readers as: {}", numbers.join(", ")));
    }
    for (title, part) in [
        ("原因 / Cause", "cause"),
        ("患者さんへ / Patient", "patient"),
        ("受付で / Reception", "reception"),
        ("技術者へ / Technician", "technician"),
    ] {
        let [ja, en] = ["ja", "en"].map(|language| entry[part][language].as_str().unwrap());
        lines.push(format!("\n{title}\n  {ja}\n  {en}"));
    }
    lines.join("\n") + "\n"
}

/// What the terminal draws for the reader, as a page hears it.
struct Panels {
    stream: BufReader<TcpStream>,
    last: Value,
}

impl Panels {
    fn open(daemon: &Daemon) -> Self {
        let token = std::fs::read_to_string(&daemon.ready().token_file).unwrap();
        let mut stream = TcpStream::connect(tests::raw::host(daemon)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "GET /v1/kiosk/{READER}/panel HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            tests::raw::host(daemon),
            token.trim()
        )
        .unwrap();
        Self { stream: BufReader::new(stream), last: Value::Null }
    }

    /// The panel that is shown, or the first after it, that is as wanted.
    fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        // More lines than any visit's panels have.
        for _ in 0..500 {
            if wanted(&self.last) {
                return self.last.clone();
            }
            let mut line = String::new();
            let read = self.stream.read_line(&mut line);
            let read = read.unwrap_or_else(|error| panic!("{what}: {error}, after {}", self.last));
            assert!(read > 0, "{what}: the stream ended after {}", self.last);
            if let Some(data) = line.strip_prefix("data: ") {
                self.last = serde_json::from_str(data).unwrap();
            }
        }
        panic!("{what} did not come, but {}", self.last);
    }
}

fn touch(desk: &TestDesk, nonce: &Value, touch: &Value) {
    let body = json!({ "nonce": nonce, "touch": touch });
    desk.daemon.desk().post(&format!("/v1/kiosk/{READER}/touch"), &body).unwrap();
}

fn assert_refused(desk: &TestDesk, reader: &str, nonce: &Value, touch: &Value, code: FailureCode) {
    let body = json!({ "nonce": nonce, "touch": touch });
    let refused = desk.daemon.desk().post(&format!("/v1/kiosk/{reader}/touch"), &body).unwrap_err();
    assert!(refused.to_string().contains(code.as_str()), "{code}: {refused}");
}

/// Touches the key with the `0` four times: no fictional patient has that PIN.
fn type_wrongly(desk: &TestDesk, asked: &Value) {
    let keys = asked["question"]["keys"].as_array().unwrap();
    let zero = keys.iter().position(|key| *key == json!(0)).unwrap();
    touch(desk, &asked["nonce"], &json!({ "kind": "pad", "positions": vec![zero; 4] }));
}

// ----- each code is produced --------------------------------------------------------------------------------------

/// Who produces each code: a test function in a file of this workspace, or a transcript or scenario, which is named by
/// its file alone. Many codes are produced by several; one is named.
const PRODUCERS: &[(FailureCode, &str, &str)] = &[
    (READER_ABSENT, "tests/tests/failures_reader.rs", "a_reader_that_is_plugged_in_after_the_start_is_found"),
    (
        READER_NOT_PERMITTED,
        "tests/tests/reader_life.rs",
        "a_port_that_the_daemon_may_not_open_is_said_and_opened_once_it_may",
    ),
    (READER_BUSY, "tests/tests/reader_life.rs", "a_port_that_another_program_holds_is_busy_until_it_is_free"),
    (
        READER_UNPLUGGED,
        "crates/devices/tests/serial.rs",
        "unplugged_is_told_at_once_and_replugged_is_noticed",
    ),
    (
        READER_SILENT,
        "drivers/caora/tests/transcripts.rs",
        "a_reader_that_falls_silent_is_a_fault_within_two_seconds",
    ),
    (READER_GARBLED, "drivers/caora/tests/transcripts.rs", "a_babbling_reader_is_a_fault"),
    (
        READER_WRONG_MODEL,
        "tests/tests/reader_life.rs",
        "another_model_on_the_port_is_out_of_order_until_the_right_one_is_there",
    ),
    (
        READER_FAULT,
        "tests/tests/failures_reader.rs",
        "a_reader_that_reports_a_fault_of_its_own_is_out_of_order",
    ),
    (
        READER_NUMBER_UNPUBLISHED,
        "crates/desk/tests/catalogue.rs",
        "a_reader_s_own_number_is_explained_with_all_that_it_may_stand_for",
    ),
    (READER_UNSUPPORTED, "crates/visit/tests/transcripts/reader_cannot_ask.txt", "reader_cannot_ask"),
    (READER_TOO_MANY, "tests/tests/pairing.rs", "a_unit_without_licence_stays_closed_and_the_others_work"),
    (
        DRIVER_STOPPED,
        "tests/tests/side_by_side.rs",
        "a_panicking_a_spinning_and_a_silent_driver_change_no_step_of_the_others",
    ),
    (
        CARD_SLOT_DISAGREES,
        "tests/tests/failures_card.rs",
        "a_card_that_only_the_tray_or_only_the_slot_sees_begins_nothing",
    ),
    (CARD_NO_CHIP, "crates/visit/tests/transcripts/no_chip.txt", "no_chip"),
    (CARD_UNRESPONSIVE, "simulator/scenarios/two-cards.txt", "two-cards"),
    (CARD_WRONG_SIDE, "crates/visit/tests/transcripts/wrong_side.txt", "wrong_side"),
    (SLOT_ABSENT, "tests/tests/configuration.rs", "a_slot_that_is_not_there_is_said_by_the_station"),
    (
        SLOT_UNPAIRED,
        "tests/tests/pairing.rs",
        "a_reader_is_paired_by_a_card_used_at_once_and_still_after_a_restart",
    ),
    (SLOT_IN_SUN, "crates/visit/tests/transcripts/light_and_sun.txt", "light_and_sun"),
    (
        SLOT_BUSY,
        "tests/tests/pcsc_life.rs",
        "a_slot_that_another_program_holds_is_said_and_used_once_it_is_free",
    ),
    (PCSC_STOPPED, "tests/tests/configuration.rs", "a_pcsc_service_that_does_not_run_is_said_by_the_station"),
    (
        CARD_SILENT,
        "tests/tests/failures_card.rs",
        "a_card_that_never_answers_is_given_up_and_delays_no_other_reader",
    ),
    (CARD_OTHER, "crates/card/tests/procedures.rs", "other_cards_are_told_apart"),
    (CARD_TELEPHONE, "simulator/scenarios/telephone.txt", "telephone"),
    (CARD_UNREADABLE, "crates/card/tests/procedures.rs", "a_wrong_offset_table_is_refused"),
    (CARD_REMOVED_EARLY, "tests/tests/failures_card.rs", "a_card_pulled_during_the_relay_ends_the_visit"),
    (CARD_SWAPPED, "crates/visit/tests/transcripts/swapped.txt", "swapped"),
    (CARD_LEFT, "tests/tests/failures_card.rs", "a_card_that_is_not_taken_is_said_until_it_is"),
    (PAIRING_RUNNING, "crates/terminal/src/pair.rs", "one_pairing_at_a_time_and_none_of_a_configured_reader"),
    (
        PAIRING_SLOT_CONFIGURED,
        "tests/tests/pairing.rs",
        "what_the_configuration_names_is_not_paired_and_a_foreign_slot_is_not_taken",
    ),
    (PAIRING_READER_UNREADY, "crates/terminal/src/pairing.rs", "it_begins_only_where_no_card_lies"),
    (PAIRING_NOT_EMPTY, "crates/terminal/src/pairing.rs", "it_begins_only_where_no_card_lies"),
    (PAIRING_NOTHING_CAME, "crates/terminal/src/pairing.rs", "nothing_is_waited_for_without_bound"),
    (PAIRING_ONE_SIDED, "crates/terminal/src/pairing.rs", "a_card_that_only_one_of_them_sees_is_refused"),
    (PAIRING_OTHER_READER, "tests/tests/pairing.rs", "a_card_in_the_wrong_place_pairs_nothing"),
    (PAIRING_SEVERAL_CARDS, "crates/terminal/src/pairing.rs", "two_cards_are_refused_wherever_they_come"),
    (
        PAIRING_SLOT_TAKEN,
        "tests/tests/pairing.rs",
        "what_the_configuration_names_is_not_paired_and_a_foreign_slot_is_not_taken",
    ),
    (PAIRING_UNWRITTEN, "crates/terminal/src/pair.rs", "a_pairing_that_cannot_be_kept_changes_nothing"),
    (
        NUMBER_B_WRONG,
        "tests/tests/failures_card.rs",
        "digits_that_were_misread_are_tried_once_for_each_choice_and_three_times_in_a_visit",
    ),
    (NUMBER_B_UNREADABLE, "simulator/scenarios/digits-unreadable.txt", "digits-unreadable"),
    (NUMBER_B_LAST_TRY, "crates/visit/tests/transcripts/number_b_last_try.txt", "number_b_last_try"),
    (
        NUMBER_B_LOCKED,
        "crates/card/tests/procedures.rs",
        "number_b_is_never_retried_and_its_last_try_never_spent",
    ),
    (PHOTO_FORGED, "tests/tests/failures_card.rs", "a_forged_photo_reaches_no_reader"),
    (PHOTO_OF_OTHER_CHIP, "tests/tests/failures_card.rs", "a_photo_of_another_chip_reaches_no_reader"),
    (
        PHOTO_UNREADABLE,
        "crates/card/tests/procedures.rs",
        "the_portrait_becomes_the_jpeg_that_a_reader_wants",
    ),
    (FACE_NO_MATCH, "tests/tests/failures_card.rs", "a_wrong_face_does_not_match_and_the_pin_still_serves"),
    (FACE_TOO_DARK, "tests/tests/failures_card.rs", "too_little_light_is_said_as_such"),
    (FACE_NOT_FOUND, "tests/tests/failures_card.rs", "nobody_before_the_camera_is_said_as_such"),
    (FACE_NOT_ALIVE, "tests/tests/failures_card.rs", "a_photograph_is_no_patient"),
    (FACE_MASKED, "tests/tests/failures_card.rs", "a_mask_is_said_as_such"),
    (FACE_POSE, "tests/tests/failures_card.rs", "a_head_turned_aside_is_said_as_such"),
    (FACE_ATTEMPT_FOREIGN, "crates/visit/tests/transcripts/match_without_photo.txt", "match_without_photo"),
    (
        PIN_WRONG,
        "tests/tests/failures_card.rs",
        "a_wrong_pin_costs_one_try_and_is_asked_again_until_the_last",
    ),
    (
        PIN_LAST_TRY,
        "tests/tests/failures_card.rs",
        "a_wrong_pin_costs_one_try_and_is_asked_again_until_the_last",
    ),
    (PIN_LOCKED, "tests/tests/failures_card.rs", "a_locked_pin_is_said_without_asking_for_it"),
    (PIN_CANCELLED, "tests/tests/failures_card.rs", "a_patient_who_leaves_the_pin_may_choose_again"),
    (VISUAL_REFUSED, "crates/visit/tests/transcripts/visual_denied.txt", "visual_denied"),
    (VISUAL_UNCONFIRMED, "crates/visit/tests/transcripts/visual_unconfirmed.txt", "visual_unconfirmed"),
    (PASSCODE_WRONG, "crates/visit/tests/transcripts/visual_passcode.txt", "visual_passcode"),
    (PASSCODE_LOCKED, "crates/visit/tests/transcripts/visual_passcode_locked.txt", "visual_passcode_locked"),
    (
        RELAY_COMMAND_REFUSED,
        "tests/tests/failures_centre.rs",
        "a_centre_that_wants_a_pin_verified_never_reaches_the_card",
    ),
    (
        RELAY_OTHER_TEXT,
        "tests/tests/failures_centre.rs",
        "a_centre_that_wants_another_text_signed_gets_no_signature",
    ),
    (RELAY_LIMIT, "crates/centre/tests/line/trouble.rs", "a_relay_has_a_limit_of_time_and_of_commands"),
    (
        STAND_IN_REFUSED,
        "tests/tests/failures_line.rs",
        "without_the_stand_in_a_face_visit_is_refused_and_a_pin_visit_works",
    ),
    (CENTRE_UNREACHABLE, "tests/tests/failures_line.rs", "a_closed_port_is_unreachable_until_it_opens"),
    (
        CENTRE_SILENT,
        "tests/tests/failures_line.rs",
        "a_line_that_is_silent_at_the_start_is_said_and_keeps_no_reader_from_being_idle",
    ),
    (
        CENTRE_UNTRUSTED,
        "tests/tests/failures_line.rs",
        "a_centre_whose_certificate_is_not_the_centre_s_is_untrusted",
    ),
    (
        TERMINAL_CERTIFICATE_REFUSED,
        "tests/tests/failures_line.rs",
        "a_terminal_with_a_foreign_certificate_is_refused_under_either_tls_version",
    ),
    (CENTRE_LOGIN_REFUSED, "tests/tests/failures_line.rs", "a_wrong_account_password_is_refused"),
    (CENTRE_GARBLED, "crates/centre/tests/line/trouble.rs", "what_is_no_answer_is_garbled"),
    (CENTRE_REFUSED, "simulator/scenarios/centre-refused.txt", "centre-refused"),
    (
        CENTRE_PROCESSING,
        "crates/visit/tests/transcripts/processing_without_end.txt",
        "processing_without_end",
    ),
    (CENTRE_MAINTENANCE, "simulator/scenarios/centre-maintenance.txt", "centre-maintenance"),
    (CERTIFICATE_REVOKED, "tests/tests/failures_card.rs", "a_revoked_card_is_refused_by_the_centre"),
    (CERTIFICATE_EXPIRED, "tests/tests/failures_card.rs", "a_lapsed_card_is_refused_by_the_centre"),
    (
        CERTIFICATE_UNTRUSTED,
        "crates/centre/tests/line/visits.rs",
        "a_certificate_of_another_authority_gets_nothing",
    ),
    (CARD_REPLACED, "simulator/scenarios/card-replaced.txt", "card-replaced"),
    (CERTIFICATE_EXPIRES_SOON, "crates/visit/tests/transcripts/expiring.txt", "expiring"),
    (
        CERTIFICATE_IN_GRACE,
        "crates/centre/tests/line/visits.rs",
        "a_certificate_in_its_grace_opens_the_qualification_only",
    ),
    (SIGNATURE_REFUSED, "simulator/scenarios/signature-replayed.txt", "signature-replayed"),
    (
        NOT_REGISTERED,
        "tests/tests/failures_line.rs",
        "a_patient_whom_the_centre_does_not_accept_gets_no_result",
    ),
    (
        REGISTRATION_DECLINED,
        "crates/visit/tests/transcripts/registration_declined.txt",
        "registration_declined",
    ),
    (QUALIFICATION_INVALID, "crates/visit/tests/transcripts/invalid_insurance.txt", "invalid_insurance"),
    (
        QUALIFICATION_REPLACED,
        "simulator/scenarios/qualification-invalid-with-newer.txt",
        "qualification-invalid-with-newer",
    ),
    (QUALIFICATION_NOT_FOUND, "simulator/scenarios/qualification-not-found.txt", "qualification-not-found"),
    (CONSENT_MISSING, "crates/visit/tests/transcripts/pulled_in_asking.txt", "pulled_in_asking"),
    (PANEL_NONE, "crates/desk/tests/kiosk.rs", "a_page_gets_every_panel_and_tells_every_touch"),
    (PANEL_STALE, "crates/desk/tests/kiosk.rs", "a_page_gets_every_panel_and_tells_every_touch"),
    (PANEL_NOT_ASKED, "tests/tests/catalogue.rs", "the_control_the_api_and_the_panel_say_the_same"),
    (
        PANEL_BUSY,
        "crates/terminal/src/panels.rs",
        "a_station_that_does_not_take_its_touches_is_busy_and_one_that_ended_has_no_panel",
    ),
    (PATIENT_SLOW, "crates/visit/tests/transcripts/slow_patient_is_asked.txt", "slow_patient_is_asked"),
    (PATIENT_GONE, "crates/visit/tests/transcripts/patient_gone.txt", "patient_gone"),
    (VISIT_CANCELLED, "crates/visit/tests/transcripts/staff_cancel.txt", "staff_cancel"),
    (
        LEDGER_WRITE_FAILED,
        "crates/ledger/tests/ledger/committing.rs",
        "what_cannot_be_written_is_said_and_not_half_there",
    ),
    (LEDGER_UNUSABLE, "crates/ledger/tests/ledger/opening.rs", "a_foreign_file_or_key_is_refused"),
    (LEDGER_FULL, "crates/ledger/src/store.rs", "a_full_disk_is_said_and_loses_nothing_committed"),
    (LEDGER_READ_ONLY, "crates/ledger/tests/ledger/disk.rs", "as_the_process_with_a_small_disk"),
    (
        CONSUMER_UNKNOWN,
        "crates/ledger/tests/ledger/consumers.rs",
        "nobody_acknowledges_without_being_registered_or_what_was_not_given",
    ),
    (
        CONSUMER_AHEAD,
        "crates/ledger/tests/ledger/consumers.rs",
        "nobody_acknowledges_without_being_registered_or_what_was_not_given",
    ),
    (
        FOLDER_EXCHANGE_AWAY,
        "crates/folders/tests/exchange/outages.rs",
        "requests_that_come_while_req_is_away_are_answered_when_it_is_back",
    ),
    (
        FOLDER_REQUEST_MALFORMED,
        "crates/folders/tests/exchange/requests.rs",
        "a_request_of_the_wrong_form_goes_back_with_the_reason",
    ),
    (
        FOLDER_REQUEST_NOT_YET,
        "crates/folders/tests/exchange/requests.rs",
        "families_that_are_not_there_yet_go_back_and_say_so",
    ),
    (
        FOLDER_REQUEST_NAME_REUSED,
        "crates/folders/tests/exchange/requests.rs",
        "a_name_that_another_answer_has_is_not_used_again",
    ),
    (
        LEDGER_KEY_UNUSABLE,
        "tests/tests/configuration.rs",
        "the_ledger_s_key_lies_elsewhere_and_belongs_to_the_daemon_alone",
    ),
    (LEDGER_HELD, "tests/tests/configuration.rs", "a_ledger_has_one_daemon"),
    (
        FOLDER_UNWRITABLE,
        "crates/folders/tests/face_folder.rs",
        "a_folder_that_cannot_be_written_is_said_at_open",
    ),
    (FOLDER_NAME_TAKEN, "crates/folders/tests/face_folder.rs", "a_name_is_never_reused_for_other_content"),
    (QUALIFICATION_UNREADABLE, "crates/folders/tests/face_folder.rs", "what_is_no_qualification_is_not_told"),
    (CONFIG_INVALID, "tests/tests/configuration.rs", "a_fault_of_a_line_is_named_with_file_and_line"),
    (API_TOKEN_MISSING, "tests/tests/door.rs", "the_door_opens_to_the_token_s_holder_only"),
    (API_TOKEN_WRONG, "tests/tests/door.rs", "the_door_opens_to_the_token_s_holder_only"),
    (API_HOST_FOREIGN, "tests/tests/door.rs", "the_door_opens_to_the_token_s_holder_only"),
    (API_ORIGIN_FOREIGN, "tests/tests/door.rs", "the_door_opens_to_the_token_s_holder_only"),
    (API_NOT_FOUND, "tests/tests/door.rs", "the_door_opens_to_the_token_s_holder_only"),
    (API_BAD_REQUEST, "tests/tests/door.rs", "the_door_opens_to_the_token_s_holder_only"),
    (API_CONSUMER_SLOW, "crates/desk/tests/streams.rs", "a_slow_consumer_is_cut_off_and_loses_nothing"),
    (API_GONE, "crates/desk/tests/streams.rs", "retention_under_a_resuming_consumer_is_said"),
    (API_SCOPE_MISSING, "crates/desk/tests/access.rs", "every_operation_opens_for_its_scopes_and_no_other"),
    (API_TOO_OFTEN, "crates/desk/tests/access.rs", "whoever_asks_too_often_waits_and_nobody_else_does"),
    (API_FULL, "crates/desk/tests/requests.rs", "one_client_cannot_hold_up_the_others"),
    (
        TOKEN_NAME_TAKEN,
        "crates/desk/tests/access.rs",
        "tokens_are_shown_once_kept_as_hashes_listed_and_revoked",
    ),
    (
        LOOKUPS_BUSY,
        "crates/desk/tests/lookups.rs",
        "what_the_centre_does_not_answer_is_said_and_that_it_was_asked_is_noted",
    ),
    (
        REQUERY_IMPOSSIBLE,
        "crates/desk/tests/lookups.rs",
        "a_result_that_says_too_little_of_one_insurance_is_not_asked_for",
    ),
    (TOKEN_TOO_MANY, "crates/desk/tests/access.rs", "more_tokens_than_a_site_needs_are_refused"),
    (TOKENS_UNWRITABLE, "crates/desk/tests/access.rs", "tokens_that_cannot_be_kept_are_not_made"),
    (KIOSK_CODE_WRONG, "crates/desk/tests/kiosk.rs", "a_cookie_outlives_the_desk_and_a_code_does_not"),
    (INTERNAL, "crates/ledger/tests/ledger/committing.rs", "one_visit_has_one_id"),
    (STAFF_ACT_UNTIMELY, "crates/desk/tests/staff.rs", "what_the_station_refuses_is_said_with_its_reason"),
    (QUALIFICATION_SEVERAL, "simulator/scenarios/qualification-several.txt", "qualification-several"),
    (CHARACTERS_BLANKED, "simulator/scenarios/name-with-blank.txt", "name-with-blank"),
    (CENTRE_NOTE, "simulator/scenarios/centre-note.txt", "centre-note"),
    (SUBSIDY_UNANSWERED, "simulator/scenarios/subsidy-unanswered.txt", "subsidy-unanswered"),
];

/// Remarks that a result carries (`model::Remark`), which below the desk stand for their codes.
const REMARKS: &[(FailureCode, &str)] = &[
    (CERTIFICATE_EXPIRES_SOON, "CertificateExpiresSoon"),
    (CERTIFICATE_IN_GRACE, "CertificateInGrace"),
    (CHARACTERS_BLANKED, "CharactersBlanked"),
    (CONSENT_MISSING, "ConsentMissing"),
    (SUBSIDY_UNANSWERED, "SubsidyUnanswered"),
    (CENTRE_NOTE, "CentreNote"),
];

#[test]
fn each_code_is_produced_by_a_named_test() {
    let mut produced = BTreeMap::new();
    let mut faults = Vec::new();
    for (code, file, name) in PRODUCERS {
        if let Some(before) = produced.insert(*code, file) {
            faults.push(format!("{code} stands twice: {before}, {file}"));
        }
        if let Err(fault) = check_producer(*code, file, name) {
            faults.push(fault);
        }
    }
    for code in ALL.iter().filter(|code| !produced.contains_key(code)) {
        faults.push(format!("{code} has no producer"));
    }
    for code in produced.keys().filter(|code| !ALL.contains(code)) {
        faults.push(format!("{code} is not of the catalogue"));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The named test exists and says the code.
fn check_producer(code: FailureCode, file: &str, name: &str) -> Result<(), String> {
    let path = root().join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{code}: {file}: {error}"))?;
    let body = if file.ends_with(".rs") {
        body_of(&text, name).ok_or_else(|| format!("{code}: {file} has no test {name}"))?
    } else if path.file_stem().is_some_and(|stem| stem == name) {
        told_by(&text)
    } else {
        return Err(format!("{code}: {file} is not called {name}"));
    };
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let says = |name: &str| body.split(|c| !of_name(c)).any(|word| word == name);
    if says(code.as_str()) || REMARKS.iter().any(|(remark, name)| *remark == code && says(name)) {
        Ok(())
    } else {
        Err(format!("{code}: {file}, {name} does not say it"))
    }
}

/// What a transcript or scenario shows of the machines: what it says by itself or puts in (`#`, `>`), and the code that a
/// scenario promises in its header, produce nothing.
fn told_by(text: &str) -> String {
    let told = text.lines().filter(|line| !line.starts_with(['#', '>']) && !line.starts_with("code "));
    told.map(|line| line.split(" #").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The body of a test function without its comments: from its line to the brace that closes it, as rustfmt sets both.
fn body_of(text: &str, name: &str) -> Option<String> {
    let lines: Vec<_> = text.lines().collect();
    let at = lines.iter().position(|line| {
        let line = line.trim_start().trim_start_matches("async ");
        line.strip_prefix("fn ")
            .and_then(|line| line.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    })?;
    let line = lines[at];
    let indent = &line[..line.len() - line.trim_start().len()];
    let end = at + lines[at..].iter().position(|line| *line == format!("{indent}}}"))?;
    let attributes =
        lines[..at].iter().rev().map(|line| line.trim_start()).take_while(|line| line.starts_with("#["));
    let is_test = attributes.into_iter().any(|line| line.contains("test]") || line.contains("test("));
    let kept = |line: &&&str| !line.trim_start().starts_with("//");
    is_test.then(|| lines[at..end].iter().filter(kept).copied().collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_producer_that_does_not_say_its_code_is_found() {
    let here = "tests/tests/catalogue.rs";
    let own = "a_producer_that_does_not_say_its_code_is_found";
    assert!(
        check_producer(FailureCode::new(concat!("NO_", "SUCH")), here, own)
            .unwrap_err()
            .contains("does not say")
    );
    // READER_ABSENT is said in this comment only.
    assert!(check_producer(ALL[0], here, own).unwrap_err().contains("does not say"));
    assert!(check_producer(PIN_WRONG, here, own).is_ok());
    assert!(check_producer(PIN_WRONG, here, "no_such_test").unwrap_err().contains("no test"));
    assert!(
        check_producer(PIN_WRONG, here, "printed").unwrap_err().contains("no test"),
        "no test, only a function"
    );
    assert!(check_producer(PIN_WRONG, "tests/tests/nowhere.rs", own).unwrap_err().contains("nowhere"));
    let scenario = "title en x\ncode PIN_WRONG\nplace worker # PIN_WRONG\nends idle";
    assert_eq!(told_by(scenario), "title en x\nplace worker\nends idle");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
