//! How to reach the running desk, as lines to copy.

use super::pages;
use crate::{Fault, desk_up::DeskUp, say};
use serde_json::Value;
use std::path::Path;

/// What the centre may be asked without a card.
pub(super) struct Asking<'a> {
    /// The body of `POST /v1/lookups`.
    pub(super) body: &'a Value,
    /// The file of a request.
    pub(super) request: &'a Path,
}

/// Prints a few commands, each of which works as it stands.
pub(super) fn print(up: &DeskUp, asking: &Asking<'_>) -> Result<(), Fault> {
    say::heading("受付は動いています。Ctrl-C で終わります / the desk is running until Ctrl-C");
    pages::print(up, &control(up))?;
    as_receipt_computer(up, asking);
    as_staff(up, asking);
    as_patient(up);
    say::both("模擬カードを第三者の道具で", "the simulated card through a third party's tool");
    say::line(format_args!(
        "  PCSCLITE_CSOCK_NAME={} opensc-tool --list-readers",
        up.simulator.ready().pcsc_socket.display()
    ));
    say::line("");
    say::both(
        "注意：模擬カードの口（vpcd）はこの PC のすべてのアドレスで待ち受けます",
        "note: the virtual card driver vpcd listens on all addresses of this machine",
    );
    Ok(())
}

fn as_receipt_computer(up: &DeskUp, asking: &Asking<'_>) {
    let (desk, simulator) = (up.daemon.ready(), up.simulator.ready());
    let (token, api) = (bearer(&desk.token_file), &desk.api);
    say::both("レセコンとして、API で", "as the receipt computer, over the API");
    say::line(format_args!("  curl {token} {api}/v1/results"));
    say::line(format_args!("  curl -N {token} {api}/v1/events"));
    say::line(format_args!(
        "  echo '{}' | curl {token} -H 'Content-Type: application/json' -d @- {api}/v1/lookups",
        asking.body
    ));
    say::line(format_args!("  curl {token} {api}/v1/openapi.json"));
    say::both("トークンを作る（最後の行）", "make a token (the last line)");
    say::line(format_args!("  {} pair token my-program --scope results --scope lookups", control(up)));
    say::both("レセコンとして、フォルダで", "as the receipt computer, by folders");
    say::line(format_args!("  ls {}", simulator.face_dir.display()));
    let (request, today) = (asking.request.display(), "$(date +%Y%m%d)0001.xml");
    say::line(format_args!("  cp {request} {}/OQSsiquc01req_{today}", simulator.req_dir.display()));
    say::both("数秒後に", "and some seconds later");
    say::line(format_args!("  cat {}/OQSsiquc01res_{today}", simulator.res_dir.display()));
}

fn as_staff(up: &DeskUp, asking: &Asking<'_>) {
    let uketsuke = control(up);
    say::both("受付・技術者として", "as the desk's staff and its technician");
    for command in ["status", "watch", "counts", "pair list", "audit list", "audit verify"] {
        say::line(format_args!("  {uketsuke} {command}"));
    }
    say::line(format_args!("  echo '{}' | {uketsuke} lookup", asking.body));
}

fn as_patient(up: &DeskUp) {
    let simulator = up.simulator.ready();
    let reader = up.readers().first().map_or("front-1", String::as_str);
    let (token, bench) = (bearer(&simulator.bench_token_file), &simulator.bench);
    say::both("患者として（もう一度の来院）", "as a patient (one more visit)");
    let visit = r#"{"persona":"elderly","method":"face"}"#;
    say::line(format_args!(
        "  curl {token} -H 'Content-Type: application/json' -d '{visit}' {bench}/v1/readers/{reader}/visit"
    ));
}

/// The control towards this desk; the subcommand is still to be added.
fn control(up: &DeskUp) -> String {
    format!("{} --socket {}", up.program("uketsuke").display(), up.daemon.ready().socket.display())
}

fn bearer(file: &Path) -> String {
    format!("-H \"Authorization: Bearer $(cat {})\"", file.display())
}

/// Names the file that says where everything is.
pub(super) fn where_all_is(state: &Path) {
    say::both("どこに何があるか", format_args!("where everything is: {}", state.display()));
}
