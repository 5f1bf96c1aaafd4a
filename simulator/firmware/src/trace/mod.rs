//! What passes over a unit's wire, as lines for the bench: frame by frame, without personal fields.
//!
//! What leaves the unit leaves in whole pieces. What comes to it comes as a stream and is cut here by the dialect's own
//! collector; what is no frame is told by its length only.

mod cut;
mod what;

use cut::Cutter;
use what::what;

/// One frame, or what is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Bytes on the wire.
    pub bytes: usize,
    /// What it is about, in one word of the bench: `notice`, `pin`, `photo` …; `noise` if it is no frame.
    pub what: &'static str,
    /// The frame as its dialect's `redact` tells it: without PIN, passcode, 照合番号B, photo and answers.
    pub text: String,
    /// Says that the line lives, and nothing else: a poll, an acknowledgement, a heartbeat.
    pub idle: bool,
}

/// Takes both directions of one unit's wire apart. Bytes that it holds are wiped.
pub struct Trace {
    model: &'static str,
    cutter: Cutter,
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Trace({})", self.model)
    }
}

impl Trace {
    /// A trace of a model's wire; `None` if there is no such model.
    #[must_use]
    pub fn of(model: &str) -> Option<Self> {
        let model = crate::MODELS.iter().find(|known| **known == model)?;
        Some(Self { model, cutter: Cutter::of(model)? })
    }

    /// What a piece is that left the unit.
    #[must_use]
    pub fn sent(&self, piece: &[u8]) -> Line {
        line(self.model, piece)
    }

    /// Frames that are whole with these bytes, which came to the unit.
    pub fn received(&mut self, bytes: &[u8]) -> Vec<Line> {
        let (model, mut lines) = (self.model, Vec::new());
        self.cutter.cut(bytes, &mut |frame| lines.push(line(model, frame)));
        lines
    }
}

fn line(model: &str, frame: &[u8]) -> Line {
    let text = match model {
        "caora" => caora_frames::redact(frame),
        "stfr2" => stfr2_frames::redact(frame),
        "sma-pa" => sma_pa_frames::redact(frame),
        "hi-cara" => hi_cara_frames::redact(frame),
        "exc-9000" => exc_9000_frames::redact(frame),
        _ => format!("({} bytes)", frame.len()),
    };
    let what = what(model, &text);
    Line { bytes: frame.len(), what, text, idle: matches!(what, "poll" | "ack" | "alive") }
}

#[cfg(test)]
mod tests;
