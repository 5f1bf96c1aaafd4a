//! The pages that people meet, as addresses to open: each brings a code that pairs one browser, once.

use super::check::text;
use crate::{Fault, desk_up::DeskUp, say};
use serde_json::{Value, json};

/// Tells the bench where board and kiosk are, so that it leads there.
pub(super) fn tell_bench(up: &DeskUp) -> Result<(), Fault> {
    up.simulator.bench().post("/v1/desk", &json!({ "url": up.daemon.ready().api }))?;
    Ok(())
}

/// Prints the three addresses. Whoever comes later, or with a second browser, makes a code anew.
pub(super) fn print(up: &DeskUp, uketsuke: &str) -> Result<(), Fault> {
    say::both(
        "画面（ブラウザーで開きます。番号は一度だけ、5分間使えます）",
        "the pages, to open in a browser; each code is good once, for five minutes",
    );
    let bench = up.simulator.ready();
    let code = up.simulator.bench().post("/v1/pairing-codes", &json!({}))?;
    page("技術者：模擬リーダー / technician: bench", &format!("{}/#{}", bench.bench, text(&code, "/code")?));
    page("受付 / reception: board", &paired(up, &json!({ "board": true }))?);
    for reader in up.readers() {
        let address = paired(up, &json!({ "kiosk": reader }))?;
        page(&format!("患者 / patient: kiosk of {reader}"), &address);
    }
    say::both("番号を作り直す", "a code anew");
    say::line(format_args!("  {uketsuke} pair board"));
    let first = up.readers().first().map_or("front-1", String::as_str);
    say::line(format_args!("  {uketsuke} pair kiosk {first}"));
    say::line(format_args!(
        "  curl -X POST -H \"Authorization: Bearer $(cat {})\" -H 'Content-Type: application/json' -d '{{}}' {}/v1/pairing-codes",
        bench.bench_token_file.display(),
        bench.bench
    ));
    Ok(())
}

fn paired(up: &DeskUp, page: &Value) -> Result<String, Fault> {
    let code = up.daemon.desk().post("/v1/pairing-codes", page)?;
    Ok(format!("{}#{}", text(&code, "/page")?, text(&code, "/code")?))
}

fn page(who: &str, address: &str) {
    say::line(format_args!("  {address}   {who}"));
}
