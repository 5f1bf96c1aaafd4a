//! One direction of a wire, in virtual time.

use super::{Fate, Mangler};
use crate::Link;
use model::Moment;
use std::collections::VecDeque;
use std::time::Duration;

/// A piece that waits for the next one goes on alone after this.
const HELD: Duration = Duration::from_millis(30);
/// The rest of a split piece comes within this.
const APART: Duration = Duration::from_millis(3);
/// Noise in one burst on a stream.
const MOST_NOISE: usize = 48;

/// In which pieces a stream gives its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pieces {
    /// As they were sent.
    #[default]
    AsSent,
    /// Every byte alone. Reports stay whole.
    Bytewise,
    /// All that came within this time, at once. Reports stay whole, but come together.
    Gathered(Duration),
}

/// What comes out of a way.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    Piece(Vec<u8>),
    Closed,
}

/// One direction of a wire. Without Debug: what is on it may be a PIN.
pub(super) struct Way {
    report: Option<usize>,
    pub(super) pieces: Pieces,
    mangler: Option<Mangler>,
    under_way: VecDeque<(Moment, Arrival)>,
    held: Option<Held>,
    frozen: bool,
    still_until: Moment,
    /// Whether the mangler put noise onto it.
    pub(super) noisy: bool,
}

struct Held {
    piece: Vec<u8>,
    at_latest: Moment,
    /// Joined before the next piece, else behind it.
    joined: bool,
}

impl Way {
    pub(super) const fn new(link: Link) -> Self {
        let report = match link {
            Link::Hid { report } => Some(report),
            Link::Serial(_) | Link::Tcp => None,
        };
        Self {
            report,
            pieces: Pieces::AsSent,
            mangler: None,
            under_way: VecDeque::new(),
            held: None,
            frozen: false,
            still_until: Moment::ZERO,
            noisy: false,
        }
    }

    pub(super) fn mangle(&mut self, mangler: Mangler) {
        self.mangler = Some(mangler);
    }

    pub(super) const fn freeze(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// The link was closed: what is under way is lost.
    pub(super) fn clear(&mut self) {
        self.under_way.clear();
        self.held = None;
    }

    /// Pieces and bytes that wait to arrive.
    pub(super) fn waiting(&self) -> usize {
        self.under_way
            .iter()
            .map(|(_, arrival)| match arrival {
                Arrival::Piece(piece) => piece.len(),
                Arrival::Closed => 0,
            })
            .sum()
    }

    /// A piece was sent.
    pub(super) fn put(&mut self, piece: &[u8], now: Moment) {
        let reports = self.report.is_some();
        let Some(mangler) = &mut self.mangler else {
            self.arrive_shaped(piece, now);
            return;
        };
        let fate = mangler.fate(reports);
        let flipped = (fate == Fate::FlipBit).then(|| mangler.flip(piece));
        let piece = flipped.as_deref().unwrap_or(piece);
        match fate {
            Fate::Pass | Fate::FlipBit => self.pass(piece, now),
            Fate::Drop => {}
            Fate::Duplicate { late } => {
                self.pass(piece, now);
                if late {
                    self.hold(piece, false, now);
                } else {
                    self.pass(piece, now);
                }
            }
            Fate::Reorder => self.hold(piece, false, now),
            Fate::Join => self.hold(piece, true, now),
            Fate::Split => {
                let (head, tail) = mangler.split(piece);
                let (head, tail) = (head.to_vec(), tail.to_vec());
                self.pass(&head, now);
                self.pass(&tail, now.after(APART));
            }
            Fate::Delay(by) => self.pass(piece, now.after(by)),
            Fate::Freeze(so_long) => {
                self.still_until = self.still_until.max(now.after(so_long));
                self.pass(piece, now);
            }
            Fate::Babble => {
                let noise = mangler.noise(self.report.unwrap_or(MOST_NOISE), reports);
                self.noisy = true;
                self.pass(&noise, now);
                self.pass(piece, now);
            }
            Fate::Close => self.arrive(Arrival::Closed, now),
        }
    }

    /// What has arrived by now, oldest first.
    pub(super) fn poll(&mut self, now: Moment) -> Option<Arrival> {
        if self.frozen || self.still_until > now {
            return None;
        }
        self.release_late(now);
        if self.under_way.front().is_none_or(|(due, _)| *due > now) {
            return None;
        }
        let (_, mut first) = self.under_way.pop_front()?;
        if let (Pieces::Gathered(_), None, Arrival::Piece(gathered)) = (self.pieces, self.report, &mut first)
        {
            while let Some((_, Arrival::Piece(next))) = self
                .under_way
                .pop_front_if(|(due, arrival)| *due <= now && matches!(arrival, Arrival::Piece(_)))
            {
                gathered.extend(next);
            }
        }
        Some(first)
    }

    pub(super) fn next_wakeup(&self) -> Option<Moment> {
        if self.frozen {
            return None;
        }
        let held = self.held.as_ref().map(|held| held.at_latest);
        let due = self.under_way.front().map(|(due, _)| *due);
        [held, due].into_iter().flatten().min().map(|at| at.max(self.still_until))
    }

    /// Goes on its way, together with what was held for it.
    fn pass(&mut self, piece: &[u8], now: Moment) {
        match self.held.take() {
            None => self.arrive_shaped(piece, now),
            Some(held) if held.joined => {
                let mut both = held.piece;
                both.extend_from_slice(piece);
                self.arrive_shaped(&both, now);
            }
            Some(held) => {
                self.arrive_shaped(piece, now);
                self.arrive_shaped(&held.piece, now);
            }
        }
    }

    fn hold(&mut self, piece: &[u8], joined: bool, now: Moment) {
        if let Some(held) = self.held.take() {
            self.arrive_shaped(&held.piece, now);
        }
        self.held = Some(Held { piece: piece.to_vec(), at_latest: now.after(HELD), joined });
    }

    fn release_late(&mut self, now: Moment) {
        if let Some(held) = self.held.take_if(|held| held.at_latest <= now) {
            self.arrive_shaped(&held.piece, now);
        }
    }

    fn arrive_shaped(&mut self, piece: &[u8], due: Moment) {
        if piece.is_empty() {
            return;
        }
        match self.pieces {
            Pieces::Bytewise if self.report.is_none() => {
                for byte in piece {
                    self.arrive(Arrival::Piece(vec![*byte]), due);
                }
            }
            Pieces::Gathered(within) => {
                // All of one window are due at its end.
                let end = self.under_way.front().map_or_else(|| due.after(within), |(due, _)| *due);
                self.arrive(Arrival::Piece(piece.to_vec()), end);
            }
            Pieces::AsSent | Pieces::Bytewise => self.arrive(Arrival::Piece(piece.to_vec()), due),
        }
    }

    /// Nothing overtakes what is under way.
    fn arrive(&mut self, arrival: Arrival, due: Moment) {
        let behind = self.under_way.back().map_or(due, |(last, _)| (*last).max(due));
        self.under_way.push_back((behind, arrival));
    }
}
