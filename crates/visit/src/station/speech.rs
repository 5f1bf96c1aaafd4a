//! What the station says to the reader, in the way its model offers, and what it draws by chance for it.

use super::Station;
use crate::io::Effect;
use model::VisitId;
use reader::{AttemptId, Command, Language, Notice, PadOrder, Profile};
use sha2::{Digest, Sha256};

impl Station {
    /// Tells the reader what its model offers of this, in its own way.
    pub(super) fn tell<const N: usize>(&mut self, commands: [Command; N]) {
        for command in commands {
            if let Command::Show(notice) = command {
                self.notice = notice;
            }
            if let Some(command) = offered(self.config.profile, command) {
                self.effects.push_back(Effect::Reader(command));
            }
        }
    }

    pub(super) fn show_again(&mut self) {
        self.tell([Command::Show(self.notice)]);
    }

    pub(super) fn speak(&mut self, language: Language) {
        if self.language != language {
            self.language = language;
            self.tell([Command::Speak(language)]);
        }
    }

    pub(super) fn draw_visit_id(&mut self) -> VisitId {
        let drawn = self.draw(b"visit");
        let mut id = [0; 16];
        id.iter_mut().zip(drawn).for_each(|(to, from)| *to = from);
        VisitId::from_bytes(id)
    }

    pub(super) fn draw_attempt(&mut self) -> AttemptId {
        let drawn = self.draw(b"attempt");
        AttemptId(drawn.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }

    pub(super) fn draw_pad(&mut self) -> PadOrder {
        PadOrder::shuffled(&self.draw(b"pad"))
    }

    fn draw(&mut self, what: &[u8]) -> [u8; 32] {
        self.drawn = self.drawn.saturating_add(1);
        Sha256::new()
            .chain_update(self.config.seed)
            .chain_update(what)
            .chain_update(self.drawn.to_be_bytes())
            .finalize()
            .into()
    }
}

/// The command as this model offers it; `None` if it does not. A visit is decorated with lamp, sound and language, and
/// not every model has them. What a visit cannot do without every model has.
fn offered(profile: &Profile, command: Command) -> Option<Command> {
    match command {
        Command::Light(_) if !Profile::has(profile.lamp) => None,
        Command::Sound(_) if !Profile::has(profile.buzzer) && !Profile::has(profile.voice) => None,
        Command::Speak(language) if !profile.speaks(language) => None,
        Command::Show(Notice::CardLeft) if !Profile::has(profile.card_left_notice) => {
            Some(Command::Show(Notice::TakeCard))
        }
        command => Some(command),
    }
}
