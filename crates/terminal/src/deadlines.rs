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

/// What each deadline may be, in seconds. The bounds keep a slip of the pen from ending every visit, or from letting one
/// hang for hours; they are this project's own.
const BOUNDS: [(&str, RangeInclusive<f64>); Deadlines::NAMED.len()] = [
    ("agree", 0.5..=30.0),
    ("identify", 1.0..=60.0),
    ("choose", 1.0..=600.0),
    ("number_b", 1.0..=120.0),
    ("photo", 1.0..=60.0),
    ("compare", 1.0..=120.0),
    ("card", 1.0..=60.0),
    ("pin", 1.0..=600.0),
    ("passcode", 1.0..=60.0),
    ("armed", 1.0..=3600.0),
    ("confirm", 1.0..=1800.0),
    ("relay", 1.0..=120.0),
    ("consent", 1.0..=600.0),
    ("answers", 1.0..=120.0),
    ("processing", 1.0..=600.0),
    ("commit", 1.0..=120.0),
    ("advise", 0.5..=60.0),
    ("take", 1.0..=600.0),
    ("told", 0.5..=60.0),
    ("clear", 0.5..=30.0),
    ("pause", 1.0..=60.0),
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
            let bounds = BOUNDS.iter().find(|(known, _)| known == name).map(|(_, bounds)| bounds);
            let (Some(bounds), Some(place)) = (bounds, deadlines.named(name)) else {
                let known = Deadlines::NAMED.map(|(known, _)| known).join(", ");
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
            *place = Duration::from_secs_f64(wanted);
        }
        Ok(deadlines)
    }
}

#[cfg(test)]
mod tests {
    use super::BOUNDS;
    use std::time::Duration;
    use visit::Deadlines;

    #[test]
    fn every_deadline_has_bounds_and_keeps_them_by_default() {
        let mut deadlines = Deadlines::default();
        for (name, bounds) in &BOUNDS {
            let default: Option<&mut Duration> = deadlines.named(name);
            assert!(bounds.contains(&default.unwrap().as_secs_f64()), "{name}");
        }
        for (name, _) in Deadlines::NAMED {
            assert!(BOUNDS.iter().any(|(bounded, _)| *bounded == name), "{name}");
        }
    }
}
