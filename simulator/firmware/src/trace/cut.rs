//! A stream cut into frames, each as it stood on the wire.

use zeroize::{Zeroize as _, Zeroizing};

/// More than any frame of any dialect on the wire; what is longer is no frame.
const MOST_HELD: usize = 256 * 1024;

/// A stream to a unit.
pub(super) struct Cutter {
    /// What came since the last frame.
    raw: Zeroizing<Vec<u8>>,
    collector: Collector,
}

enum Collector {
    Caora(caora_frames::Collector),
    Exc9000(exc_9000_frames::Collector),
    HiCara(hi_cara_frames::Collector),
    SmaPa(sma_pa_frames::Decoder),
    /// Each piece is one report.
    Reports,
}

/// What a byte did.
enum Did {
    Nothing,
    /// A frame ends here; so many bytes before it were none.
    Frame {
        noise: usize,
    },
    /// So many bytes are no frame.
    Noise(usize),
    /// What is held is no frame, but for this last byte, which may begin one.
    AllButLast,
}

impl Cutter {
    pub(super) fn of(model: &str) -> Option<Self> {
        let collector = match model {
            "caora" => Collector::Caora(caora_frames::Collector::default()),
            "exc-9000" => Collector::Exc9000(exc_9000_frames::Collector::default()),
            "hi-cara" => Collector::HiCara(hi_cara_frames::Collector::new(hi_cara_frames::Direction::ToUnit)),
            "sma-pa" => Collector::SmaPa(sma_pa_frames::Decoder::default()),
            "stfr2" => Collector::Reports,
            _ => return None,
        };
        Some(Self { raw: Zeroizing::default(), collector })
    }

    /// Gives each frame, and each stretch that is none.
    pub(super) fn cut(&mut self, bytes: &[u8], give: &mut dyn FnMut(&[u8])) {
        if let Collector::Reports = self.collector {
            return give(bytes);
        }
        for byte in bytes {
            self.raw.push(*byte);
            match self.collector.push(*byte) {
                Did::Nothing if self.raw.len() < MOST_HELD => {}
                Did::Nothing => self.give_all(give),
                Did::Frame { noise } => {
                    let (noise, frame) =
                        self.raw.split_at_checked(noise).unwrap_or((&[], self.raw.as_slice()));
                    if !noise.is_empty() {
                        give(noise);
                    }
                    give(frame);
                    self.forget();
                }
                Did::Noise(count) => self.give_first(count, give),
                Did::AllButLast => self.give_first(self.raw.len().saturating_sub(1), give),
            }
        }
        // This dialect hears nothing after damage until the line is quiet, and the terminal keeps it quiet then.
        if let Collector::Caora(collector) = &mut self.collector
            && collector.is_damaged()
        {
            collector.clear();
            self.give_all(give);
        }
    }

    fn give_first(&mut self, count: usize, give: &mut dyn FnMut(&[u8])) {
        let (noise, rest) = self.raw.split_at_checked(count).unwrap_or((self.raw.as_slice(), &[]));
        let rest = Zeroizing::new(rest.to_vec());
        if !noise.is_empty() {
            give(noise);
        }
        self.forget();
        self.raw = rest;
    }

    fn give_all(&mut self, give: &mut dyn FnMut(&[u8])) {
        if !self.raw.is_empty() {
            give(&self.raw);
        }
        self.forget();
    }

    fn forget(&mut self) {
        self.raw.zeroize();
    }
}

impl Collector {
    fn push(&mut self, byte: u8) -> Did {
        match self {
            Self::Caora(collector) => match collector.push(byte) {
                Some(_) => Did::Frame { noise: 0 },
                None => Did::Nothing,
            },
            Self::Exc9000(collector) => match collector.push(byte) {
                Some(exc_9000_frames::Token::Frame) => Did::Frame { noise: 0 },
                Some(exc_9000_frames::Token::Damaged) => Did::Noise(usize::MAX),
                // The END behind damage, which may stand before a frame too.
                None if byte == exc_9000_frames::slip::END && !collector.is_pending() => Did::AllButLast,
                None => Did::Nothing,
            },
            Self::HiCara(collector) => {
                let before = collector.left_out();
                let whole = collector.push(byte).is_some();
                noted(whole, collector.left_out().saturating_sub(before))
            }
            Self::SmaPa(decoder) => {
                let whole = decoder.push(byte);
                let noise = u64::try_from(decoder.take_noise()).unwrap_or(u64::MAX);
                noted(whole, noise)
            }
            Self::Reports => Did::Nothing,
        }
    }
}

/// Of collectors that look for a frame behind damage: what was left out before this byte.
fn noted(whole: bool, noise: u64) -> Did {
    let noise = usize::try_from(noise).unwrap_or(usize::MAX);
    match (whole, noise) {
        (true, noise) => Did::Frame { noise },
        (false, 0) => Did::Nothing,
        (false, noise) => Did::Noise(noise),
    }
}
