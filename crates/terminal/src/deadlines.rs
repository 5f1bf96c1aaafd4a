//! `[visit]`: every deadline of a visit, each with its bounds.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::Spanned;
use visit::Deadlines;

/// `[visit]` as it stands in the file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisitTable {
    reminders: Option<Spanned<u8>>,
    #[serde(default)]
    seconds: BTreeMap<Spanned<String>, Spanned<f64>>,
}

/// More often would only annoy.
const REMINDERS: RangeInclusive<u8> = 0..=10;

/// A key of `[visit.seconds]`, where it belongs, and what it may be. The bounds keep a slip of the pen from ending every
/// visit, or from letting one hang for hours; they are this project's own.
type Key = (&'static str, fn(&mut Deadlines) -> &mut Duration, RangeInclusive<f64>);

const KEYS: [Key; 21] = [
    ("agree", |d| &mut d.agree, 0.5..=30.0),
    ("identify", |d| &mut d.identify, 1.0..=60.0),
    ("choose", |d| &mut d.choose, 1.0..=600.0),
    ("number_b", |d| &mut d.number_b, 1.0..=120.0),
    ("photo", |d| &mut d.photo, 1.0..=60.0),
    ("compare", |d| &mut d.compare, 1.0..=120.0),
    ("card", |d| &mut d.card, 1.0..=60.0),
    ("pin", |d| &mut d.pin, 1.0..=600.0),
    ("passcode", |d| &mut d.passcode, 1.0..=60.0),
    ("armed", |d| &mut d.armed, 1.0..=3600.0),
    ("confirm", |d| &mut d.confirm, 1.0..=1800.0),
    ("relay", |d| &mut d.relay, 1.0..=120.0),
    ("consent", |d| &mut d.consent, 1.0..=600.0),
    ("answers", |d| &mut d.answers, 1.0..=120.0),
    ("processing", |d| &mut d.processing, 1.0..=600.0),
    ("commit", |d| &mut d.commit, 1.0..=120.0),
    ("advise", |d| &mut d.advise, 0.5..=60.0),
    ("take", |d| &mut d.take, 1.0..=600.0),
    ("told", |d| &mut d.told, 0.5..=60.0),
    ("clear", |d| &mut d.clear, 0.5..=30.0),
    ("pause", |d| &mut d.pause, 1.0..=60.0),
];

impl VisitTable {
    /// The deadlines; what the file does not name stays as it is by default.
    ///
    /// # Errors
    /// The offset of a fault, and the fault.
    pub(crate) fn checked(self) -> Result<Deadlines, (usize, String)> {
        let mut deadlines = Deadlines::default();
        if let Some(reminders) = self.reminders {
            let wanted = *reminders.get_ref();
            if !REMINDERS.contains(&wanted) {
                let (least, most) = REMINDERS.into_inner();
                return Err((
                    reminders.span().start,
                    format!("reminders: {wanted} is not {least} to {most}"),
                ));
            }
            deadlines.reminders = wanted;
        }
        for (key, seconds) in self.seconds {
            let name = key.get_ref();
            let Some((_, place, bounds)) = KEYS.iter().find(|(known, ..)| known == name) else {
                let known = KEYS.map(|(known, ..)| known).join(", ");
                return Err((
                    key.span().start,
                    format!("visit.seconds: {name:?} is not known; known are {known}"),
                ));
            };
            let wanted = *seconds.get_ref();
            if !bounds.contains(&wanted) {
                let (least, most) = (bounds.start(), bounds.end());
                return Err((
                    seconds.span().start,
                    format!("{name}: {wanted} seconds is not {least} to {most}"),
                ));
            }
            *place(&mut deadlines) = Duration::from_secs_f64(wanted);
        }
        Ok(deadlines)
    }
}
