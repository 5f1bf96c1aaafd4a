//! The reader's link and its driver: what comes from them, and what the driver wants done.

use super::Loop;
use crate::config::ReaderSettings;
use crate::fence::Fence;
use crate::guide::Guide;
use crate::panels::Touched;
use devices::link::{LinkError, LinkPort};
use failure::codes;
use model::FailureCode;
use reader::{Effect as DriverEffect, Event, Input as DriverInput, Panel};
use std::time::{Duration, Instant};
use visit::Input;

/// After a driver's fault the link is opened again, at the earliest after this.
const REOPEN: Duration = Duration::from_millis(500);
/// A reader that does not take bytes for so long is frozen.
const SEND_LIMIT: Duration = Duration::from_secs(2);

/// The reader, as long as its link is open.
pub(super) struct Connected {
    pub(super) link: LinkPort,
    pub(super) driver: Fence,
}

impl Loop {
    pub(super) fn opened(&mut self, link: LinkPort) {
        self.link_trouble = None;
        self.connected = Some(Connected { link, driver: Fence::around(self.place.settings.factory) });
        self.reopen_at = None;
        self.drive(DriverInput::LinkOpened);
    }

    pub(super) fn link_failed(&mut self, error: &LinkError) {
        let code = error.code();
        // A port that stays held or absent is tried again and again, and said once.
        if self.link_trouble.replace(code) != Some(code) {
            tracing::warn!(reader = %self.place.settings.id, %code, %error, "link");
            self.count_failure(code);
        }
        self.reader_lost(code);
    }

    fn reader_lost(&mut self, code: FailureCode) {
        self.connected = None;
        self.place.shared.panels.show(&self.place.settings.id, None);
        self.place.seat.tray.send_replace(None);
        self.reopen_at = Some(Instant::now() + REOPEN);
        self.tell_station(Input::ReaderLost(code));
    }

    pub(super) fn drive(&mut self, input: DriverInput<'_>) {
        let now = self.place.clock.now().moment;
        if let Some(connected) = &mut self.connected {
            connected.driver.handle(input, now);
        }
    }

    /// The panel may have changed since the desk took the touch: then it was meant for another.
    pub(super) fn touched(&mut self, touched: Touched) {
        if self.place.shared.panels.is_shown(&self.place.settings.id, &touched.nonce) {
            self.drive(DriverInput::Touched(touched.touch));
        }
    }

    pub(super) async fn driver_wants(&mut self, effect: DriverEffect) {
        match effect {
            DriverEffect::Send(bytes) => {
                let Some(connected) = &mut self.connected else { return };
                match tokio::time::timeout(SEND_LIMIT, connected.link.send(&bytes)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => self.link_failed(&error),
                    Err(_) => {
                        self.count_failure(codes::READER_SILENT);
                        self.reader_lost(codes::READER_SILENT);
                    }
                }
            }
            DriverEffect::Report(event) => {
                tracing::debug!(reader = %self.place.settings.id, event = event.name(), "reader");
                if let Event::Ready { unit, .. } = &event {
                    tracing::info!(reader = %self.place.settings.id, firmware = unit.firmware, "reader ready");
                }
                self.note_tray(&event);
                self.guide(|guide| guide.heard(&event));
                self.tell_station(Input::Reader(event));
            }
            DriverEffect::Draw(panel) => {
                tracing::debug!(reader = %self.place.settings.id, panel = panel.name(), "panel");
                self.place.shared.panels.show(&self.place.settings.id, Some(panel));
            }
            DriverEffect::Unsupported(kind) => {
                tracing::debug!(reader = %self.place.settings.id, ?kind, "the reader does not offer this");
                self.tell_station(Input::Unsupported(kind));
            }
            DriverEffect::Fault(fault) => {
                tracing::warn!(reader = %self.place.settings.id, code = %fault.code(), %fault, "driver");
                self.count_failure(fault.code());
                self.reader_lost(fault.code());
            }
        }
    }

    /// The page beside a unit with a screen of its own follows it.
    pub(super) fn guide(&mut self, follow: impl FnOnce(&mut Guide) -> Option<Panel>) {
        if let Some(panel) = self.guide.as_mut().and_then(follow) {
            self.place.shared.panels.show(&self.place.settings.id, Some(panel));
        }
    }

    /// Pairing sees what the reader says of its tray.
    fn note_tray(&self, event: &Event) {
        let card = match event {
            Event::Ready { card, .. } => *card,
            Event::CardPlaced => true,
            Event::CardTaken => false,
            _ => return,
        };
        self.place.seat.tray.send_replace(Some(card));
    }
}

/// Opens the reader's port, at the earliest at `earliest`; waits for it to be there.
pub(super) async fn open(
    settings: &ReaderSettings,
    earliest: Option<Instant>,
) -> Result<LinkPort, LinkError> {
    let link = settings.factory.link();
    let Some(earliest) = earliest else { return LinkPort::open(link, &settings.port).await };
    tokio::time::sleep_until(earliest.into()).await;
    LinkPort::open_when_there(link, &settings.port).await
}
