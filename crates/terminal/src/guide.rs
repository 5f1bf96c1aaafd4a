//! The guide beside a reader that draws its own screen: a panel that follows what the terminal tells the unit. It is only
//! looked at; the answers are given at the unit.

use model::panel::{Language, Notice, PadOrder, Panel, Question};
use reader::{Command, Event};

/// What the unit was last told to show and ask.
pub(crate) struct Guide(Panel);

impl Guide {
    pub(crate) const fn new() -> Self {
        Self(Panel { language: Language::Japanese, notice: Notice::OutOfOrder, question: None })
    }

    /// The panel as it is after this command; `None` if the patient sees nothing of it.
    pub(crate) fn told(&mut self, command: &Command) -> Option<Panel> {
        let Self(panel) = self;
        match command {
            Command::Show(notice) => panel.notice = *notice,
            Command::Speak(language) => panel.language = *language,
            Command::OfferMethods(methods) => panel.question = Some(Question::Methods(methods.clone())),
            Command::OpenAttempt(_) | Command::Compare { .. } => panel.question = Some(Question::Face),
            // The unit orders its own pad: this order is never shown.
            Command::AskPin { tries_left, .. } => {
                panel.question = Some(Question::Pin { tries_left: *tries_left, pad: PadOrder::TELEPHONE });
            }
            Command::AskPasscode { .. } => {
                panel.question = Some(Question::Passcode { pad: PadOrder::TELEPHONE });
            }
            Command::AskConsent(screen) => panel.question = Some(Question::Consent(screen.clone())),
            Command::Cancel => panel.question = None,
            Command::Light(_) | Command::Sound(_) | Command::ReadDocument => return None,
        }
        Some(panel.clone())
    }

    /// The panel as it is after the unit told this: an answer ends its question.
    pub(crate) fn heard(&mut self, event: &Event) -> Option<Panel> {
        match event {
            Event::MethodChosen(_)
            | Event::PinEntered(_)
            | Event::PasscodeEntered(_)
            | Event::PinCancelled
            | Event::FaceCompared { .. }
            | Event::ConsentAnswered { .. } => self.0.question.take().map(|_| self.0.clone()),
            // What else it tells answers no question of the patient's; a wish for a language comes back as a command.
            Event::Ready { .. }
            | Event::CardPlaced
            | Event::CardTaken
            | Event::CardWrongSide
            | Event::LanguageChosen(_)
            | Event::NumberBRead { .. }
            | Event::DocumentRead(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use failure::codes;
    use model::{ConsentItem, ConsentScreen, Decision};
    use reader::{Lamp, Method};

    fn question(panel: Option<Panel>) -> Option<Question> {
        panel.and_then(|panel| panel.question)
    }

    #[test]
    fn it_follows_the_unit_and_forgets_what_was_answered() {
        let mut guide = Guide::new();
        let methods = vec![Method::Face, Method::Pin];
        let offered = guide.told(&Command::OfferMethods(methods.clone()));
        assert_eq!(question(offered), Some(Question::Methods(methods)));
        assert!(guide.told(&Command::Light(Lamp::Blue)).is_none(), "nothing on the screen changes");
        assert_eq!(guide.heard(&Event::MethodChosen(Method::Pin)).map(|panel| panel.question), Some(None));
        assert!(guide.heard(&Event::MethodChosen(Method::Pin)).is_none(), "there was nothing left to answer");

        let screen = ConsentScreen { id: "q".to_owned(), items: vec![ConsentItem::Medicines] };
        assert_eq!(
            question(guide.told(&Command::AskConsent(screen.clone()))),
            Some(Question::Consent(screen))
        );
        let answered = Event::ConsentAnswered { screen: "q".to_owned(), decision: Decision::Refused };
        assert_eq!(question(guide.heard(&answered)), None);

        let spoken = guide.told(&Command::Speak(Language::Korean)).map(|panel| panel.language);
        assert_eq!(spoken, Some(Language::Korean));
        let shown = guide.told(&Command::Show(Notice::Failure(codes::CARD_LEFT))).map(|panel| panel.notice);
        assert_eq!(shown, Some(Notice::Failure(codes::CARD_LEFT)));
    }

    #[test]
    fn it_knows_the_tries_of_a_pin_and_not_the_order_of_the_unit_s_pad() {
        let mut guide = Guide::new();
        let pad = PadOrder::shuffled(&[7; 32]);
        assert_ne!(pad, PadOrder::TELEPHONE);
        let asked = question(guide.told(&Command::AskPin { tries_left: 2, pad }));
        assert_eq!(asked, Some(Question::Pin { tries_left: 2, pad: PadOrder::TELEPHONE }));
        assert_eq!(question(guide.told(&Command::Cancel)), None);
    }
}
