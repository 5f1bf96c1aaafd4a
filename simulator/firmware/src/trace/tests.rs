use super::{Line, Trace};
use crate::unit;
use model::Moment;
use reader::conformance::{Act, UnitConfig};

/// What a real unit says after power-up, through its trace.
#[test]
fn what_a_unit_says_at_power_up_is_a_frame_of_its_dialect() {
    for model in crate::MODELS {
        let trace = Trace::of(model).unwrap();
        let config = UnitConfig { start_up: std::time::Duration::ZERO, ..UnitConfig::default() };
        let mut unit = unit(model, config, Moment::ZERO).unwrap();
        unit.link_changed(true, Moment::ZERO);
        while let Some(piece) = unit.poll_send() {
            let line = trace.sent(&piece);
            assert!(line.what != "noise" && line.what != "other", "{model}: {line:?}");
            assert_eq!(line.bytes, piece.len());
        }
        assert!(unit.act(Act::Restart, Moment::ZERO));
    }
    assert!(Trace::of("other").is_none());
}

#[test]
fn a_stream_is_cut_whatever_the_pieces_and_damage_is_only_counted() {
    let mut trace = Trace::of("caora").unwrap();
    let block =
        caora_frames::HostMessage::AskPasscode.emit(caora_frames::BlockNumber::OPENING.next()).unwrap();
    let (front, back) = block.split_at(4);
    assert_eq!(trace.received(b"\x05"), [line(1, "poll", "ENQ", true)]);
    assert_eq!(trace.received(front), []);
    assert_eq!(trace.received(back), [line(block.len(), "passcode", "1 SP", false)]);
    assert_eq!(trace.received(b"1234"), [line(4, "noise", "(4 bytes, no frame)", false)]);
    assert_eq!(trace.received(b"\x05"), [line(1, "poll", "ENQ", true)], "it goes on after damage");

    let mut trace = Trace::of("sma-pa").unwrap();
    let alive = sma_pa_frames::frame::bare(
        sma_pa_frames::Kind::Alive,
        sma_pa_frames::Session(7),
        sma_pa_frames::Number(0),
    );
    let lines = trace.received(&[b"123", &alive[..], &alive[..]].concat());
    let told: Vec<_> = lines.iter().map(|line| line.what).collect();
    assert_eq!(told, ["noise", "noise", "noise", "alive", "alive"], "{lines:?}");

    let mut trace = Trace::of("exc-9000").unwrap();
    let heard = exc_9000_frames::packet::heard(9, exc_9000_frames::Number(1)).unwrap();
    let lines = trace.received(&[b"\xC0\x01\x02\xC0", &heard[..], &heard[..]].concat());
    let told: Vec<_> = lines.iter().map(|line| line.what).collect();
    assert_eq!(told.iter().filter(|what| **what == "ack").count(), 2, "{lines:?}");
}

fn line(bytes: usize, what: &'static str, text: &str, idle: bool) -> Line {
    Line { bytes, what, text: text.to_owned(), idle }
}
