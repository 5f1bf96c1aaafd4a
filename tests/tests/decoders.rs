//! The five decoders and their parsers take whatever comes: no panic, and never more held than one message.
//!
//! Some thousands of inputs for each by default; `UKETSUKE_SOAK_INPUTS` for more (`cargo xtask soak` asks for ten
//! million), `UKETSUKE_SEED` for others. A panic names the seed and the input's number before it: the same again with
//! that seed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops, and a long one says how far it is"
)]

use model::{Moment, Passcode, Pin};
use reader::conformance::{Act, AskedView, CardFace, Draw, Firmware, Kit, Pair, UnitConfig, View};
use reader::{AttemptId, Command, Link, Method, Notice, PadOrder, PadTouches, ReaderFactory, Touch};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Inputs for each decoder when nothing else is asked for.
const USUAL: u64 = 4_000;
/// Inputs between two lines of progress.
const LINE: u64 = 1_000_000;
/// Bytes of one input at most.
const MOST: usize = 1_500;

/// One model's decoders in both directions, kept through all inputs, and its message parsers.
trait Decoders {
    /// Takes an input in as a stream or a report, and as the body of a message. Bodies that stood in it are kept in
    /// `bodies`.
    fn take(&mut self, input: &[u8], bodies: &mut Vec<Vec<u8>>);

    /// The link fell quiet, or was opened anew.
    fn quiet(&mut self);

    /// Bytes held now by each decoder, and at most.
    fn held(&self) -> Vec<(usize, usize)>;
}

#[derive(Default)]
struct Caora {
    collector: caora_frames::Collector,
}

impl Decoders for Caora {
    fn take(&mut self, input: &[u8], bodies: &mut Vec<Vec<u8>>) {
        for byte in input {
            if self.collector.push(*byte) == Some(caora_frames::Token::Block) {
                let block = self.collector.block().expect("a whole block is shown");
                bodies.push(block.body().to_vec());
                parse_caora(block.body());
            }
        }
        parse_caora(input);
        let _checked = caora_frames::Block::new_checked(input);
        drop(caora_frames::redact(input));
    }

    fn quiet(&mut self) {
        self.collector.clear();
    }

    fn held(&self) -> Vec<(usize, usize)> {
        vec![(told(&self.collector), caora_frames::block::MOST_BLOCK)]
    }
}

fn parse_caora(body: &[u8]) {
    drop(caora_frames::HostMessage::parse(body));
    drop(caora_frames::ReaderMessage::parse(body));
}

struct Stfr2 {
    from_unit: stfr2_frames::Assembler,
    to_unit: stfr2_frames::Assembler,
}

impl Default for Stfr2 {
    fn default() -> Self {
        Self {
            from_unit: stfr2_frames::Assembler::new(stfr2_frames::unit::MOST_BODY),
            to_unit: stfr2_frames::Assembler::new(stfr2_frames::host::MOST_BODY),
        }
    }
}

impl Decoders for Stfr2 {
    fn take(&mut self, input: &[u8], bodies: &mut Vec<Vec<u8>>) {
        for report in input.chunks(stfr2_frames::report::REPORT) {
            if let Ok(stfr2_frames::UnitReport::Data(data)) = stfr2_frames::UnitReport::parse(report)
                && let Ok(Some(message)) = self.from_unit.push(&data)
            {
                bodies.push(message.to_vec());
                parse_stfr2(&message);
            }
            if let Ok(stfr2_frames::HostReport::Data(data)) = stfr2_frames::HostReport::parse(report)
                && let Ok(Some(message)) = self.to_unit.push(&data)
            {
                bodies.push(message.to_vec());
                parse_stfr2(&message);
            }
        }
        parse_stfr2(input);
        drop(stfr2_frames::redact(input));
    }

    fn quiet(&mut self) {
        self.from_unit.clear();
        self.to_unit.clear();
    }

    fn held(&self) -> Vec<(usize, usize)> {
        // A message's own header stands before its body.
        const HEADER: usize = 16;
        vec![
            (told(&self.from_unit), HEADER + stfr2_frames::unit::MOST_BODY),
            (told(&self.to_unit), HEADER + stfr2_frames::host::MOST_BODY),
        ]
    }
}

fn parse_stfr2(message: &[u8]) {
    drop(stfr2_frames::HostMessage::parse(message));
    drop(stfr2_frames::UnitMessage::parse(message));
}

#[derive(Default)]
struct SmaPa {
    decoder: sma_pa_frames::Decoder,
}

impl SmaPa {
    fn shown(&mut self, mut whole: bool, bodies: &mut Vec<Vec<u8>>) {
        while whole {
            if let Some(frame) = self.decoder.frame() {
                bodies.push(frame.body().to_vec());
                parse_sma_pa(frame.body());
            }
            whole = self.decoder.pass();
        }
    }
}

impl Decoders for SmaPa {
    fn take(&mut self, input: &[u8], bodies: &mut Vec<Vec<u8>>) {
        for byte in input {
            let whole = self.decoder.push(*byte);
            self.shown(whole, bodies);
        }
        parse_sma_pa(input);
        drop(sma_pa_frames::redact(input));
        self.decoder.take_noise();
    }

    fn quiet(&mut self) {
        while self.decoder.is_pending() {
            let whole = self.decoder.lapse();
            self.shown(whole, &mut Vec::new());
        }
    }

    fn held(&self) -> Vec<(usize, usize)> {
        vec![(told(&self.decoder), sma_pa_frames::frame::MOST_FRAME)]
    }
}

fn parse_sma_pa(body: &[u8]) {
    // Body and kind stand apart in this dialect: a body must be safe under every kind.
    for kind in (0..=u8::MAX).filter_map(sma_pa_frames::Kind::of) {
        drop(sma_pa_frames::HostMessage::parse(kind, body));
        drop(sma_pa_frames::ReaderMessage::parse(kind, body));
    }
}

struct HiCara {
    from_unit: hi_cara_frames::Collector,
    to_unit: hi_cara_frames::Collector,
}

impl Default for HiCara {
    fn default() -> Self {
        Self {
            from_unit: hi_cara_frames::Collector::new(hi_cara_frames::Direction::FromUnit),
            to_unit: hi_cara_frames::Collector::new(hi_cara_frames::Direction::ToUnit),
        }
    }
}

impl Decoders for HiCara {
    fn take(&mut self, input: &[u8], bodies: &mut Vec<Vec<u8>>) {
        for byte in input {
            for collector in [&mut self.from_unit, &mut self.to_unit] {
                let mut frame = collector.push(*byte);
                while let Some(whole) = frame {
                    parse_hi_cara(&whole);
                    frame = collector.more();
                }
            }
        }
        // Its messages are read from whole frames only: the checksum of a damaged one is made right again.
        let mended = with_right_sum(input);
        for direction in [hi_cara_frames::Direction::FromUnit, hi_cara_frames::Direction::ToUnit] {
            if let Ok(frame) = hi_cara_frames::Frame::new_checked(direction, &mended) {
                bodies.push(mended.clone());
                parse_hi_cara(&frame);
            }
        }
        drop(hi_cara_frames::redact(input));
        drop(hi_cara_frames::redact(&mended));
    }

    fn quiet(&mut self) {
        for collector in [&mut self.from_unit, &mut self.to_unit] {
            while collector.is_pending() {
                collector.expire();
            }
        }
    }

    fn held(&self) -> Vec<(usize, usize)> {
        vec![
            (self.from_unit.held(), hi_cara_frames::Direction::FromUnit.most_bytes()),
            (self.to_unit.held(), hi_cara_frames::Direction::ToUnit.most_bytes()),
        ]
    }
}

fn parse_hi_cara(frame: &hi_cara_frames::Frame<'_>) {
    drop(hi_cara_frames::HostMessage::parse(frame));
    drop(hi_cara_frames::UnitMessage::parse(frame));
}

/// The last four bytes made the CRC-32 of what stands before them.
fn with_right_sum(input: &[u8]) -> Vec<u8> {
    const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    let mut bytes = input.to_vec();
    if let Some((counted, sum)) = bytes.split_last_chunk_mut::<4>() {
        *sum = CRC.checksum(counted).to_be_bytes();
    }
    bytes
}

#[derive(Default)]
struct Exc9000 {
    collector: exc_9000_frames::Collector,
}

impl Decoders for Exc9000 {
    fn take(&mut self, input: &[u8], bodies: &mut Vec<Vec<u8>>) {
        for byte in input {
            if self.collector.push(*byte) == Some(exc_9000_frames::Token::Frame) {
                let frame = self.collector.frame().expect("a whole frame is shown");
                bodies.push(frame.body().to_vec());
                parse_exc_9000(frame.body());
            }
        }
        parse_exc_9000(input);
        drop(exc_9000_frames::redact(input));
    }

    fn quiet(&mut self) {
        self.collector.clear();
    }

    fn held(&self) -> Vec<(usize, usize)> {
        vec![(told(&self.collector), exc_9000_frames::frame::MOST_FRAME)]
    }
}

fn parse_exc_9000(body: &[u8]) {
    drop(exc_9000_frames::HostPacket::parse(body));
    drop(exc_9000_frames::UnitPacket::parse(body));
}

/// The first number of a decoder's Debug: the bytes it holds.
fn told(decoder: &dyn std::fmt::Debug) -> usize {
    let text = format!("{decoder:?}");
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a decoder tells how much it holds")
}

// ----- the inputs ---------------------------------------------------------------------------------------------

/// What was said in a visit, both ways, and the bodies that stood in it.
fn words(factory: &'static dyn ReaderFactory, decoders: &mut dyn Decoders) -> Vec<Vec<u8>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kit = simulator_firmware::kit::of(factory);
    let unit =
        Listener { unit: kit.power_up(UnitConfig::default(), Moment::ZERO), heard: Arc::clone(&heard) };
    visit(&kit, unit);
    let mut words = std::mem::take(&mut *heard.lock().unwrap());
    words.sort();
    words.dedup();
    let mut bodies = Vec::new();
    for word in &words {
        decoders.take(word, &mut bodies);
    }
    words.extend(bodies);
    words.sort();
    words.dedup();
    assert!(words.len() > 20, "only {} words of {}", words.len(), factory.name());
    words
}

/// Everything that a unit is asked and answers, once; a photo's pieces, too.
fn visit(kit: &Kit, unit: Listener) {
    let mut pair = Pair::new(kit.factory.create(), unit);
    let wait = |pair: &mut Pair<Listener>, done: fn(&AskedView) -> bool| {
        pair.run_until(Duration::from_secs(20), 50_000, |pair| {
            done(&pair.firmware.view().asked)
                || pair.panel.as_ref().is_some_and(|panel| panel.question.is_some())
        });
    };
    pair.run_until(Duration::from_secs(60), 50_000, |pair| !pair.events.is_empty());
    pair.act(Act::PlaceCard(CardFace::new(b"55021720352285").unwrap()));
    let notices = [
        Notice::PlaceCard,
        Notice::Wait,
        Notice::TakeCard,
        Notice::OutOfOrder,
        Notice::VisualArmed,
        Notice::StaffCheck,
    ];
    for notice in notices {
        pair.say(Command::Show(notice));
    }
    pair.say(Command::OfferMethods(vec![Method::Face, Method::Pin]));
    wait(&mut pair, |asked| matches!(asked, AskedView::Methods { .. }));
    pair.act(Act::Choose(Method::Pin));
    pair.touch(Touch::Method(Method::Pin));
    pair.say(Command::AskPin { tries_left: 3, pad: PadOrder::TELEPHONE });
    wait(&mut pair, |asked| matches!(asked, AskedView::Pin { .. }));
    pair.act(Act::TypePin(Pin::from_digits(b"7391").unwrap()));
    pair.touch(Touch::Pad(PadTouches::new([6, 2, 8, 0]).unwrap()));
    pair.say(Command::OfferMethods(vec![Method::Visual, Method::Face, Method::Pin]));
    wait(&mut pair, |asked| matches!(asked, AskedView::Methods { .. }));
    pair.act(Act::Choose(Method::Visual));
    pair.touch(Touch::Method(Method::Visual));
    pair.say(Command::AskPasscode { pad: PadOrder::TELEPHONE });
    wait(&mut pair, |asked| matches!(asked, AskedView::Passcode { .. }));
    pair.act(Act::TypePasscode(Passcode::from_digits(b"8264").unwrap()));
    pair.touch(Touch::Pad(PadTouches::new([7, 1, 5, 3]).unwrap()));
    for items in [vec![model::ConsentItem::Medicines], model::ConsentItem::ALL.to_vec()] {
        let screen = model::ConsentScreen { id: "medical".into(), items };
        pair.say(Command::AskConsent(screen));
        wait(&mut pair, |asked| matches!(asked, AskedView::Consent { .. }));
        pair.act(Act::Consent(true));
    }
    let attempt = AttemptId(0x1122_3344_5566_7788);
    pair.say(Command::OpenAttempt(attempt));
    pair.run_until(Duration::from_secs(5), 50_000, |_| false);
    let faces = (kit.faces)(&kit.factory.profile().photo);
    pair.act(Act::ShowFace(Some(faces.same)));
    pair.say(Command::Compare { attempt, photo: faces.photo });
    pair.run_until(Duration::from_secs(20), 50_000, |_| false);
    pair.act(Act::Document(Some("number=12345678".into())));
    pair.say(Command::ReadDocument);
    pair.run_until(Duration::from_secs(10), 50_000, |_| false);
    pair.act(Act::TakeCard);
    pair.act(Act::ReportFault(3));
    pair.run_until(Duration::from_secs(2), 50_000, |_| false);
}

/// A unit, and what it hears and says.
#[derive(Debug)]
struct Listener {
    unit: Box<dyn Firmware>,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Firmware for Listener {
    fn link(&self) -> Link {
        self.unit.link()
    }
    fn receive(&mut self, bytes: &[u8], now: Moment) {
        self.heard.lock().unwrap().push(bytes.to_vec());
        self.unit.receive(bytes, now);
    }
    fn link_changed(&mut self, open: bool, now: Moment) {
        self.unit.link_changed(open, now);
    }
    fn wake(&mut self, now: Moment) {
        self.unit.wake(now);
    }
    fn poll_send(&mut self) -> Option<Vec<u8>> {
        let bytes = self.unit.poll_send()?;
        self.heard.lock().unwrap().push(bytes.clone());
        Some(bytes)
    }
    fn next_wakeup(&self) -> Option<Moment> {
        self.unit.next_wakeup()
    }
    fn act(&mut self, act: Act, now: Moment) -> bool {
        self.unit.act(act, now)
    }
    fn view(&self) -> View {
        self.unit.view()
    }
    fn announces_card(&self, piece: &[u8]) -> bool {
        self.unit.announces_card(piece)
    }
}

/// The next input: noise, or words of the dialect cut, joined, and with some bytes changed, left out or added.
fn input(draw: &mut Draw, words: &[Vec<u8>], alphabet: &[u8], into: &mut Vec<u8>) {
    into.clear();
    let kind = draw.below(8);
    match kind {
        0 => {
            let count = draw.below(200);
            into.extend(draw.bytes(count));
        }
        1 => {
            for _ in 0..draw.below(200) {
                into.extend(draw.one(alphabet));
            }
        }
        2..=5 => into.extend_from_slice(&words[draw.below(words.len())]),
        _ => {
            for _ in 0..=draw.below(3) {
                into.extend_from_slice(&words[draw.below(words.len())]);
            }
        }
    }
    into.truncate(MOST);
    if kind >= 2 {
        change(draw, into);
    }
}

fn change(draw: &mut Draw, bytes: &mut Vec<u8>) {
    for _ in 0..draw.below(4) {
        let at = draw.below(bytes.len());
        let byte = draw.bits().to_le_bytes()[0];
        match draw.below(4) {
            0 if !bytes.is_empty() => drop(bytes.remove(at)),
            1 => bytes.insert(at, byte),
            2 if !bytes.is_empty() => bytes[at] ^= 1 << (byte % 8),
            _ if !bytes.is_empty() => bytes[at] = byte,
            _ => {}
        }
    }
    match draw.below(6) {
        0 => bytes.truncate(draw.below(bytes.len())),
        1 => drop(bytes.drain(..draw.below(bytes.len()))),
        _ => {}
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Says where a panic happened, and nothing of the input: words of a visit hold a PIN.
struct Place {
    name: &'static str,
    seed: u64,
    at: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: seed {}, input {}", self.name, self.seed, self.at);
        }
    }
}

fn endure(factory: &'static dyn ReaderFactory, mut decoders: impl Decoders) {
    let (inputs, seed) =
        (number("UKETSUKE_SOAK_INPUTS").unwrap_or(USUAL), number("UKETSUKE_SEED").unwrap_or(0));
    let words = words(factory, &mut decoders);
    let mut alphabet: Vec<u8> = words.iter().filter_map(|word| word.first().copied()).collect();
    alphabet.extend(words.iter().filter_map(|word| word.last().copied()));
    alphabet.extend([0x00, 0xFF]);
    alphabet.sort_unstable();
    alphabet.dedup();
    let mut draw = Draw::new(seed);
    let mut place = Place { name: factory.name(), seed, at: 0 };
    let (mut piece, mut bodies, mut most) = (Vec::with_capacity(2 * MOST), Vec::new(), 0);
    for at in 0..inputs {
        place.at = at;
        input(&mut draw, &words, &alphabet, &mut piece);
        // Mostly on a quiet link, so that damage does not hide what follows; now and then behind what is unfinished.
        if draw.below(4) != 0 {
            decoders.quiet();
        }
        decoders.take(&piece, &mut bodies);
        bodies.clear();
        for (held, bound) in decoders.held() {
            assert!(held <= bound, "{held} bytes are held, {bound} at most");
            most = most.max(held);
        }
        if (at + 1) % LINE == 0 {
            println!("{}: {} inputs, seed {seed}, {most} bytes held at most", factory.name(), at + 1);
        }
    }
    println!("{}: done, {inputs} inputs, seed {seed}, {most} bytes held at most", factory.name());
}

#[test]
fn caora_takes_whatever_comes() {
    endure(&caora::FACTORY, Caora::default());
}

#[test]
fn stfr2_takes_whatever_comes() {
    endure(&stfr2::FACTORY, Stfr2::default());
}

#[test]
fn sma_pa_takes_whatever_comes() {
    endure(&sma_pa::FACTORY, SmaPa::default());
}

#[test]
fn hi_cara_takes_whatever_comes() {
    endure(&hi_cara::FACTORY, HiCara::default());
}

#[test]
fn exc_9000_takes_whatever_comes() {
    endure(&exc_9000::FACTORY, Exc9000::default());
}
