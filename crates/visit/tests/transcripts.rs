//! Plays the files of `tests/transcripts` in virtual time. A line `> …` is an input, the lines under it are what
//! the station did. A file `plain_…` plays on a model that states nothing of itself, the others on one that has everything.
//! `UPDATE_TRANSCRIPTS=1 cargo test -p visit` writes what it does now; read the diff.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops")]

use failure::codes;
use model::{
    CentreSession, ConsentItem, ConsentScreen, Decision, FailureCode, Moment, NumberB, Pii, Pin,
    Qualification, ResultId, Timestamp, Validity,
};
use reader::profile::{Screen, Units};
use reader::{
    AttemptId, Command, CommandKind, Conditions, Event, FaceVerdict, Language, Method, PhotoCodec,
    PhotoWanted, Profile, Stated, UnitInfo,
};
use std::fmt::Write as _;
use std::time::Duration;
use visit::{
    CardReply, CardTask, CentreReply, CentreTask, Effect, Input, Now, NumberBCheck, PinCheck, RelayAnswer,
    Settled, SlotChange, Station, StationConfig, Ticket,
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
            insertion: model::Insertion::default(),
            seed: [7; 32],
        });
        Self {
            station,
            moment: Moment::ZERO,
            ticket: Ticket(0),
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
                self.station.handle(Input::Woken, self.now());
                self.drain(out);
            }
            self.moment = end;
            return;
        }
        let input = self.input(&words);
        self.station.handle(input, self.now());
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
            ["centre", "relayed"] => Input::Centre(
                self.ticket,
                Ok(CentreReply::Relayed(RelayAnswer {
                    session: CentreSession("s1".into()),
                    validity: Validity::Valid,
                })),
            ),
            ["centre", "screens", ids @ ..] => {
                let screen =
                    |id: &&str| ConsentScreen { id: (*id).into(), items: vec![ConsentItem::Medicines] };
                Input::Centre(self.ticket, Ok(CentreReply::Screens(ids.iter().map(screen).collect())))
            }
            ["centre", "settled"] => {
                let settled = Settled {
                    qualification: Pii::new(Qualification { xml: "<x/>".into() }),
                    consents: vec![],
                };
                Input::Centre(self.ticket, Ok(CentreReply::Settled(Box::new(settled))))
            }
            ["centre", "fails", code] => Input::Centre(self.ticket, Err(known(code))),
            ["stale", "centre", "relayed"] => Input::Centre(
                Ticket(self.ticket.0 - 1),
                Ok(CentreReply::Relayed(RelayAnswer {
                    session: CentreSession("s0".into()),
                    validity: Validity::Valid,
                })),
            ),
            ["committed", id] => Input::Committed(self.ticket, Ok(ResultId(id.parse().unwrap()))),
            ["commit", "fails", code] => Input::Committed(self.ticket, Err(known(code))),
            other => panic!("no such input: {other:?}"),
        }
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
                    self.ticket = ticket;
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
                Effect::Commit(ticket, result) => {
                    self.ticket = ticket;
                    format!("commit  insertion {} by {:?}", result.insertion, result.verification)
                }
                Effect::Abandon => "abandon".into(),
                Effect::Failed(_, code) => format!("failed  {code}"),
                Effect::Changed => {
                    let view = self.station.view();
                    let step = view.step.map(|step| format!(" {step}")).unwrap_or_default();
                    let failure = view.failure.map(|(code, _)| format!(" [{code}]")).unwrap_or_default();
                    format!("state   {:?}{step}{failure}", view.state)
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
