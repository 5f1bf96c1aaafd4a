//! What a visit costs, from the daemon's own account of each: log line `visit timing`.

use super::samples::Samples;
use crate::{Fault, desk_up::DeskUp, stop::Stop};
use rig::Visit;

/// What the figures of a visit contain; the daemon's clocks, `crates/terminal/src/station/cost.rs`.
pub(super) const CONTENT: &str = "what the figures of a visit contain:
  visit_total         from the visit's begin to \"done\", the patient's own time included
  visit_card          commands to the card outside the relay; the photo's checks, decoding and conversion
  visit_centre        requests to the centre up to the answer, the card's part in the relay included
  visit_commit_fsync  the result's commit, its fsync included
  visit_own           the station's own loop: driver, machine, handing bytes to the reader's port, letting go of the
                      card; none of the three above, nor any wait for the reader's answer";

/// Field of the log line, and what it is called here.
const FIELDS: [(&str, &str); 5] = [
    ("total_us", "visit_total"),
    ("card_us", "visit_card"),
    ("centre_us", "visit_centre"),
    ("commit_us", "visit_commit_fsync"),
    ("busy_us", "visit_own"),
];

/// Plays visits by face and by PIN in turn, at one reader after the other; milliseconds each.
pub(super) fn visits(up: &DeskUp, stop: &Stop, setting: &str, count: usize) -> Result<Vec<Samples>, Fault> {
    for (n, reader) in (0..count).zip(up.readers().iter().cycle()) {
        stop.check()?;
        // By turns at every reader, also where their number is even.
        let by_face = (n / up.readers().len()).is_multiple_of(2);
        let visit = if by_face { Visit::face("worker") } else { Visit::pin("housewife") };
        let shown = up.simulator.bench().visit(reader, &visit)?;
        if shown.ended != "take_card" {
            let code = shown.failure.unwrap_or(shown.ended);
            return Err(Fault::Unexpected(format!("visit {n} at {reader} did not come to its end: {code}")));
        }
    }
    // A station is idle again after it wrote its account.
    up.wait_idle(stop)?;
    let log = up.log();
    let mut samples: Vec<Samples> =
        FIELDS.map(|(_, name)| Samples::new(format!("{name}.{setting}"), "ms")).into();
    for line in log.lines().filter(|line| line.contains("visit timing")) {
        for (samples, (field, _)) in samples.iter_mut().zip(FIELDS) {
            let micros = value(line, field).ok_or_else(|| {
                Fault::Unexpected(format!("the daemon's `visit timing` has no number for {field}"))
            })?;
            samples.push(micros / 1000.0);
        }
    }
    Ok(samples)
}

/// The number behind `field=`.
fn value(line: &str, field: &str) -> Option<f64> {
    line.split_whitespace().find_map(|word| word.strip_prefix(field)?.strip_prefix('=')?.parse().ok())
}
