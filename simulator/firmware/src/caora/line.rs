//! The reader's side of the line: DIALECT.md sections 2 and 3.

use caora_frames::block::{BlockNumber, EOT, NAK, ack};
use caora_frames::{Collector, HostMessage, ReaderMessage, Token, Verb};
use model::Moment;
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::Zeroizing;

/// t2: a quiet line after damage.
const QUIET: Duration = Duration::from_millis(20);
/// Messages that wait to be fetched at most. Whoever fetches none for so long must begin anew.
const MOST_QUEUED: usize = 64;

/// Half-duplex line of one unit. Without Debug: what it holds may be a PIN.
pub(super) struct Line {
    collector: Collector,
    quiet_at: Option<Moment>,
    identified: bool,
    last_heard: BlockNumber,
    last_said: BlockNumber,
    outstanding: Option<(BlockNumber, Zeroizing<Vec<u8>>)>,
    queue: VecDeque<ReaderMessage>,
}

/// What the terminal wants.
#[derive(Debug)]
pub(super) enum Heard {
    /// A new message.
    Message(HostMessage),
    /// A block whose message this unit does not know.
    Unknown(Verb),
}

/// What goes onto the wire in answer, and what was heard.
#[derive(Default)]
pub(super) struct Turn {
    pub(super) send: Option<Zeroizing<Vec<u8>>>,
    pub(super) heard: Option<Heard>,
}

impl Turn {
    fn send(bytes: &[u8]) -> Self {
        Self { send: Some(Zeroizing::new(bytes.to_vec())), heard: None }
    }
}

impl Line {
    /// A line whose unit was just powered up.
    pub(super) fn powered_up() -> Self {
        Self {
            collector: Collector::default(),
            quiet_at: None,
            identified: false,
            last_heard: BlockNumber::OPENING,
            last_said: BlockNumber::OPENING,
            outstanding: None,
            queue: VecDeque::from([ReaderMessage::PoweredUp]),
        }
    }

    pub(super) const fn is_identified(&self) -> bool {
        self.identified
    }

    /// Queues a message until the terminal fetches it.
    pub(super) fn say(&mut self, message: ReaderMessage) {
        if self.queue.len() >= MOST_QUEUED {
            *self = Self::powered_up();
        } else {
            self.queue.push_back(message);
        }
    }

    /// Forgets answers that were not fetched.
    pub(super) fn forget_answers(&mut self) {
        self.queue.retain(|message| !message.is_answer());
    }

    pub(super) fn receive(&mut self, byte: u8, now: Moment) -> Turn {
        self.quiet_at = None;
        let turn = match self.collector.push(byte) {
            None => Turn::default(),
            Some(Token::Enquiry | Token::Damaged) => self.say_again_or_next(),
            Some(Token::Acknowledged(number)) => self.acknowledged(number),
            Some(Token::End) => {
                self.collector.spoil();
                Turn::default()
            }
            Some(Token::Block) => self.block(),
        };
        if self.collector.is_pending() {
            self.quiet_at = Some(now.after(QUIET));
        }
        turn
    }

    pub(super) fn wake(&mut self, now: Moment) -> Turn {
        if self.quiet_at.is_none_or(|at| at > now) {
            return Turn::default();
        }
        self.quiet_at = None;
        self.collector.clear();
        Turn::send(&[NAK])
    }

    pub(super) const fn next_wakeup(&self) -> Option<Moment> {
        self.quiet_at
    }

    fn say_again_or_next(&mut self) -> Turn {
        match &self.outstanding {
            Some((_, block)) => Turn::send(block),
            None => self.say_next(),
        }
    }

    fn acknowledged(&mut self, number: BlockNumber) -> Turn {
        // Without a block outstanding it is a stray: perhaps a damaged STX, perhaps a repetition.
        if self.outstanding.take_if(|(outstanding, _)| *outstanding == number).is_none() {
            return Turn::default();
        }
        self.say_next()
    }

    fn say_next(&mut self) -> Turn {
        let Some(message) = self.queue.pop_front() else { return Turn::send(&[EOT]) };
        let opening = matches!(message, ReaderMessage::PoweredUp | ReaderMessage::Identity(_));
        self.last_said = if opening { BlockNumber::OPENING } else { self.last_said.next() };
        match message.emit(self.last_said) {
            Ok(block) => {
                let turn = Turn::send(&block);
                self.outstanding = Some((self.last_said, block));
                turn
            }
            // Only a configuration with an identity that the dialect cannot say comes here: the unit stays mute.
            Err(_) => Turn::send(&[EOT]),
        }
    }

    fn block(&mut self) -> Turn {
        let Some(block) = self.collector.block() else { return Turn::default() };
        let number = block.number();
        let message = HostMessage::parse(block.body());
        let verb = Verb::of(block.body());
        if matches!(message, Ok(HostMessage::Identify)) && number == BlockNumber::OPENING {
            *self = Self { identified: true, queue: VecDeque::new(), ..Self::powered_up() };
        } else if !self.identified {
            return Turn::send(&[NAK]);
        } else if number == self.last_heard {
            return Turn::send(&ack(number));
        } else if number != self.last_heard.next() {
            return Turn::send(&[NAK]);
        }
        let heard = match (message, verb) {
            (Ok(message), _) => Heard::Message(message),
            (Err(_), Some(verb)) => Heard::Unknown(verb),
            (Err(_), None) => return Turn::send(&[NAK]),
        };
        self.last_heard = number;
        Turn { heard: Some(heard), ..Turn::send(&ack(number)) }
    }
}
