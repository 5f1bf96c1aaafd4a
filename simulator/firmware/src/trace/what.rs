//! What a frame is about, from the name that its dialect gives it.

/// One word of the bench for a redacted frame.
pub(super) fn what(model: &str, text: &str) -> &'static str {
    if text.starts_with('(') {
        return "noise";
    }
    let name = name(model, text);
    let found = table(model).iter().find(|(known, _)| *known == name);
    found.map_or("other", |(_, what)| *what)
}

/// The dialect's own name of the message in a line of its `redact`.
fn name<'a>(model: &str, text: &'a str) -> &'a str {
    let mut words = text.split(' ');
    match model {
        "caora" => match words.next() {
            Some(number) if number.len() == 1 => words.next().and_then(|rest| rest.get(..2)),
            control => control,
        },
        "sma-pa" => words.nth(2),
        // `> function command serial text`, where the text may begin with `question n`.
        "hi-cara" => match words.nth(4) {
            Some("question") => words.nth(1),
            name => name,
        }
        .map(|name| name.trim_end_matches(':')),
        "exc-9000" => match words.nth(1) {
            Some("heard") => Some("heard"),
            Some(number) if number.starts_with('#') => words.nth(2),
            name => name,
        },
        "stfr2" => match words.next() {
            Some("DATA") => words.nth(2),
            name => name,
        },
        _ => None,
    }
    .unwrap_or_default()
}

const fn table(model: &str) -> &'static [(&'static str, &'static str)] {
    match model.as_bytes() {
        b"caora" => CAORA,
        b"stfr2" => STFR2,
        b"sma-pa" => SMA_PA,
        b"hi-cara" => HI_CARA,
        b"exc-9000" => EXC_9000,
        _ => &[],
    }
}

const CAORA: &[(&str, &str)] = &[
    ("ENQ", "poll"),
    ("EOT", "poll"),
    ("ACK", "ack"),
    ("NAK", "again"),
    ("ID", "identity"),
    ("UP", "powered"),
    ("NT", "notice"),
    ("LP", "lamp"),
    ("BZ", "sound"),
    ("OM", "methods"),
    ("OA", "attempt"),
    ("PB", "photo"),
    ("PC", "photo"),
    ("CM", "compare"),
    ("PN", "pin"),
    ("SP", "passcode"),
    ("CS", "consent"),
    ("XX", "cancel"),
    ("CI", "card"),
    ("CO", "card"),
    ("MC", "chosen"),
    ("NB", "number_b"),
    ("VD", "verdict"),
    ("PE", "pin"),
    ("SE", "passcode"),
    ("PX", "declined"),
    ("CA", "consent"),
    ("RF", "refused"),
    ("ER", "fault"),
];

const STFR2: &[(&str, &str)] = &[
    ("OPEN", "identity"),
    ("OPENED", "identity"),
    ("HELLO", "powered"),
    ("ACK", "ack"),
    ("OPEN_ATTEMPT", "attempt"),
    ("COMPARE", "photo"),
    ("CANCEL", "cancel"),
    ("CARD", "card"),
    ("NUMBER_B", "number_b"),
    ("VERDICT", "verdict"),
    ("REFUSED", "refused"),
    ("FAULT", "fault"),
    // A message's further fragments, of which nothing can be known.
    ("bytes", "piece"),
];

const SMA_PA: &[(&str, &str)] = &[
    ("Open", "identity"),
    ("Up", "powered"),
    ("Alive", "alive"),
    ("Ack", "ack"),
    ("Show", "notice"),
    ("Sound", "sound"),
    ("OfferMethods", "methods"),
    ("OpenAttempt", "attempt"),
    ("Compare", "compare"),
    ("AskPin", "pin"),
    ("AskPasscode", "passcode"),
    ("AskConsent", "consent"),
    ("ReadDocument", "document"),
    ("Cancel", "cancel"),
    ("PhotoPiece", "photo"),
    ("Identity", "identity"),
    ("Card", "card"),
    ("MethodChosen", "chosen"),
    ("NumberB", "number_b"),
    ("Verdict", "verdict"),
    ("Pin", "pin"),
    ("PinCancelled", "declined"),
    ("ConsentAnswered", "consent"),
    ("Document", "document"),
    ("ImagePiece", "piece"),
    ("Refused", "refused"),
    ("Fault", "fault"),
    ("Passcode", "passcode"),
];

const HI_CARA: &[(&str, &str)] = &[
    ("line", "lamp"),
    ("begin", "identity"),
    ("began", "identity"),
    ("alive", "alive"),
    ("taken", "ack"),
    ("done", "ack"),
    ("notice", "notice"),
    ("voice", "sound"),
    ("methods", "methods"),
    ("attempt", "attempt"),
    ("compare", "photo"),
    ("PIN", "pin"),
    ("passcode", "passcode"),
    ("consent", "consent"),
    ("cancel", "cancel"),
    ("refused", "refused"),
    ("powered", "powered"),
    ("card", "card"),
    ("on", "base"),
    ("off", "base"),
    ("method", "chosen"),
    ("number", "number_b"),
    ("verdict", "verdict"),
    ("not", "declined"),
    ("fault", "fault"),
];

const EXC_9000: &[(&str, &str)] = &[
    ("hello", "identity"),
    ("here", "identity"),
    ("heard", "ack"),
    ("up", "powered"),
    ("show", "notice"),
    ("speak", "language"),
    ("language", "language"),
    ("methods", "methods"),
    ("attempt", "attempt"),
    ("photo", "photo"),
    ("piece", "photo"),
    ("pin", "pin"),
    ("entered", "pin"),
    ("passcode", "passcode"),
    ("passcode-entered", "passcode"),
    ("consent", "consent"),
    ("answer", "consent"),
    ("cancel", "cancel"),
    ("card", "card"),
    ("turned", "turned"),
    ("method", "chosen"),
    ("number-b", "number_b"),
    ("verdict", "verdict"),
    ("declined", "declined"),
    ("refused", "refused"),
    ("fault", "fault"),
];
