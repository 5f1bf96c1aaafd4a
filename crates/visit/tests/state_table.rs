//! Every state of the station with every input: handled, and where it then stands, or refused by name.
//!
//! The table is `state_table.txt`. `UPDATE_STATE_TABLE=1 cargo test -p visit --test state_table` writes what the machine
//! does now; read the diff. Before every state but the first the reader has served one visit, so that stale tickets and
//! attempts are real ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

mod support;

use failure::codes;
use model::{
    CentreSession, ConsentItem, Decision, FailureCode, Moment, NumberB, Passcode, Pii, Pin, Qualification,
    ResultId, StationState, Validity, VisitId,
};
use reader::{AttemptId, Command, CommandKind, Conditions, Event, FaceVerdict, Language, Method};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;
use support::{agreed, now, ready, screen};
use visit::{
    CardReply, CentreReply, Effect, Input, Now, NumberBCheck, PasscodeCheck, PinCheck, Refusal, RelayAnswer,
    Settled, SlotChange, StaffDeed, Station, Taken, Ticket,
};

/// The sorts of tasks, each with tickets of its own.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Card,
    Centre,
    Passcode,
    Ledger,
}

#[derive(Clone, Copy)]
enum Which {
    /// The last one handed out for this sort of task.
    Right,
    /// The first one, of the visit before.
    Stale,
    /// The last one of another sort of task.
    Foreign,
}

const WHICH: [(&str, Which); 3] =
    [("", Which::Right), (", stale ticket", Which::Stale), (", foreign ticket", Which::Foreign)];

/// A station on its way to a state.
struct Drive {
    station: Station,
    moment: Moment,
    tickets: Vec<(Sort, Ticket)>,
    attempts: Vec<AttemptId>,
    visits: Vec<VisitId>,
}

impl Drive {
    fn new() -> Self {
        Self {
            station: support::station(7, true),
            moment: Moment::ZERO,
            tickets: vec![],
            attempts: vec![],
            visits: vec![],
        }
    }

    fn now(&self) -> Now {
        now(self.moment, 0)
    }

    /// An input that must be handled.
    fn put(&mut self, input: Input) -> &mut Self {
        let said = format!("{input:?}");
        let taken = self.station.handle(input, self.now());
        assert_eq!(taken, Taken::Handled, "{said} in {:?}", self.station.view());
        self.drain();
        self
    }

    fn drain(&mut self) -> usize {
        let mut count = 0;
        while let Some(effect) = self.station.poll_effect() {
            count += 1;
            match effect {
                Effect::Card(ticket, _) => self.tickets.push((Sort::Card, ticket)),
                Effect::Centre(ticket, _) => self.tickets.push((Sort::Centre, ticket)),
                Effect::CheckPasscode(ticket, _) => self.tickets.push((Sort::Passcode, ticket)),
                Effect::Commit(ticket, _) => self.tickets.push((Sort::Ledger, ticket)),
                Effect::Reader(Command::OpenAttempt(attempt)) => self.attempts.push(attempt),
                _ => {}
            }
        }
        if let Some(visit) = self.station.view().visit.filter(|visit| !self.visits.contains(visit)) {
            self.visits.push(visit);
        }
        count
    }

    fn wait(&mut self) -> &mut Self {
        self.moment = self.station.next_wakeup().expect("nothing is due");
        self.put(Input::Woken)
    }

    fn ticket(&self, sort: Sort, which: Which) -> Ticket {
        let mut of_sort = self.tickets.iter().filter(|(s, _)| *s == sort).map(|(_, ticket)| *ticket);
        let none = Ticket(u64::MAX);
        match which {
            Which::Right => of_sort.next_back().unwrap_or(none),
            Which::Stale => of_sort.next().unwrap_or(none),
            Which::Foreign => {
                self.tickets.iter().rfind(|(s, _)| *s != sort).map_or(none, |(_, ticket)| *ticket)
            }
        }
    }

    fn card(&mut self, reply: CardReply) -> &mut Self {
        self.put(Input::Card(self.ticket(Sort::Card, Which::Right), Ok(reply)))
    }

    fn centre(&mut self, reply: CentreReply) -> &mut Self {
        self.put(Input::Centre(self.ticket(Sort::Centre, Which::Right), Ok(reply)))
    }

    fn event(&mut self, event: Event) -> &mut Self {
        self.put(Input::Reader(event))
    }

    // ----- the ways -------------------------------------------------------------------------------------------

    fn idle(&mut self) -> &mut Self {
        self.put(ready(false)).put(Input::Slot(SlotChange::Empty));
        // One visit before: a wrong passcode, then the face, no questions.
        self.choosing(1).event(Event::MethodChosen(Method::Visual)).event(passcode());
        let asked = self.ticket(Sort::Passcode, Which::Right);
        self.put(Input::Passcode(asked, Ok(PasscodeCheck::Wrong)));
        self.comparing().matched().centre(relayed()).centre(CentreReply::Screens(vec![]));
        self.centre(settled());
        let written = self.ticket(Sort::Ledger, Which::Right);
        self.put(Input::Committed(written, Ok(ResultId(1))));
        self.event(Event::CardTaken).put(Input::Slot(SlotChange::Empty))
    }

    fn choosing(&mut self, count: u32) -> &mut Self {
        self.event(Event::CardPlaced).put(Input::Slot(SlotChange::Present { count }));
        self.card(CardReply::Identified)
    }

    fn comparing(&mut self) -> &mut Self {
        self.event(Event::MethodChosen(Method::Face));
        let attempt = *self.attempts.last().unwrap();
        self.event(Event::NumberBRead { attempt, number: number_b() }).card(photo())
    }

    fn matched(&mut self) -> &mut Self {
        let attempt = *self.attempts.last().unwrap();
        self.event(compared(attempt, FaceVerdict::Match))
    }

    fn typing_pin(&mut self) -> &mut Self {
        self.event(Event::MethodChosen(Method::Pin)).card(CardReply::PinTries(3))
    }

    fn registering_by_pin(&mut self) -> &mut Self {
        self.typing_pin().event(pin()).card(CardReply::Pin(PinCheck::Right));
        let relay = self.ticket(Sort::Centre, Which::Right);
        self.put(Input::Centre(relay, Err(codes::NOT_REGISTERED)));
        self.event(answer("registration", Decision::Agreed))
    }

    fn asking(&mut self) -> &mut Self {
        self.comparing().matched().centre(relayed()).centre(screens())
    }

    fn settling(&mut self) -> &mut Self {
        self.asking()
            .event(answer("medical", Decision::Agreed))
            .event(answer("prescription", Decision::Refused))
    }

    fn committing(&mut self) -> &mut Self {
        self.settling().centre(settled())
    }
}

type Way = fn(&mut Drive) -> &mut Drive;

/// Every state and every step; where a state has variants that a reply or event meets differently, each of them.
const STATES: &[(&str, Way)] = &[
    ("starting", |d| d),
    ("out of order, reader lost", |d| d.idle().put(Input::ReaderLost(codes::READER_UNPLUGGED))),
    ("out of order, slot unusable", |d| d.idle().put(Input::Slot(SlotChange::Unusable(codes::PCSC_STOPPED)))),
    ("idle", Drive::idle),
    ("idle, settling: screens", |d| {
        d.idle().choosing(2).comparing().matched().centre(relayed()).event(Event::CardTaken);
        d.put(Input::Slot(SlotChange::Empty)).wait()
    }),
    ("idle, settling: answers", |d| {
        d.idle().choosing(2).settling().event(Event::CardTaken).put(Input::Slot(SlotChange::Empty))
    }),
    ("idle, settling: processing", |d| {
        d.idle().choosing(2).settling().centre(processing()).event(Event::CardTaken);
        d.put(Input::Slot(SlotChange::Empty))
    }),
    ("idle, settling: committing", |d| {
        d.idle().choosing(2).committing().event(Event::CardTaken).put(Input::Slot(SlotChange::Empty))
    }),
    ("visual check armed", |d| d.idle().put(staff(StaffDeed::ArmVisualCheck))),
    ("visit: agreeing, tray alone", |d| d.idle().event(Event::CardPlaced)),
    ("visit: agreeing, slot alone", |d| d.idle().put(Input::Slot(SlotChange::Present { count: 2 }))),
    ("visit: identifying", |d| {
        d.idle().event(Event::CardPlaced).put(Input::Slot(SlotChange::Present { count: 2 }))
    }),
    ("visit: choosing", |d| d.idle().choosing(2)),
    ("visit: choosing, reminded", |d| d.idle().choosing(2).wait()),
    ("visit: choosing, PIN closed", |d| {
        d.idle().choosing(2).event(Event::MethodChosen(Method::Pin)).card(CardReply::PinTries(0))
    }),
    ("visit: reading_number_b", |d| d.idle().choosing(2).event(Event::MethodChosen(Method::Face))),
    ("visit: opening_photo", |d| {
        d.idle().choosing(2).event(Event::MethodChosen(Method::Face));
        let attempt = *d.attempts.last().unwrap();
        d.event(Event::NumberBRead { attempt, number: number_b() })
    }),
    ("visit: comparing", |d| d.idle().choosing(2).comparing()),
    ("visit: counting_tries", |d| d.idle().choosing(2).event(Event::MethodChosen(Method::Pin))),
    ("visit: typing_pin", |d| d.idle().choosing(2).typing_pin()),
    ("visit: checking_pin", |d| d.idle().choosing(2).typing_pin().event(pin())),
    ("visit: typing_passcode", |d| d.idle().choosing(2).event(Event::MethodChosen(Method::Visual))),
    ("visit: checking_passcode", |d| {
        d.idle().choosing(2).event(Event::MethodChosen(Method::Visual)).event(passcode())
    }),
    ("visit: confirming", |d| d.idle().choosing(2).put(staff(StaffDeed::ArmVisualCheck))),
    ("visit: relaying", |d| d.idle().choosing(2).comparing().matched()),
    ("visit: offering_registration", |d| {
        d.idle().choosing(2).comparing().matched();
        let relay = d.ticket(Sort::Centre, Which::Right);
        d.put(Input::Centre(relay, Err(codes::NOT_REGISTERED)))
    }),
    ("visit: relaying, registering", |d| {
        d.idle().choosing(2).comparing().matched();
        let relay = d.ticket(Sort::Centre, Which::Right);
        d.put(Input::Centre(relay, Err(codes::NOT_REGISTERED)));
        d.event(answer("registration", Decision::Agreed))
    }),
    ("visit: counting_tries, registering", |d| d.idle().choosing(2).registering_by_pin()),
    ("visit: typing_pin, registering", |d| {
        d.idle().choosing(2).registering_by_pin().card(CardReply::PinTries(3))
    }),
    ("visit: checking_pin, registering", |d| {
        d.idle().choosing(2).registering_by_pin().card(CardReply::PinTries(3)).event(pin())
    }),
    ("visit: fetching_screens", |d| d.idle().choosing(2).comparing().matched().centre(relayed())),
    ("visit: asking", |d| d.idle().choosing(2).asking()),
    ("visit: settling, answers", |d| d.idle().choosing(2).settling()),
    ("visit: settling, processing", |d| d.idle().choosing(2).settling().centre(processing())),
    ("visit: settling, committing", |d| d.idle().choosing(2).committing()),
    ("visit: advising", |d| {
        let invalid = RelayAnswer { session: CentreSession("s2".into()), validity: Validity::Invalid };
        d.idle().choosing(2).comparing().matched().centre(CentreReply::Relayed(invalid));
        d.centre(CentreReply::Screens(vec![])).centre(settled());
        let written = d.ticket(Sort::Ledger, Which::Right);
        d.put(Input::Committed(written, Ok(ResultId(2))))
    }),
    ("visit: done", |d| {
        d.idle().choosing(2).committing();
        let written = d.ticket(Sort::Ledger, Which::Right);
        d.put(Input::Committed(written, Ok(ResultId(2))))
    }),
    ("visit: failed", |d| d.idle().choosing(2).event(Event::CardWrongSide)),
    ("card left", |d| d.idle().choosing(2).event(Event::CardWrongSide).wait()),
    ("card left, tray emptied", |d| d.idle().choosing(2).event(Event::CardTaken)),
    ("card left, placed again", |d| d.idle().choosing(2).event(Event::CardTaken).event(Event::CardPlaced)),
];

fn passcode() -> Event {
    Event::PasscodeEntered(Passcode::from_digits(b"2468").unwrap())
}

fn pin() -> Event {
    Event::PinEntered(Pin::from_digits(b"1234").unwrap())
}

fn number_b() -> NumberB {
    NumberB::from_digits(b"55021720352285").unwrap()
}

fn compared(attempt: AttemptId, verdict: FaceVerdict) -> Event {
    Event::FaceCompared { attempt, verdict, conditions: Conditions::default() }
}

fn answer(screen: &str, decision: Decision) -> Event {
    Event::ConsentAnswered { screen: screen.into(), decision }
}

fn photo() -> CardReply {
    CardReply::Photo(Pii::new(vec![1, 2, 3]))
}

fn relayed() -> CentreReply {
    CentreReply::Relayed(RelayAnswer { session: CentreSession("s1".into()), validity: Validity::Valid })
}

fn screens() -> CentreReply {
    CentreReply::Screens(vec![
        screen("medical", &[ConsentItem::Medicines]),
        screen("prescription", &[ConsentItem::ElectronicPrescription]),
    ])
}

fn processing() -> CentreReply {
    CentreReply::Processing { again_after: Duration::from_secs(2) }
}

fn settlement() -> Settled {
    let qualification = Pii::new(Qualification { xml: "<x/>".into() });
    Settled { qualification, consents: vec![], remarks: vec![] }
}

fn settled() -> CentreReply {
    CentreReply::Settled(Box::new(settlement()))
}

fn staff(deed: StaffDeed) -> Input {
    Input::Staff("tanaka".parse().unwrap(), deed)
}

// ----- inputs -----------------------------------------------------------------------------------------------------

type Make = Box<dyn Fn(&mut Drive) -> Input>;
type Named<T> = Vec<(&'static str, fn() -> T)>;

/// Every kind of input, with the names under which they stand in the table.
fn inputs() -> Vec<(String, Make)> {
    let mut all: Vec<(String, Make)> = Vec::new();
    let mut add = |name: &str, make: Make| all.push((name.to_owned(), make));

    let events: Named<Event> = vec![
        ("card placed", || Event::CardPlaced),
        ("card taken", || Event::CardTaken),
        ("card wrong side", || Event::CardWrongSide),
        ("language: japanese", || Event::LanguageChosen(Language::Japanese)),
        ("language: english", || Event::LanguageChosen(Language::English)),
        ("language: not the model's", || Event::LanguageChosen(Language::Chinese)),
        ("method: face", || Event::MethodChosen(Method::Face)),
        ("method: PIN", || Event::MethodChosen(Method::Pin)),
        ("method: visual", || Event::MethodChosen(Method::Visual)),
        ("PIN typed", pin),
        ("passcode typed", passcode),
        ("typing cancelled", || Event::PinCancelled),
        ("agreed: medical", || answer("medical", Decision::Agreed)),
        ("refused: medical", || answer("medical", Decision::Refused)),
        ("agreed: registration", || answer("registration", Decision::Agreed)),
        ("refused: registration", || answer("registration", Decision::Refused)),
        ("agreed: a screen never shown", || answer("other", Decision::Agreed)),
        ("document read", || Event::DocumentRead(None)),
    ];
    for (name, event) in events {
        add(name, Box::new(move |_| Input::Reader(event())));
    }
    add("ready, tray empty", Box::new(|_| ready(false)));
    add("ready, card in the tray", Box::new(|_| ready(true)));
    for (name, pick) in [("", true), (", stale attempt", false)] {
        let attempt = move |d: &Drive| {
            let of = if pick { d.attempts.last() } else { d.attempts.first() };
            of.copied().unwrap_or(AttemptId(0))
        };
        add(
            &format!("number B read{name}"),
            Box::new(move |d| Input::Reader(Event::NumberBRead { attempt: attempt(d), number: number_b() })),
        );
        for (verdict, said) in VERDICTS {
            add(
                &format!("face: {said}{name}"),
                Box::new(move |d| Input::Reader(compared(attempt(d), verdict))),
            );
        }
    }

    add("slot: the same card", Box::new(|_| Input::Slot(SlotChange::Present { count: 2 })));
    add("slot: another card", Box::new(|_| Input::Slot(SlotChange::Present { count: 3 })));
    add("slot: empty", Box::new(|_| Input::Slot(SlotChange::Empty)));
    add("slot: unusable", Box::new(|_| Input::Slot(SlotChange::Unusable(codes::PCSC_STOPPED))));
    add("reader lost", Box::new(|_| Input::ReaderLost(codes::READER_UNPLUGGED)));
    for kind in COMMANDS {
        add(&format!("unsupported: {kind:?}"), Box::new(move |_| Input::Unsupported(kind)));
    }

    let cards: Named<Result<CardReply, FailureCode>> = vec![
        ("identified", || Ok(CardReply::Identified)),
        ("photo", || Ok(photo())),
        ("number B wrong, 9 left", || Ok(CardReply::NumberB(NumberBCheck::Wrong { left: 9 }))),
        ("number B at its last try", || Ok(CardReply::NumberB(NumberBCheck::LastTry))),
        ("number B locked", || Ok(CardReply::NumberB(NumberBCheck::Locked))),
        ("3 tries left", || Ok(CardReply::PinTries(3))),
        ("1 try left", || Ok(CardReply::PinTries(1))),
        ("no try left", || Ok(CardReply::PinTries(0))),
        ("PIN right", || Ok(CardReply::Pin(PinCheck::Right))),
        ("PIN wrong, 2 left", || Ok(CardReply::Pin(PinCheck::Wrong { left: 2 }))),
        ("PIN locked", || Ok(CardReply::Pin(PinCheck::Locked))),
        ("fails", || Err(codes::CARD_UNREADABLE)),
    ];
    let centres: Named<Result<CentreReply, FailureCode>> = vec![
        ("relayed", || Ok(relayed())),
        ("screens", || Ok(screens())),
        ("settled", || Ok(CentreReply::Settled(Box::new(settlement())))),
        ("settled with an invented consent", || {
            let mut settlement = settlement();
            settlement.consents.push(agreed(ConsentItem::Operations, now(Moment::ZERO, 0).wall));
            Ok(CentreReply::Settled(Box::new(settlement)))
        }),
        ("processing", || Ok(processing())),
        ("not registered", || Err(codes::NOT_REGISTERED)),
        ("fails", || Err(codes::CENTRE_SILENT)),
    ];
    let passcodes: Named<Result<PasscodeCheck, FailureCode>> = vec![
        ("right", || Ok(PasscodeCheck::Right)),
        ("wrong", || Ok(PasscodeCheck::Wrong)),
        ("locked", || Ok(PasscodeCheck::Locked)),
        ("fails", || Err(codes::INTERNAL)),
    ];
    let ledgers: Named<Result<ResultId, FailureCode>> =
        vec![("committed", || Ok(ResultId(9))), ("commit fails", || Err(codes::LEDGER_WRITE_FAILED))];
    for (suffix, which) in WHICH {
        for &(name, reply) in &cards {
            let name = format!("card {name}{suffix}");
            add(&name, Box::new(move |d| Input::Card(d.ticket(Sort::Card, which), reply())));
        }
        for &(name, reply) in &centres {
            let name = format!("centre {name}{suffix}");
            add(&name, Box::new(move |d| Input::Centre(d.ticket(Sort::Centre, which), reply())));
        }
        for &(name, reply) in &passcodes {
            let name = format!("passcode {name}{suffix}");
            add(&name, Box::new(move |d| Input::Passcode(d.ticket(Sort::Passcode, which), reply())));
        }
        for &(name, reply) in &ledgers {
            let name = format!("{name}{suffix}");
            add(&name, Box::new(move |d| Input::Committed(d.ticket(Sort::Ledger, which), reply())));
        }
    }

    add("staff arm", Box::new(|_| staff(StaffDeed::ArmVisualCheck)));
    add("staff disarm", Box::new(|_| staff(StaffDeed::DisarmVisualCheck)));
    for (name, right) in [("", true), (", the visit before", false)] {
        let visit = move |d: &Drive| {
            let of = if right { d.visits.last() } else { d.visits.first() };
            of.copied().unwrap_or(VisitId::from_bytes([9; 16]))
        };
        for (deed, same) in [("confirm", true), ("deny", false)] {
            add(
                &format!("staff {deed}{name}"),
                Box::new(move |d| staff(StaffDeed::ConfirmPerson { visit: visit(d), same })),
            );
        }
        add(
            &format!("staff ask again{name}"),
            Box::new(move |d| staff(StaffDeed::AskConsentsAgain { visit: visit(d) })),
        );
        add(
            &format!("staff cancel{name}"),
            Box::new(move |d| staff(StaffDeed::CancelVisit { visit: visit(d) })),
        );
    }

    add("woken early", Box::new(|_| Input::Woken));
    add("woken when due", Box::new(|d| woken(d, Duration::ZERO)));
    add("woken after a sleep", Box::new(|d| woken(d, Duration::from_secs(3600))));
    all
}

fn woken(drive: &mut Drive, later: Duration) -> Input {
    drive.moment = drive.station.next_wakeup().unwrap_or(drive.moment).after(later);
    Input::Woken
}

const VERDICTS: [(FaceVerdict, &str); 9] = [
    (FaceVerdict::Match, "match"),
    (FaceVerdict::NoMatch, "no match"),
    (FaceVerdict::TooDark, "too dark"),
    (FaceVerdict::NoFace, "no face"),
    (FaceVerdict::NotAlive, "not alive"),
    (FaceVerdict::NumberBUnreadable, "number B unreadable"),
    (FaceVerdict::PhotoUnreadable, "photo unreadable"),
    (FaceVerdict::Masked, "masked"),
    (FaceVerdict::Pose, "pose"),
];

const COMMANDS: [CommandKind; 12] = [
    CommandKind::Show,
    CommandKind::Speak,
    CommandKind::Light,
    CommandKind::Sound,
    CommandKind::OfferMethods,
    CommandKind::OpenAttempt,
    CommandKind::Compare,
    CommandKind::AskPin,
    CommandKind::AskPasscode,
    CommandKind::AskConsent,
    CommandKind::ReadDocument,
    CommandKind::Cancel,
];

// ----- nothing is missing -----------------------------------------------------------------------------------------

/// The kind of an input, as a number below [`KINDS`]. Whoever adds a variant adds an arm, raises the number and adds an
/// input to [`inputs`]: the test counts.
fn kind(input: &Input) -> usize {
    match input {
        Input::Reader(event) => match event {
            Event::Ready { .. } => 0,
            Event::CardPlaced => 1,
            Event::CardTaken => 2,
            Event::CardWrongSide => 3,
            Event::LanguageChosen(_) => 4,
            Event::MethodChosen(Method::Face) => 5,
            Event::MethodChosen(Method::Pin) => 6,
            Event::MethodChosen(Method::Visual) => 7,
            Event::NumberBRead { .. } => 8,
            Event::FaceCompared { verdict, .. } => match verdict {
                FaceVerdict::Match => 9,
                FaceVerdict::NoMatch => 10,
                FaceVerdict::TooDark => 11,
                FaceVerdict::NoFace => 12,
                FaceVerdict::NotAlive => 13,
                FaceVerdict::NumberBUnreadable => 14,
                FaceVerdict::PhotoUnreadable => 15,
                FaceVerdict::Masked => 16,
                FaceVerdict::Pose => 17,
            },
            Event::PinEntered(_) => 18,
            Event::PasscodeEntered(_) => 19,
            Event::PinCancelled => 20,
            Event::ConsentAnswered { decision: Decision::Agreed, .. } => 21,
            Event::ConsentAnswered { decision: Decision::Refused, .. } => 22,
            Event::DocumentRead(_) => 23,
        },
        Input::ReaderLost(_) => 24,
        Input::Unsupported(kind) => match kind {
            CommandKind::Show => 25,
            CommandKind::Speak => 26,
            CommandKind::Light => 27,
            CommandKind::Sound => 28,
            CommandKind::OfferMethods => 29,
            CommandKind::OpenAttempt => 30,
            CommandKind::Compare => 31,
            CommandKind::AskPin => 32,
            CommandKind::AskPasscode => 33,
            CommandKind::AskConsent => 34,
            CommandKind::ReadDocument => 35,
            CommandKind::Cancel => 36,
        },
        Input::Slot(SlotChange::Present { .. }) => 37,
        Input::Slot(SlotChange::Empty) => 38,
        Input::Slot(SlotChange::Unusable(_)) => 39,
        Input::Card(_, Ok(reply)) => match reply {
            CardReply::Identified => 40,
            CardReply::Photo(_) => 41,
            CardReply::NumberB(NumberBCheck::Wrong { .. }) => 42,
            CardReply::NumberB(NumberBCheck::LastTry) => 43,
            CardReply::NumberB(NumberBCheck::Locked) => 44,
            CardReply::PinTries(_) => 45,
            CardReply::Pin(PinCheck::Right) => 46,
            CardReply::Pin(PinCheck::Wrong { .. }) => 47,
            CardReply::Pin(PinCheck::Locked) => 48,
        },
        Input::Card(_, Err(_)) => 49,
        Input::Centre(_, Ok(reply)) => match reply {
            CentreReply::Relayed(_) => 50,
            CentreReply::Screens(_) => 51,
            CentreReply::Settled(_) => 52,
            CentreReply::Processing { .. } => 53,
        },
        Input::Centre(_, Err(_)) => 54,
        Input::Passcode(_, Ok(check)) => match check {
            PasscodeCheck::Right => 55,
            PasscodeCheck::Wrong => 56,
            PasscodeCheck::Locked => 57,
        },
        Input::Passcode(_, Err(_)) => 58,
        Input::Committed(_, Ok(_)) => 59,
        Input::Committed(_, Err(_)) => 60,
        Input::Staff(_, deed) => match deed {
            StaffDeed::ArmVisualCheck => 61,
            StaffDeed::DisarmVisualCheck => 62,
            StaffDeed::ConfirmPerson { same: true, .. } => 63,
            StaffDeed::ConfirmPerson { same: false, .. } => 64,
            StaffDeed::CancelVisit { .. } => 65,
            StaffDeed::AskConsentsAgain { .. } => 66,
        },
        Input::Woken => 67,
    }
}

const KINDS: usize = 68;

/// As [`kind`], for the states.
const fn state_kind(state: StationState) -> usize {
    match state {
        StationState::Starting => 0,
        StationState::Idle => 1,
        StationState::VisualCheckArmed => 2,
        StationState::InVisit => 3,
        StationState::CardLeft => 4,
        StationState::OutOfOrder => 5,
    }
}

const STATE_KINDS: usize = 6;

/// The names of all steps, as the machine itself lists them.
fn steps() -> BTreeSet<String> {
    let source = include_str!("../src/steps.rs");
    let (_, name) = source.split_once("fn name(&self)").unwrap();
    let (name, _) = name.split_once("\n    }\n").unwrap();
    name.lines().filter_map(|line| Some(line.split_once("=> \"")?.1.split_once('"')?.0.to_owned())).collect()
}

fn stands(station: &Station) -> String {
    let view = station.view();
    let step = view.step.map(|step| format!(" {step}")).unwrap_or_default();
    let failure = view.failure.map(|(code, _)| format!(" [{code}]")).unwrap_or_default();
    let settling = if view.settling > 0 { ", settling" } else { "" };
    format!("{:?}{step}{failure}{settling}", view.state)
}

#[test]
fn every_state_with_every_input() {
    let inputs = inputs();
    let mut out =
        String::from("Every state of the station with every input. Written by tests/state_table.rs.\n");
    let (mut kinds, mut states, mut seen, mut refusals) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (state, way) in STATES {
        let mut drive = Drive::new();
        way(&mut drive);
        let view = drive.station.view();
        states.insert(state_kind(view.state));
        if let Some(step) = view.step {
            seen.insert(step.to_owned());
            assert!(state.contains(step), "{state} stands at {step}");
        }
        writeln!(out, "\n== {state}: {}", stands(&drive.station)).unwrap();
        let mut refused: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, make) in &inputs {
            let mut drive = Drive::new();
            way(&mut drive);
            let input = make(&mut drive);
            kinds.insert(kind(&input));
            let before = (format!("{:?}", drive.station), drive.station.view(), drive.station.next_wakeup());
            match drive.station.handle(input, drive.now()) {
                Taken::Handled => {
                    let same = format!("{:?}", drive.station) == before.0;
                    drive.drain();
                    let after = if same { "nothing changes".into() } else { stands(&drive.station) };
                    writeln!(out, "{name:42} {after}").unwrap();
                }
                Taken::Refused(refusal) => {
                    let after =
                        (format!("{:?}", drive.station), drive.station.view(), drive.station.next_wakeup());
                    assert_eq!(before, after, "{state}, {name}: refused, and yet something changed");
                    assert_eq!(drive.drain(), 0, "{state}, {name}: refused, and yet something is to be done");
                    refusals.insert(refusal_name(refusal));
                    refused.entry(format!("{refusal:?}")).or_default().push(name);
                }
            }
        }
        for (refusal, names) in refused {
            writeln!(out, "refused {refusal}:").unwrap();
            wrap(&together(&names), &mut out);
        }
    }
    writeln!(
        out,
        "\n{} states, {} inputs, {} pairs.",
        STATES.len(),
        inputs.len(),
        STATES.len() * inputs.len()
    )
    .unwrap();

    assert_eq!(kinds, (0..KINDS).collect(), "kinds of input");
    assert_eq!(states, (0..STATE_KINDS).collect(), "states");
    assert_eq!(seen, steps(), "steps");
    assert_eq!(refusals.len(), REFUSALS, "refusals: {refusals:?}");

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/state_table.txt");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if out != written {
        if std::env::var_os("UPDATE_STATE_TABLE").is_some() {
            std::fs::write(path, &out).unwrap();
        }
        let differs = written.lines().zip(out.lines()).find(|(was, is)| was != is);
        panic!("the machine does something else than state_table.txt says: {differs:?}");
    }
}

/// Refused names with their tickets taken together.
fn together(names: &[&str]) -> Vec<String> {
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in names {
        let (base, ticket) = match name.rsplit_once(", ") {
            Some((base, "stale ticket")) => (base, "stale"),
            Some((base, "foreign ticket")) => (base, "foreign"),
            _ => (*name, "right"),
        };
        match grouped.iter_mut().find(|(known, _)| *known == base) {
            Some((_, tickets)) => tickets.push(ticket),
            None => grouped.push((base, vec![ticket])),
        }
    }
    let said = |(base, tickets): (&str, Vec<&str>)| match tickets[..] {
        ["right"] => base.to_owned(),
        ["right", "stale", "foreign"] => format!("{base} [any ticket]"),
        _ => format!("{base} [{} ticket]", tickets.join(" or ")),
    };
    grouped.into_iter().map(said).collect()
}

fn wrap(words: &[String], out: &mut String) {
    let mut line = String::from("   ");
    for (at, word) in words.iter().enumerate() {
        if line.len() + word.len() > 116 {
            writeln!(out, "{line}").unwrap();
            line = String::from("   ");
        }
        let comma = if at + 1 < words.len() { ";" } else { "" };
        write!(line, " {word}{comma}").unwrap();
    }
    writeln!(out, "{line}").unwrap();
}

/// Every refusal is somewhere in the table; one that is added must get there.
const fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoVisit => "NoVisit",
        Refusal::OtherVisit => "OtherVisit",
        Refusal::StaleTicket => "StaleTicket",
        Refusal::ForeignAttempt => "ForeignAttempt",
        Refusal::OtherScreen => "OtherScreen",
        Refusal::NotOffered => "NotOffered",
        Refusal::NotAsked => "NotAsked",
        Refusal::ReaderNotReady => "ReaderNotReady",
        Refusal::Untimely => "Untimely",
        Refusal::NothingDue => "NothingDue",
    }
}

const REFUSALS: usize = 10;
