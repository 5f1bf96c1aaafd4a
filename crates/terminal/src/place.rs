//! What one station works with: its settings, its ways to card, centre and ledger, and what it shows.

use crate::clock::Clock;
use crate::config::{ReaderSettings, StandIn};
use crate::passcode::SitePasscode;
use crate::seats::{ReaderSeat, Seat};
use crate::shared::Shared;
use centre::{Centre, CentreError};
use failure::codes;
use ledger::LedgerHandle;
use model::{CentreHealth, FailureCode, Insertion, InstitutionCode, StationState, StationStatus, Timestamp};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use visit::Deadlines;

/// One card procedure takes at most this much of its step's time, so that the card's silence is noticed as such; a real
/// signature needs up to 0.5 s, a read loop less than 1 s (card.md section 8.4).
pub(crate) fn card_limit(step: Duration) -> Duration {
    step.mul_f64(0.8)
}

/// What is believed of cards.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    pub(crate) photo: card::FaceTrust,
    pub(crate) jpki: card::CardCas,
}

/// All that one station works with.
pub(crate) struct Place {
    pub(crate) settings: ReaderSettings,
    pub(crate) institution: InstitutionCode,
    pub(crate) clock: Clock,
    pub(crate) deadlines: Deadlines,
    /// The site's; absent if it has none.
    pub(crate) passcode: Option<Arc<SitePasscode>>,
    /// Its slot, which pairing may change, and its tray.
    pub(crate) seat: Arc<ReaderSeat>,
    pub(crate) trust: Trust,
    pub(crate) centre: Centre,
    pub(crate) stand_in: StandIn,
    pub(crate) ledger: LedgerHandle,
    pub(crate) shared: Arc<Shared>,
    /// Cards placed so far: goes on over a station that begins anew.
    pub(crate) insertion: AtomicU64,
}

impl Place {
    /// The slot as it is paired now.
    pub(crate) fn slot(&self) -> Result<Arc<Seat>, FailureCode> {
        self.seat.seat.borrow().clone().ok_or(codes::SLOT_UNPAIRED)
    }

    /// Logs and shows what the centre did wrong, and says its code.
    pub(crate) fn centre_failed(&self, error: &CentreError) -> FailureCode {
        let code = error.code();
        tracing::warn!(reader = %self.settings.id, %code, %error, "centre");
        if is_line(code) {
            self.shared.line_is(&self.settings.id, CentreHealth::Down(code));
        }
        code
    }

    /// A login tells when the centre stands still next.
    pub(crate) fn logged_in(&self) {
        self.shared.announced(&self.settings.id, self.centre.maintenance());
        self.centre_answered();
    }

    pub(crate) fn centre_answered(&self) {
        self.shared.line_is(&self.settings.id, CentreHealth::Up);
    }
}

/// Whether a failure says something of the line, not of one card.
pub(crate) fn is_line(code: FailureCode) -> bool {
    [
        codes::CENTRE_UNREACHABLE,
        codes::CENTRE_SILENT,
        codes::CENTRE_UNTRUSTED,
        codes::TERMINAL_CERTIFICATE_REFUSED,
        codes::CENTRE_LOGIN_REFUSED,
        codes::CENTRE_GARBLED,
    ]
    .contains(&code)
}

/// What is shown of a reader that is one too many: it stays closed.
pub(crate) fn too_many(settings: &ReaderSettings, at: Timestamp) -> StationStatus {
    StationStatus {
        state: StationState::OutOfOrder,
        failure: Some((codes::READER_TOO_MANY, at)),
        ..starting(settings)
    }
}

/// What a station shows before it was heard of.
pub(crate) fn starting(settings: &ReaderSettings) -> StationStatus {
    StationStatus {
        reader: settings.id.clone(),
        label: settings.label.clone(),
        lane: settings.lane.clone(),
        model: settings.factory.profile().model,
        maturity: settings.factory.maturity(),
        state: StationState::Starting,
        visit: None,
        step: None,
        insertion: Insertion::default(),
        failure: None,
        armed_until: None,
        settling: 0,
        line: CentreHealth::Unknown,
    }
}
