//! How to reach the running desk, as lines to copy.

use crate::{desk_up::DeskUp, say};
use std::path::Path;

/// Prints a few commands, each of which works as it stands.
pub(super) fn print(up: &DeskUp, state: &Path) {
    let (desk, simulator) = (up.daemon.ready(), up.simulator.ready());
    let reader = up.readers().first().map_or("front-1", String::as_str);
    let bearer = |file: &Path| format!("-H \"Authorization: Bearer $(cat {})\"", file.display());
    let (token, bench_token) = (bearer(&desk.token_file), bearer(&simulator.bench_token_file));
    let (api, bench) = (&desk.api, &simulator.bench);

    say::heading("受付は動いています。Ctrl-C で終わります / the desk is running until Ctrl-C");
    say::both("レセコンとして", "as the receipt computer");
    say::line(format_args!("  curl {token} {api}/v1/results"));
    say::line(format_args!("  curl -N {token} {api}/v1/events"));
    say::line(format_args!(
        "  curl {token} --unix-socket {} http://localhost/v1/readers",
        desk.socket.display()
    ));
    say::line(format_args!("  ls {}", simulator.face_dir.display()));
    say::both("受付として", "as the desk's staff");
    let uketsuke = up.program("uketsuke");
    let reach = format!("--socket {}", desk.socket.display());
    say::line(format_args!("  {} {reach} status", uketsuke.display()));
    say::line(format_args!("  {} {reach} watch", uketsuke.display()));
    if let Some(panel) = with_panel(up) {
        say::both(
            "端末が描くリーダーの画面として",
            "as the panel of the reader whose screen the terminal draws",
        );
        say::line(format_args!("  {} {reach} pair kiosk {panel}", uketsuke.display()));
    }
    say::both("患者として（もう一度の来院）", "as a patient (one more visit)");
    let visit = r#"{"persona":"elderly","method":"face"}"#;
    say::line(format_args!(
        "  curl {bench_token} -H 'Content-Type: application/json' -d '{visit}' {bench}/v1/readers/{reader}/visit"
    ));
    say::both("模擬カードを第三者の道具で", "the simulated card through a third party's tool");
    say::line(format_args!(
        "  PCSCLITE_CSOCK_NAME={} opensc-tool --list-readers",
        simulator.pcsc_socket.display()
    ));
    say::line("");
    where_all_is(state);
    say::both(
        "注意：模擬カードの口（vpcd）はこの PC のすべてのアドレスで待ち受けます",
        "note: the virtual card driver vpcd listens on all addresses of this machine",
    );
}

/// The first reader without a screen of its own.
fn with_panel(up: &DeskUp) -> Option<&String> {
    let drawn = |reader: &&String| {
        up.simulator
            .bench()
            .reader(reader)
            .is_ok_and(|seen| seen.get("model").is_some_and(|model| model == "stfr2"))
    };
    up.readers().iter().find(drawn)
}

/// Names the file that says where everything is.
pub(super) fn where_all_is(state: &Path) {
    say::both("どこに何があるか", format_args!("where everything is: {}", state.display()));
}
