//! The terminal's side of the half-duplex line: one block or one ENQ at a time, mended by retransmission.

use crate::error::CaoraError;
use crate::timing::Timing;
use caora_frames::block::{BlockNumber, ENQ, NAK, ack};
use caora_frames::{Collector, ReaderMessage, Token};
use model::Moment;
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// The line as the terminal sees it. Without Debug: what it holds may be a photo.
pub(crate) struct Line {
    timing: &'static Timing,
    collector: Collector,
    phase: Phase,
    /// Number of the last block that the reader acknowledged.
    last_said: BlockNumber,
    /// Number of the last block heard; opening blocks do not count.
    last_heard: Option<BlockNumber>,
    retransmissions: u32,
    /// Whether anything unintelligible came since the last success.
    noise: bool,
    /// Since when, and until when, damage came with no calm in between. Single successes do not end it: an EOT by
    /// chance among noise is none.
    noisy: Option<(Moment, Moment)>,
    quiet_at: Option<Moment>,
    /// Until then a silent or unintelligible unit may still be starting.
    patient_until: Option<Moment>,
    blocks_in_turn: u32,
    sends: VecDeque<Vec<u8>>,
}

enum Phase {
    /// The line is ours since then.
    Idle { since: Moment },
    /// A block waits for its acknowledgement.
    Sending { block: Zeroizing<Vec<u8>>, number: BlockNumber, deadline: Moment },
    /// The line is lent to the reader.
    Listening { deadline: Moment },
}

/// What the line brought.
#[derive(Debug)]
pub(crate) enum LineEvent {
    /// The block was acknowledged; the line is free.
    Acknowledged,
    /// The reader said something new.
    Heard(ReaderMessage),
}

impl Line {
    /// A link that was opened now. The unit may need until t5 to answer.
    pub(crate) fn open(timing: &'static Timing, now: Moment) -> Self {
        Self {
            timing,
            collector: Collector::default(),
            phase: Phase::Idle { since: now },
            last_said: BlockNumber::OPENING,
            last_heard: None,
            retransmissions: 0,
            noise: false,
            noisy: None,
            quiet_at: None,
            patient_until: Some(now.after(timing.start)),
            blocks_in_turn: 0,
            sends: VecDeque::new(),
        }
    }

    /// The unit identified itself: from now on t1 and the count of retransmissions hold.
    pub(crate) const fn end_patience(&mut self) {
        self.patient_until = None;
        self.noisy = None;
    }

    /// Why a unit that did not identify itself within t5 counts as out of order.
    pub(crate) const fn not_identified(&self) -> CaoraError {
        let (what, transmissions) = ("identify", self.retransmissions + 1);
        if self.noise {
            CaoraError::Garbled { what, transmissions }
        } else {
            CaoraError::Silent { what, transmissions }
        }
    }

    /// Since when the line is free, if it is.
    pub(crate) const fn idle_since(&self) -> Option<Moment> {
        match self.phase {
            Phase::Idle { since } => Some(since),
            _ => None,
        }
    }

    /// The number that the next block must carry.
    pub(crate) const fn next_number(&self) -> BlockNumber {
        self.last_said.next()
    }

    /// Sends a block; the line must be free.
    pub(crate) fn send(&mut self, block: Zeroizing<Vec<u8>>, number: BlockNumber, now: Moment) {
        self.put(&block);
        self.phase = Phase::Sending { block, number, deadline: now.after(self.timing.answer) };
    }

    /// Lends the line to the reader; it must be free.
    pub(crate) fn enquire(&mut self, now: Moment) {
        self.blocks_in_turn = 0;
        self.listen(&[ENQ], now);
    }

    pub(crate) fn poll_send(&mut self) -> Option<Vec<u8>> {
        self.sends.pop_front()
    }

    /// Takes one byte.
    pub(crate) fn receive(&mut self, byte: u8, now: Moment) -> Result<Option<LineEvent>, CaoraError> {
        self.quiet_at = None;
        let event = match self.collector.push(byte) {
            None => None,
            Some(token) => self.take(token, now)?,
        };
        if self.collector.is_pending() {
            // Half a block is noise until its rest arrives: whole, it is a success.
            self.noise = true;
            self.quiet_at = Some(now.after(self.timing.quiet));
            if self.collector.is_damaged() {
                self.meet_noise(now)?;
            }
        }
        Ok(event)
    }

    /// Acts on what is due.
    pub(crate) fn wake(&mut self, now: Moment) -> Result<(), CaoraError> {
        if self.quiet_at.is_some_and(|at| at <= now) {
            self.quiet_at = None;
            self.collector.clear();
            self.meet_noise(now)?;
            return self.mend(now);
        }
        match self.phase {
            Phase::Sending { deadline, .. } if deadline <= now => self.send_again(now),
            Phase::Listening { deadline } if deadline <= now => {
                self.count(now)?;
                self.listen(&[ENQ], now);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn next_wakeup(&self) -> Option<Moment> {
        let deadline = match self.phase {
            Phase::Idle { .. } => None,
            Phase::Sending { deadline, .. } | Phase::Listening { deadline } => Some(deadline),
        };
        [deadline, self.quiet_at].into_iter().flatten().min()
    }

    fn take(&mut self, token: Token, now: Moment) -> Result<Option<LineEvent>, CaoraError> {
        match (&self.phase, token) {
            (Phase::Sending { number, .. }, Token::Acknowledged(acknowledged)) if *number == acknowledged => {
                self.last_said = acknowledged;
                self.succeed();
                self.phase = Phase::Idle { since: now };
                Ok(Some(LineEvent::Acknowledged))
            }
            (Phase::Sending { .. }, Token::Damaged) => {
                self.noise = true;
                // While the unit may be starting, t1 paces: a unit that refuses at once must not spin us.
                if self.patient_until.is_none() {
                    self.send_again(now)?;
                }
                Ok(None)
            }
            (Phase::Listening { .. }, Token::End) => {
                self.succeed();
                self.phase = Phase::Idle { since: now };
                Ok(None)
            }
            (Phase::Listening { .. }, Token::Block) => self.take_block(now),
            (Phase::Listening { .. }, Token::Damaged | Token::Enquiry) => {
                self.collector.spoil();
                Ok(None)
            }
            // Stray: a repetition of what was heard before, or unasked. The answer proper may follow it.
            _ => Ok(None),
        }
    }

    fn take_block(&mut self, now: Moment) -> Result<Option<LineEvent>, CaoraError> {
        let Some(block) = self.collector.block() else { return Ok(None) };
        let number = block.number();
        let Ok(message) = ReaderMessage::parse(block.body()) else {
            self.collector.spoil();
            return Ok(None);
        };
        self.blocks_in_turn += 1;
        if self.blocks_in_turn > self.timing.blocks_in_turn {
            return Err(CaoraError::Endless { most: self.timing.blocks_in_turn });
        }
        self.succeed();
        self.listen(&ack(number), now);
        let opening = number == BlockNumber::OPENING;
        if !opening && self.last_heard == Some(number) {
            return Ok(None);
        }
        self.last_heard = (!opening).then_some(number);
        Ok(Some(LineEvent::Heard(message)))
    }

    /// The line fell quiet after damage.
    fn mend(&mut self, now: Moment) -> Result<(), CaoraError> {
        match self.phase {
            Phase::Idle { .. } => Ok(()),
            Phase::Sending { .. } => self.send_again(now),
            Phase::Listening { .. } => {
                self.count(now)?;
                self.listen(&[NAK], now);
                Ok(())
            }
        }
    }

    /// Gives up a unit whose noise does not end, however it is spread.
    fn meet_noise(&mut self, now: Moment) -> Result<(), CaoraError> {
        let since = match self.noisy {
            Some((since, last)) if now <= last.after(self.timing.answer) => since,
            _ => now,
        };
        self.noisy = Some((since, now));
        if self.patient_until.is_none() && now >= since.after(self.timing.noise) {
            let (what, transmissions) = ("anything", self.retransmissions + 1);
            return Err(CaoraError::Garbled { what, transmissions });
        }
        Ok(())
    }

    fn send_again(&mut self, now: Moment) -> Result<(), CaoraError> {
        self.count(now)?;
        let Phase::Sending { block, deadline, .. } = &mut self.phase else { return Ok(()) };
        *deadline = now.after(self.timing.answer);
        let block = block.to_vec();
        self.put(&block);
        Ok(())
    }

    fn count(&mut self, now: Moment) -> Result<(), CaoraError> {
        let transmissions = self.retransmissions.saturating_add(1);
        let patient = self.patient_until.is_some_and(|until| now < until);
        if patient || self.retransmissions < self.timing.retransmissions {
            self.retransmissions = transmissions;
            return Ok(());
        }
        let what = match self.phase {
            Phase::Sending { .. } => "a block",
            _ => "ENQ",
        };
        Err(if self.noise {
            CaoraError::Garbled { what, transmissions }
        } else {
            CaoraError::Silent { what, transmissions }
        })
    }

    const fn succeed(&mut self) {
        self.retransmissions = 0;
        self.noise = false;
    }

    fn listen(&mut self, bytes: &[u8], now: Moment) {
        self.put(bytes);
        self.phase = Phase::Listening { deadline: now.after(self.timing.answer) };
    }

    fn put(&mut self, bytes: &[u8]) {
        self.collector.clear();
        self.quiet_at = None;
        self.sends.push_back(bytes.to_vec());
    }
}
