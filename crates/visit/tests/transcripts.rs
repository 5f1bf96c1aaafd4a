//! Plays the files of `tests/transcripts` in virtual time. A line `> …` is an input, the lines under it are what
//! the station did. A file `plain_…` plays on a model that states nothing of itself, the others on one that has everything.
//! `UPDATE_TRANSCRIPTS=1 cargo test -p visit` writes what it does now; read the diff.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops"
)]

use failure::codes;
use model::{
    CentreSession, Consent, ConsentItem, ConsentScreen, Decision, FailureCode, Moment, NumberB, Passcode,
    Pii, Pin, Qualification, Remark, ResultId, Timestamp, Validity,
};
use reader::profile::{Screen, Units};
use reader::{
    AttemptId, Command, CommandKind, Conditions, Event, FaceVerdict, Language, Method, PhotoCodec,
    PhotoWanted, Profile, Stated, UnitInfo,
};
use std::fmt::Write as _;
use std::time::Duration;
use visit::{
    CardReply, CardTask, CentreReply, CentreTask, Effect, Input, Now, NumberBCheck, PasscodeCheck, PinCheck,
    RelayAnswer, Settled, SlotChange, StaffDeed, Station, StationConfig, Taken, Ticket,
};

static PLAIN: Profile = Profile {
    model: "plain",
    screen_tenths_of_inch: Stated::Unknown,
    screen: Screen::Reader,
    least_face_light_lux: Stated::Unknown,
    shade_card_slot: Stated::Unknown,
    spoof_prevention: Stated::Unknown,
    peep_prevention: Stated::Unknown,
    glasses: Stated::Unknown,
    mask: Stated::Unknown,
    voice: Stated::Unknown,
    buzzer: Stated::Unknown,
    lamp: Stated::Unknown,
    card_left_notice: Stated::Unknown,
    wrong_side_notice: Stated::Unknown,
    shuffled_pad: Stated::Unknown,
    document_ocr: Stated::Unknown,
    languages: Stated::Unknown,
    rotates: Stated::Unknown,
    glove_touch: Stated::Unknown,
    backlight_correction: Stated::Unknown,
    staff_mirror: Stated::Unknown,
    detachable: Stated::Unknown,
    units: Stated::As(Units::UpTo(4)),
    photo: PhotoWanted { codec: PhotoCodec::Jp2, width: 0, height: 0, most_bytes: 20_000 },
};

static FULL: Profile = Profile {
    model: "full",
    least_face_light_lux: Stated::As(150),
    shade_card_slot: Stated::As(true),
    buzzer: Stated::As(true),
    lamp: Stated::As(true),
    card_left_notice: Stated::As(true),
    wrong_side_notice: Stated::As(true),
    languages: Stated::As(&[Language::Japanese, Language::English, Language::Korean]),
    ..PLAIN
};

struct Play {
    station: Station,
    moment: Moment,
    /// The last ticket and attempt that the station handed out.
    ticket: Ticket,
    /// The last one at the centre.
    at_centre: Ticket,
    /// The last one at the ledger.
    at_ledger: Ticket,
    attempt: AttemptId,
    attempts: Vec<AttemptId>,
    pads: Vec<[u8; 10]>,
}

impl Play {
    fn new(profile: &'static Profile) -> Self {
        let station = Station::new(StationConfig {
            reader: "front-1".parse().unwrap(),
            institution: "9991234567".parse().unwrap(),
            profile,
            deadlines: visit::Deadlines::default(),
            passcode: std::ptr::eq(profile, &raw const FULL),
            insertion: model::Insertion::default(),
            seed: [7; 32],
        });
        Self {
            station,
            moment: Moment::ZERO,
            ticket: Ticket(0),
            at_centre: Ticket(0),
            at_ledger: Ticket(0),
            attempt: AttemptId(0),
            attempts: Vec::new(),
            pads: Vec::new(),
        }
    }

    fn now(&self) -> Now {
        let millis = i64::try_from(self.moment.since_origin().as_millis()).unwrap();
        Now { moment: self.moment, wall: Timestamp(1_900_000_000_000 + millis) }
    }

    fn line(&mut self, line: &str, out: &mut String) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["wait", seconds] = words[..] {
            let end = self.moment.after(Duration::from_secs_f64(seconds.parse().unwrap()));
            while let Some(at) = self.station.next_wakeup().filter(|at| *at <= end) {
                self.moment = self.moment.max(at);
                let _ = self.station.handle(Input::Woken, self.now());
                self.drain(out);
            }
            self.moment = end;
            return;
        }
        if let ["sleep", seconds] = words[..] {
            // The machine slept: no timer woke anybody.
            self.moment = self.moment.after(Duration::from_secs_f64(seconds.parse().unwrap()));
            if self.station.next_wakeup().is_some_and(|at| at <= self.moment) {
                let _ = self.station.handle(Input::Woken, self.now());
            }
            self.drain(out);
            return;
        }
        let input = self.input(&words);
        if let Taken::Refused(refusal) = self.station.handle(input, self.now()) {
            writeln!(out, "  refused {refusal:?}").unwrap();
        }
        self.drain(out);
    }

    fn input(&self, words: &[&str]) -> Input {
        match words {
            ["reader", "ready"] => ready(false),
            ["reader", "ready", "with", "card"] => ready(true),
            ["reader", "lost", code] => Input::ReaderLost(known(code)),
            ["reader", "cannot", "ask", "consent"] => Input::Unsupported(CommandKind::AskConsent),
            ["reader", "cannot", "light"] => Input::Unsupported(CommandKind::Light),
            ["tray", "placed"] => Input::Reader(Event::CardPlaced),
            ["tray", "wrong", "side"] => Input::Reader(Event::CardWrongSide),
            ["tray", "taken"] => Input::Reader(Event::CardTaken),
            ["slot", "card", count] => Input::Slot(SlotChange::Present { count: count.parse().unwrap() }),
            ["slot", "empty"] => Input::Slot(SlotChange::Empty),
            ["slot", "unusable", code] => Input::Slot(SlotChange::Unusable(known(code))),
            ["patient", "chooses", "face"] => Input::Reader(Event::MethodChosen(Method::Face)),
            ["patient", "chooses", "pin"] => Input::Reader(Event::MethodChosen(Method::Pin)),
            ["patient", "speaks", language] => Input::Reader(Event::LanguageChosen(match *language {
                "japanese" => Language::Japanese,
                "english" => Language::English,
                "chinese" => Language::Chinese,
                other => panic!("no such language: {other}"),
            })),
            ["patient", "chooses", "visual"] => Input::Reader(Event::MethodChosen(Method::Visual)),
            ["staff", "type", "passcode"] => {
                Input::Reader(Event::PasscodeEntered(Passcode::from_digits(b"2468").unwrap()))
            }
            ["passcode", "right"] => Input::Passcode(self.ticket, Ok(PasscodeCheck::Right)),
            ["passcode", "wrong"] => Input::Passcode(self.ticket, Ok(PasscodeCheck::Wrong)),
            ["passcode", "locked"] => Input::Passcode(self.ticket, Ok(PasscodeCheck::Locked)),
            ["staff", "arm"] => staff(StaffDeed::ArmVisualCheck),
            ["staff", "disarm"] => staff(StaffDeed::DisarmVisualCheck),
            ["staff", "confirm"] => staff(StaffDeed::ConfirmPerson { visit: self.visit(), same: true }),
            ["staff", "deny"] => staff(StaffDeed::ConfirmPerson { visit: self.visit(), same: false }),
            ["staff", "confirm", "another", "visit"] => {
                let visit = model::VisitId::from_bytes([9; 16]);
                staff(StaffDeed::ConfirmPerson { visit, same: true })
            }
            ["staff", "ask", "again"] => staff(StaffDeed::AskConsentsAgain { visit: self.visit() }),
            ["staff", "cancel"] => staff(StaffDeed::CancelVisit { visit: self.visit() }),
            ["patient", "types"] => Input::Reader(Event::PinEntered(Pin::from_digits(b"1234").unwrap())),
            ["patient", "cancels"] => Input::Reader(Event::PinCancelled),
            ["patient", "agrees", screen] => consent(screen, Decision::Agreed),
            ["patient", "refuses", screen] => consent(screen, Decision::Refused),
            ["number-b"] => self.number_b(self.attempt),
            ["number-b", "of", "attempt", nth] => {
                self.number_b(self.attempts[nth.parse::<usize>().unwrap() - 1])
            }
            ["face", verdict] => self.face(self.attempt, verdict, Conditions::default()),
            ["face", verdict, "at", lux, "lux"] => {
                let face_lux = Some(lux.parse().unwrap());
                self.face(self.attempt, verdict, Conditions { face_lux, slot_in_sun: Some(false) })
            }
            ["face", verdict, "in", "sun"] => {
                self.face(self.attempt, verdict, Conditions { face_lux: Some(500), slot_in_sun: Some(true) })
            }
            ["face", verdict, "of", "attempt", nth] => {
                let attempt = self.attempts[nth.parse::<usize>().unwrap() - 1];
                self.face(attempt, verdict, Conditions::default())
            }
            ["card", "identified"] => Input::Card(self.ticket, Ok(CardReply::Identified)),
            ["card", "photo"] => Input::Card(self.ticket, Ok(CardReply::Photo(Pii::new(vec![1, 2, 3])))),
            ["card", "number-b", check @ ..] => {
                let check = match check {
                    ["wrong", left] => NumberBCheck::Wrong { left: left.parse().unwrap() },
                    ["last", "try"] => NumberBCheck::LastTry,
                    ["locked"] => NumberBCheck::Locked,
                    other => panic!("no such answer: {other:?}"),
                };
                Input::Card(self.ticket, Ok(CardReply::NumberB(check)))
            }
            ["card", "tries", left] => {
                Input::Card(self.ticket, Ok(CardReply::PinTries(left.parse().unwrap())))
            }
            ["card", "pin", "right"] => Input::Card(self.ticket, Ok(CardReply::Pin(PinCheck::Right))),
            ["card", "pin", "wrong", left] => {
                Input::Card(self.ticket, Ok(CardReply::Pin(PinCheck::Wrong { left: left.parse().unwrap() })))
            }
            ["card", "pin", "locked"] => Input::Card(self.ticket, Ok(CardReply::Pin(PinCheck::Locked))),
            ["card", "fails", code] => Input::Card(self.ticket, Err(known(code))),
            ["centre", "relayed", rest @ ..] => {
                let validity = match rest {
                    [] => Validity::Valid,
                    ["invalid"] => Validity::Invalid,
                    ["not-found"] => Validity::NotFound,
                    other => panic!("no such validity: {other:?}"),
                };
                let session = CentreSession("s1".into());
                Input::Centre(self.at_centre, Ok(CentreReply::Relayed(RelayAnswer { session, validity })))
            }
            ["centre", "screens", ids @ ..] => Input::Centre(
                self.at_centre,
                Ok(CentreReply::Screens(ids.iter().map(|id| screen(id)).collect())),
            ),
            ["centre", "processing", seconds] => {
                let again_after = Duration::from_secs_f64(seconds.parse().unwrap());
                Input::Centre(self.at_centre, Ok(CentreReply::Processing { again_after }))
            }
            ["centre", "settled", rest @ ..] => self.settled(rest),
            ["centre", "fails", code] => Input::Centre(self.at_centre, Err(known(code))),
            ["stale", "centre", "relayed"] => Input::Centre(
                Ticket(self.at_centre.0 - 1),
                Ok(CentreReply::Relayed(RelayAnswer {
                    session: CentreSession("s0".into()),
                    validity: Validity::Valid,
                })),
            ),
            ["committed", id] => Input::Committed(self.at_ledger, Ok(ResultId(id.parse().unwrap()))),
            ["commit", "fails", code] => Input::Committed(self.at_ledger, Err(known(code))),
            other => panic!("no such input: {other:?}"),
        }
    }

    fn visit(&self) -> model::VisitId {
        self.station.view().visit.expect("a visit is in progress")
    }

    /// What the centre says in the end: remarks and consents by name.
    fn settled(&self, words: &[&str]) -> Input {
        let at = self.now().wall;
        let day = Duration::from_secs(24 * 60 * 60);
        let mut settled = Settled {
            qualification: Pii::new(Qualification { xml: "<x/>".into() }),
            consents: vec![],
            remarks: vec![],
        };
        for word in words {
            match *word {
                "expiring" => settled.remarks.push(Remark::CertificateExpiresSoon),
                "in-grace" => settled.remarks.push(Remark::CertificateInGrace),
                "two-days" => settled.consents.push(Consent {
                    item: ConsentItem::Medicines,
                    decision: Decision::Agreed,
                    at,
                    until: Some(at.after(2 * day)),
                }),
                id => settled.consents.extend(screen(id).items.into_iter().map(|item| Consent {
                    item,
                    decision: Decision::Agreed,
                    at,
                    until: item.opens_information().then(|| at.after(day)),
                })),
            }
        }
        Input::Centre(self.at_centre, Ok(CentreReply::Settled(Box::new(settled))))
    }

    fn number_b(&self, attempt: AttemptId) -> Input {
        Input::Reader(Event::NumberBRead {
            attempt,
            number: NumberB::from_digits(b"55021720352285").unwrap(),
        })
    }

    fn face(&self, attempt: AttemptId, verdict: &str, conditions: Conditions) -> Input {
        let verdict = match verdict {
            "match" => FaceVerdict::Match,
            "no-match" => FaceVerdict::NoMatch,
            "too-dark" => FaceVerdict::TooDark,
            "no-face" => FaceVerdict::NoFace,
            "not-alive" => FaceVerdict::NotAlive,
            "masked" => FaceVerdict::Masked,
            "pose" => FaceVerdict::Pose,
            "number-b-unreadable" => FaceVerdict::NumberBUnreadable,
            other => panic!("no such verdict: {other}"),
        };
        Input::Reader(Event::FaceCompared { attempt, verdict, conditions })
    }

    fn drain(&mut self, out: &mut String) {
        while let Some(effect) = self.station.poll_effect() {
            let line = match effect {
                Effect::Reader(Command::OpenAttempt(attempt)) => {
                    self.attempt = attempt;
                    self.attempts.push(attempt);
                    format!("reader  open attempt {}", self.attempts.len())
                }
                Effect::Reader(Command::Compare { attempt, .. }) => {
                    let nth = self.attempts.iter().position(|a| *a == attempt).unwrap() + 1;
                    format!("reader  compare photo in attempt {nth}")
                }
                Effect::Reader(Command::AskConsent(screen)) => format!("reader  ask consent {}", screen.id),
                Effect::Reader(Command::AskPin { tries_left, pad }) => {
                    // Its order depends on the seed; that it is a new one each time is what counts.
                    let again = if self.pads.contains(pad.digits()) { ", the same pad" } else { "" };
                    self.pads.push(*pad.digits());
                    format!("reader  ask PIN, {tries_left} left{again}")
                }
                Effect::Reader(command) => format!("reader  {command:?}"),
                Effect::Card(ticket, task) => {
                    self.ticket = ticket;
                    format!("card    {}", card_task(&task))
                }
                Effect::Centre(ticket, task) => {
                    self.at_centre = ticket;
                    match task {
                        CentreTask::Relay { operation, .. } => format!("centre  relay {operation:?}"),
                        CentreTask::Screens(session) => format!("centre  screens of {}", session.0),
                        CentreTask::Answers(session, answers) => {
                            let said: Vec<_> =
                                answers.iter().map(|a| format!("{}={:?}", a.screen, a.decision)).collect();
                            format!("centre  answers of {}: {}", session.0, said.join(" "))
                        }
                    }
                }
                Effect::CheckPasscode(ticket, _) => {
                    self.ticket = ticket;
                    "check   passcode".into()
                }
                Effect::Commit(ticket, result) => {
                    self.at_ledger = ticket;
                    let agreed: Vec<_> = result.consents.iter().map(|c| format!(" {:?}", c.item)).collect();
                    let remarks: Vec<_> = result.remarks.iter().map(|r| format!(" [{r:?}]")).collect();
                    format!(
                        "commit  insertion {} by {:?}{}{}",
                        result.insertion,
                        result.verification,
                        agreed.concat(),
                        remarks.concat()
                    )
                }
                Effect::Audit(entry) => format!("audit   {:?} by {:?}", entry.deed, entry.by),
                Effect::LetGo => "let go".into(),
                Effect::Failed(_, code) => format!("failed  {code}"),
                Effect::Changed => {
                    let view = self.station.view();
                    let step = view.step.map(|step| format!(" {step}")).unwrap_or_default();
                    let failure = view.failure.map(|(code, _)| format!(" [{code}]")).unwrap_or_default();
                    let settling = if view.settling > 0 { " settling" } else { "" };
                    format!("state   {:?}{step}{failure}{settling}", view.state)
                }
            };
            writeln!(out, "  {line}").unwrap();
        }
    }
}

const fn card_task(task: &CardTask) -> &'static str {
    match task {
        CardTask::Identify => "identify",
        CardTask::OpenPhoto(_) => "open photo",
        CardTask::CountPinTries => "count PIN tries",
        CardTask::CheckPin(_) => "check PIN",
    }
}

fn ready(card: bool) -> Input {
    Input::Reader(Event::Ready { unit: UnitInfo { firmware: "1".into(), serial: "1".into() }, card })
}

/// Screens by name: what each asks.
fn screen(id: &str) -> ConsentScreen {
    let items = match id {
        "operations" => vec![ConsentItem::Operations],
        "carry-over" => vec![ConsentItem::CarryOver],
        "prescription" => vec![ConsentItem::ElectronicPrescription],
        _ => vec![ConsentItem::Medicines],
    };
    ConsentScreen { id: id.into(), items }
}

fn staff(deed: StaffDeed) -> Input {
    Input::Staff("tanaka".parse().unwrap(), deed)
}

fn consent(screen: &str, decision: Decision) -> Input {
    Input::Reader(Event::ConsentAnswered { screen: screen.into(), decision })
}

fn known(code: &str) -> FailureCode {
    *codes::ALL.iter().find(|known| known.as_str() == code).unwrap()
}

#[test]
fn transcripts_play_as_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts");
    let mut wrong = Vec::new();
    let mut played = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let written = std::fs::read_to_string(&path).unwrap();
        let plain = path.file_name().unwrap().to_str().unwrap().starts_with("plain_");
        let mut play = Play::new(if plain { &PLAIN } else { &FULL });
        let mut out = String::new();
        for line in written.lines() {
            if let Some(input) = line.strip_prefix("> ") {
                writeln!(out, "{line}").unwrap();
                play.line(input, &mut out);
            } else if line.starts_with('#') || line.is_empty() {
                writeln!(out, "{line}").unwrap();
            }
        }
        played += 1;
        if out != written {
            if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
                std::fs::write(&path, &out).unwrap();
            }
            wrong.push(format!("{}:\n{out}", path.display()));
        }
    }
    assert!(played > 0);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
