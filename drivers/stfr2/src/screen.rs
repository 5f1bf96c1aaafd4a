//! The panel that the terminal draws, and what a touch on it answers.

use model::{Passcode, Pin, SecretError};
use reader::{Event, Language, Notice, PadOrder, PadTouches, Panel, Question, Touch};
use zeroize::Zeroizing;

/// What stands on the panel.
pub(crate) struct Screen {
    panel: Panel,
    /// Whether it changed since it was drawn. A question that is asked anew counts, even in the same words: touches on the
    /// old drawing are not for it.
    changed: bool,
}

impl Screen {
    pub(crate) const fn new() -> Self {
        let panel = Panel { language: Language::Japanese, notice: Notice::OutOfOrder, question: None };
        Self { panel, changed: true }
    }

    /// The panel, if it is to be drawn anew.
    pub(crate) fn poll(&mut self) -> Option<Panel> {
        std::mem::take(&mut self.changed).then(|| self.panel.clone())
    }

    pub(crate) const fn show(&mut self, notice: Notice) {
        self.panel.notice = notice;
        self.changed = true;
    }

    pub(crate) const fn speak(&mut self, language: Language) {
        self.panel.language = language;
        self.changed = true;
    }

    pub(crate) fn ask(&mut self, question: Question) {
        self.panel.question = Some(question);
        self.changed = true;
    }

    pub(crate) fn ask_nothing(&mut self) {
        self.changed |= self.panel.question.take().is_some();
    }

    /// What a touch means, if it fits what is asked; an answer ends its question.
    pub(crate) fn touched(&mut self, touch: Touch) -> Option<Event> {
        let event = match (touch, self.panel.question.as_ref()) {
            (Touch::Language(language), _) => return Some(Event::LanguageChosen(language)),
            (Touch::Method(method), Some(Question::Methods(offered))) if offered.contains(&method) => {
                Event::MethodChosen(method)
            }
            (Touch::Pad(touches), Some(Question::Pin { pad, .. })) => {
                Event::PinEntered(typed(pad, &touches, Pin::from_digits)?)
            }
            (Touch::Pad(touches), Some(Question::Passcode { pad })) => {
                Event::PasscodeEntered(typed(pad, &touches, Passcode::from_digits)?)
            }
            (Touch::PadCancel, Some(Question::Pin { .. } | Question::Passcode { .. })) => Event::PinCancelled,
            (Touch::Consent { screen, decision }, Some(Question::Consent(asked))) if asked.id == screen => {
                Event::ConsentAnswered { screen, decision }
            }
            _ => return None,
        };
        self.ask_nothing();
        Some(event)
    }
}

/// The secret whose digits stand where the pad was touched.
fn typed<S>(pad: &PadOrder, touches: &PadTouches, secret: fn(&[u8]) -> Result<S, SecretError>) -> Option<S> {
    let mut digits = Zeroizing::new([0; 4]);
    for (digit, position) in digits.iter_mut().zip(touches.positions()) {
        *digit = pad.digit_at(*position)? + b'0';
    }
    secret(&*digits).ok()
}
