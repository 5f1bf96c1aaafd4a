//! The lamp on three GPIO lines.

use hi_cara_frames::LampLine;

/// Which lines are enabled, and which one is lit.
#[derive(Debug, Default)]
pub(super) struct Lamp {
    enabled: Vec<LampLine>,
    lit: Option<LampLine>,
}

impl Lamp {
    pub(super) fn enable(&mut self, line: LampLine) {
        if !self.enabled.contains(&line) {
            self.enabled.push(line);
        }
    }

    /// The colour after a line was written; `None` if it may not be written now.
    pub(super) fn write(&mut self, line: LampLine, lit: bool) -> Option<reader::Lamp> {
        let other_lit = self.lit.is_some_and(|other| other != line);
        if !self.enabled.contains(&line) || (lit && other_lit) {
            return None;
        }
        if lit {
            self.lit = Some(line);
        } else if !other_lit {
            self.lit = None;
        }
        Some(match self.lit {
            None => reader::Lamp::Off,
            Some(LampLine::Green) => reader::Lamp::Green,
            Some(LampLine::Red) => reader::Lamp::Red,
            Some(LampLine::Blue) => reader::Lamp::Blue,
        })
    }
}
