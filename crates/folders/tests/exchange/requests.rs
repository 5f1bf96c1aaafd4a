//! `req` → `res` on a real disk: what is answered, what goes back, what is left alone.

use crate::desk::{Desk, NOT_FOUND, PACE, REQUEST, Site, answered, in_cp932, names, not_found};
use failure::codes;
use folders::{LeftAlone, Notice, Pace};
use model::Lookup;
use oqs::{Encoding, Extension, Family, Message};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ASKED: &str = "OQSsiquc01req_203104050007.xml";
const ANSWERED: &str = "OQSsiquc01res_203104050007.xml";
const REFUSED: &str = "OQSsiquc01req_203104050007.err";

fn answered_or_refused(desk: &Desk, count: usize) {
    let is_end = |notice: &Notice| {
        matches!(
            notice,
            Notice::Answered { .. } | Notice::Failed { .. } | Notice::Refused { .. } | Notice::AnsweredBefore
        )
    };
    desk.until("all requests end", || desk.count(is_end) >= count);
}

#[test]
fn a_request_is_answered_under_its_name_in_its_encoding() {
    for (bytes, expected) in [
        (REQUEST.as_bytes().to_vec(), NOT_FOUND.as_bytes().to_vec()),
        (in_cp932(REQUEST), in_cp932(&NOT_FOUND.replace("CodeIdentifier>0<", "CodeIdentifier>1<"))),
    ] {
        let site = Site::new();
        let asked: Arc<Mutex<Vec<Lookup>>> = Arc::default();
        let heard = Arc::clone(&asked);
        let desk = Desk::start_with(&site, move |lookup| {
            heard.lock().unwrap().push(lookup);
            Ok(not_found())
        });
        site.ask(ASKED, bytes);
        desk.until("the request goes", || names(&site.req()).is_empty());
        assert_eq!(site.answer(ANSWERED), Some(expected), "the answer is there before the request goes");
        let lookup = asked.lock().unwrap().pop().unwrap();
        assert_eq!((lookup.insurer_number.as_str(), lookup.number.as_str()), ("990123", "00345"));
        assert_eq!(desk.said(), "[Answered { warnings: [] }]");
    }
}

#[test]
fn a_site_may_want_one_encoding_for_all_answers() {
    let site = Site::new();
    let (exchange, handle) = site.exchange();
    let hard = NOT_FOUND.replace("架空１２", "𠮷１２");
    let desk =
        Desk::run(&site, (exchange.in_encoding(Encoding::Cp932), handle), move |_| Ok(answered(&hard)));
    site.ask(ASKED, REQUEST);
    desk.until("the request goes", || names(&site.req()).is_empty());
    let message = Message::parse(&site.answer(ANSWERED).unwrap()).unwrap();
    assert_eq!(message.header.character_code_identifier.as_deref(), Some("1"));
    assert_eq!(
        desk.said(),
        r#"[Answered { warnings: [Warning { element: "InsuredCardSymbol", replaced: 1 }] }]"#
    );
}

#[test]
fn requests_that_are_there_at_the_start_are_answered() {
    let site = Site::new();
    site.ask(ASKED, REQUEST);
    site.ask("OQSsiquc01req_203104050008.xml", in_cp932(REQUEST));
    let desk = Desk::start(&site);
    desk.until("both go", || names(&site.req()).is_empty());
    assert_eq!(names(&site.res()), [ANSWERED, "OQSsiquc01res_203104050008.xml"]);
}

#[test]
fn the_file_of_a_technical_failure_says_our_code() {
    let site = Site::new();
    let desk = Desk::start_with(&site, |_| Err(codes::CENTRE_SILENT));
    site.ask(ASKED, in_cp932(REQUEST));
    desk.until("the request goes", || names(&site.req()).is_empty());
    let message = Message::parse(&site.answer(ANSWERED).unwrap()).unwrap();
    assert_eq!(message.header.error_code.as_deref(), Some("CENTRE_SILENT"));
    assert_eq!(message.header.arbitrary_file_identifier.as_deref(), Some("20310405-0007"));
    assert_eq!(desk.said(), "[Failed { code: CENTRE_SILENT }]");
}

#[test]
fn an_answer_of_the_centre_that_is_none_becomes_a_failure() {
    let site = Site::new();
    let desk = Desk::start_with(&site, |_| Ok(answered("<XmlMsg/>")));
    site.ask(ASKED, REQUEST);
    desk.until("the request goes", || names(&site.req()).is_empty());
    assert_eq!(desk.said(), "[Failed { code: QUALIFICATION_UNREADABLE }]");
}

// ----- when a file is whole ---------------------------------------------------------------------------------------

#[test]
fn a_half_written_request_is_waited_for() {
    let site = Site::new();
    let (exchange, handle) = site.exchange();
    // Nothing here may be refused for being slow.
    let patient = Pace { malformed: Duration::from_secs(600), endless: Duration::from_secs(600), ..PACE };
    let desk = Desk::run(&site, (exchange.at_pace(patient), handle), |_| Ok(not_found()));
    let (half, rest) = REQUEST.split_at(400);
    let mut open = File::create(site.req().join(ASKED)).unwrap();
    open.write_all(half.as_bytes()).unwrap();
    fs::write(site.req().join("OQSsiquc01req_203104050008.xml"), half).unwrap();
    // What comes later is answered first: so both halves have been seen.
    site.ask("OQSsiquc01req_203104050009.xml", REQUEST);
    answered_or_refused(&desk, 1);
    assert_eq!(names(&site.res()), ["OQSsiquc01res_203104050009.xml"]);

    // One writer holds its file open to the end, the other opens it again.
    open.write_all(rest.as_bytes()).unwrap();
    let mut again =
        OpenOptions::new().append(true).open(site.req().join("OQSsiquc01req_203104050008.xml")).unwrap();
    again.write_all(rest.as_bytes()).unwrap();
    drop(again);
    answered_or_refused(&desk, 3);
    desk.until("both go", || names(&site.req()).is_empty());
    assert_eq!(desk.count(|notice| matches!(notice, Notice::Answered { .. })), 3);
}

#[test]
fn a_request_of_which_no_end_is_heard_is_taken_when_it_stays_the_same() {
    let site = Site::new();
    let desk = Desk::start(&site);
    fs::write(site.root.path().join("elsewhere.xml"), REQUEST).unwrap();
    // A second name for a file is made without opening or moving it.
    fs::hard_link(site.root.path().join("elsewhere.xml"), site.req().join(ASKED)).unwrap();
    answered_or_refused(&desk, 1);
    assert_eq!(site.answer(ANSWERED).as_deref(), Some(NOT_FOUND.as_bytes()));
}

#[test]
fn a_share_without_events_is_looked_at() {
    let site = Site::new();
    let (exchange, handle) = site.exchange();
    let desk = Desk::run(&site, (exchange.on_a_share(), handle), |_| Ok(not_found()));
    site.ask(ASKED, REQUEST);
    desk.until("the request goes", || names(&site.req()).is_empty());
    assert_eq!(site.answer(ANSWERED).as_deref(), Some(NOT_FOUND.as_bytes()));
}

#[test]
fn a_folder_that_is_replaced_without_an_event_is_found_by_the_next_look() {
    let site = Site::new();
    let (old, new) = (site.root.path().join("old"), site.root.path().join("new"));
    fs::rename(site.req(), &old).unwrap();
    fs::create_dir(&new).unwrap();
    std::os::unix::fs::symlink(&old, site.req()).unwrap();
    let (exchange, handle) = site.exchange();
    let pace = Pace { look: Duration::from_millis(200), ..PACE };
    let desk = Desk::run(&site, (exchange.at_pace(pace), handle), |_| Ok(not_found()));
    site.ask(ASKED, REQUEST);
    answered_or_refused(&desk, 1);

    fs::write(new.join("OQSsiquc01req_203104050008.xml"), REQUEST).unwrap();
    std::os::unix::fs::symlink(&new, site.root.path().join("link")).unwrap();
    fs::rename(site.root.path().join("link"), site.req()).unwrap();
    answered_or_refused(&desk, 2);
    // And from then on its events are heard.
    site.ask("OQSsiquc01req_203104050009.xml", REQUEST);
    answered_or_refused(&desk, 3);
    desk.until("all go", || names(&new).is_empty());
}

#[test]
fn files_that_vanish_while_they_are_read_are_no_trouble() {
    let site = Site::new();
    let desk = Desk::start(&site);
    for number in 0..200 {
        let path = site.req().join(format!("OQSsiquc01req_20310405{number:04}.xml"));
        fs::write(&path, &REQUEST[..number]).unwrap();
        fs::remove_file(&path).unwrap();
    }
    site.ask("OQSsiquc01req_203104059999.xml", REQUEST);
    desk.until("the last one is answered", || site.answer("OQSsiquc01res_203104059999.xml").is_some());
    assert_eq!(names(&site.res()), ["OQSsiquc01res_203104059999.xml"], "{}", desk.said());
}

#[test]
fn a_request_that_changes_for_ever_is_refused() {
    let site = Site::new();
    let desk = Desk::start(&site);
    let mut open = File::create(site.req().join(ASKED)).unwrap();
    let (end, ended) = channel::<()>();
    std::thread::scope(|scope| {
        // An end tag never comes, and the writer never lets go.
        scope.spawn(move || {
            while ended.recv_timeout(Duration::from_millis(10)) == Err(RecvTimeoutError::Timeout) {
                open.write_all(b"<a/>").unwrap();
            }
        });
        desk.until("it goes back", || names(&site.req()).is_empty());
        drop(end);
    });
    assert_eq!(names(&site.res()), [REFUSED, ASKED]);
    assert!(refusal(&site, REFUSED, Encoding::Cp932).contains("変わり続けています"));
}

// ----- what goes back ---------------------------------------------------------------------------------------------

/// The text of an `.err`, checked to be of that code and in Japanese first.
fn refusal(site: &Site, name: &str, encoding: Encoding) -> String {
    let bytes = site.answer(name).unwrap();
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).unwrap(),
        Encoding::Cp932 => encoding_rs::SHIFT_JIS.decode(&bytes).0.into_owned(),
    };
    assert!(!text.contains('●') && text.find("照会").unwrap() < text.find("request").unwrap(), "{text}");
    text
}

#[test]
fn a_request_of_the_wrong_form_goes_back_with_the_reason() {
    for cp932 in [false, true] {
        let site = Site::new();
        let desk = Desk::start_with(&site, |_| panic!("nobody may be asked"));
        let xml = REQUEST.replace("19850228", "昭和60");
        let (bytes, encoding) =
            if cp932 { (in_cp932(&xml), Encoding::Cp932) } else { (xml.into_bytes(), Encoding::Utf8) };
        site.ask(ASKED, &bytes);
        desk.until("it goes back", || names(&site.req()).is_empty());
        assert_eq!(names(&site.res()), [REFUSED, ASKED]);
        assert_eq!(site.answer(ASKED), Some(bytes), "the request itself");
        let text = refusal(&site, REFUSED, encoding);
        assert!(text.starts_with("FOLDER_REQUEST_MALFORMED\r\n"), "{text}");
        assert!(text.contains("Birthdateの正しい形は「8桁の日付（yyyyMMdd）」です。"), "{text}");
        assert!(!text.contains("昭和60") && !desk.said().contains("昭和60"), "{text} {}", desk.said());
    }
}

#[test]
fn hostile_requests_go_back_and_harm_nothing() {
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<XmlMsg>&b;</XmlMsg>",
        "lol".repeat(1000)
    );
    let hostile: [(&str, Vec<u8>); 9] = [
        ("DOCTYPE", bomb.into_bytes()),
        ("実体参照", REQUEST.replace("00345", "&bomb;").into_bytes()),
        ("入れ子", "<a>".repeat(50_000).into_bytes()),
        ("途中で切れて", REQUEST.as_bytes()[..600].to_vec()),
        ("途中で切れて", Vec::new()),
        ("Shift_JISとして読めない", in_cp932(REQUEST).into_iter().chain([0x80]).collect()),
        ("UTF-8でもShift_JISでもありません", REQUEST.replace("\"UTF-8\"", "\"EUC-JP\"").into_bytes()),
        ("XMLに書けない", vec![0; 4096]),
        ("この端末の医療機関コード", REQUEST.replace("9991234567", "1311234567").into_bytes()),
    ];
    let site = Site::new();
    let desk = Desk::start(&site);
    for (number, (_, bytes)) in hostile.iter().enumerate() {
        site.ask(&format!("OQSsiquc01req_{number}.xml"), bytes);
    }
    desk.until("all go back", || names(&site.req()).is_empty());
    for (number, (reason, bytes)) in hostile.iter().enumerate() {
        let declared = Encoding::declared_by(bytes).unwrap_or(Encoding::Cp932);
        let text = refusal(&site, &format!("OQSsiquc01req_{number}.err"), declared);
        assert!(text.contains(reason), "{reason}: {text}");
        assert_eq!(site.answer(&format!("OQSsiquc01req_{number}.xml")).as_ref(), Some(bytes));
    }
    site.ask(ASKED, REQUEST);
    desk.until("a good one is answered", || site.answer(ANSWERED).is_some());
}

#[test]
fn a_huge_request_moves_back_unread() {
    let site = Site::new();
    let desk = Desk::start(&site);
    let huge = site.root.path().join("huge");
    fs::write(&huge, vec![b' '; 300 * 1024]).unwrap();
    let number = fs::metadata(&huge).unwrap().ino();
    fs::rename(&huge, site.req().join(ASKED)).unwrap();
    desk.until("it goes back", || names(&site.req()).is_empty());
    assert_eq!(fs::metadata(site.res().join(ASKED)).unwrap().ino(), number, "the file itself, not a copy");
    let text = refusal(&site, REFUSED, Encoding::Cp932);
    assert!(text.contains("262144バイト") && text.contains("262144 bytes"), "{text}");
}

#[test]
fn families_that_are_not_there_yet_go_back_and_say_so() {
    let site = Site::new();
    let desk = Desk::start_with(&site, |_| panic!("nobody may be asked"));
    let families = [
        ("OQSmuquc01req_203104050001", "資格確認（一括）"),
        ("OQSmuquc02req_203104050001", "資格確認（一括）"),
        ("OQSmuimm01req_203104050001", "照会番号登録（一括）"),
        ("OQSsiimm01req_203104050001", "照会番号登録（個別）"),
        ("OQSmutic01req_203104050001", "医療扶助（一括）"),
        ("OQSsiurl01req_203104050001", "医療機関別アクセスURL取得"),
        ("YZKsiquc01req_023104050930000123", "薬剤情報・診療情報"),
        ("TKKsiquc01req_023104050930000123", "特定健診情報"),
        ("CIPsiquc01req_023104050930000123", "電子カルテ情報共有"),
        ("EPSsiprs01req_203104050001", "電子処方箋"),
        ("PMHsimsm01req_203104050001", "医療費助成・予防接種・母子保健"),
    ];
    for (name, _) in families {
        site.ask(&format!("{name}.xml"), in_cp932(REQUEST));
    }
    desk.until("all go back", || names(&site.req()).is_empty());
    for (name, title) in families {
        let text = refusal(&site, &format!("{name}.err"), Encoding::Cp932);
        assert!(text.starts_with("FOLDER_REQUEST_NOT_YET\r\n") && text.contains(title), "{text}");
        assert_eq!(site.answer(&format!("{name}.xml")), Some(in_cp932(REQUEST)));
    }
    assert!(!desk.said().contains("000123"), "{}", desk.said());
}

// ----- names ------------------------------------------------------------------------------------------------------

#[test]
fn a_name_that_another_answer_has_is_not_used_again() {
    let site = Site::new();
    let desk = Desk::start_with(&site, |_| panic!("nobody may be asked"));
    let other = NOT_FOUND.replace("20310405-0007", "20310405-0001");
    fs::write(site.res().join(ANSWERED), &other).unwrap();
    site.ask(ASKED, REQUEST);
    desk.until("it goes back", || names(&site.req()).is_empty());
    assert_eq!(site.answer(ANSWERED).as_deref(), Some(other.as_bytes()), "left alone");
    assert!(refusal(&site, REFUSED, Encoding::Utf8).starts_with("FOLDER_REQUEST_NAME_REUSED\r\n"));

    // The same request again finds itself refused already; another one of that name goes back under a number.
    site.ask(ASKED, REQUEST);
    desk.until("it goes once more", || names(&site.req()).is_empty());
    assert_eq!(names(&site.res()), [REFUSED, ASKED, ANSWERED]);
    let another = REQUEST.replace("00345", "00346");
    site.ask(ASKED, &another);
    desk.until("the other goes", || names(&site.req()).is_empty());
    assert_eq!(site.answer("OQSsiquc01req_203104050007_2.xml").as_deref(), Some(another.as_bytes()));
    assert!(site.answer("OQSsiquc01req_203104050007_2.err").is_some());
    assert_eq!(site.answer(ASKED).as_deref(), Some(REQUEST.as_bytes()));
    assert_eq!(desk.count(|notice| matches!(notice, Notice::Refused { .. })), 3);
}

#[test]
fn names_that_differ_in_case_are_one() {
    let site = Site::new();
    let desk = Desk::start(&site);
    site.ask("OQSSIQUC01REQ_203104050007.XML", REQUEST);
    desk.until("it goes", || names(&site.req()).is_empty());
    assert_eq!(names(&site.res()), ["OQSSIQUC01RES_203104050007.XML"]);
    site.ask(ASKED, REQUEST.replace("00345", "00346"));
    desk.until("the other goes", || names(&site.req()).is_empty());
    assert!(refusal(&site, REFUSED, Encoding::Utf8).starts_with("FOLDER_REQUEST_NAME_REUSED\r\n"));
    site.ask(ASKED, REQUEST);
    desk.until("the same goes", || names(&site.req()).is_empty());
    assert_eq!(desk.count(|notice| matches!(notice, Notice::AnsweredBefore)), 1, "{}", desk.said());
}

#[test]
fn a_request_that_was_replaced_while_it_was_asked_is_not_lost() {
    let site = Site::new();
    let req = site.req();
    let another = REQUEST.replace("00345", "00346");
    let replacing = another.clone();
    let desk = Desk::start_with(&site, move |_| {
        fs::write(req.join(ASKED), &replacing).unwrap();
        Ok(not_found())
    });
    site.ask(ASKED, REQUEST);
    answered_or_refused(&desk, 2);
    desk.until("both went", || names(&site.req()).is_empty());
    assert_eq!(site.answer(ANSWERED).as_deref(), Some(NOT_FOUND.as_bytes()), "of the first");
    assert_eq!(site.answer(ASKED).as_deref(), Some(another.as_bytes()), "the second went back");
}

// ----- what is left alone -----------------------------------------------------------------------------------------

#[test]
fn what_is_no_request_is_left_alone_and_said_once() {
    let site = Site::new();
    let req = site.req();
    let secret = site.root.path().join("secret.xml");
    fs::write(&secret, REQUEST).unwrap();
    std::os::unix::fs::symlink(&secret, req.join("OQSsiquc01req_1.xml")).unwrap();
    fs::create_dir(req.join("OQSsiquc01req_2.xml")).unwrap();
    let pipe = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, req.join("OQSsiquc01req_3.xml"), pipe, 0o600.into(), 0).unwrap();
    fs::write(req.join(OsStr::from_bytes(b"OQSsiquc01req_\xFF\xFE\n.xml")), REQUEST).unwrap();
    fs::write(req.join("山田花子.txt"), "000123").unwrap();
    fs::write(req.join("OQSsiquc01res_1.xml"), NOT_FOUND).unwrap();
    fs::write(req.join("OQSmuquc01req_1.zip"), "PK").unwrap();
    let there = names(&req);

    let desk = Desk::start(&site);
    for number in 10..13 {
        site.ask(&format!("OQSsiquc01req_{number}.xml"), REQUEST);
    }
    answered_or_refused(&desk, 3);
    desk.until("the good ones go", || names(&req) == there);
    let left = |what| desk.count(|notice| matches!(notice, Notice::LeftAlone(left) if *left == what));
    assert_eq!(left(LeftAlone::Unknown), 1);
    assert_eq!(left(LeftAlone::NotAFile), 1);
    assert_eq!(left(LeftAlone::NoRequest { family: Family::Lookup, extension: Extension::Xml }), 1);
    assert_eq!(left(LeftAlone::NoRequest { family: Family::BulkLookup, extension: Extension::Zip }), 1);
    assert_eq!(names(&site.res()).len(), 3, "only the good ones are answered: {}", desk.said());
    assert!(
        !desk.said().contains(['山', '1']) && fs::read(&secret).unwrap() == REQUEST.as_bytes(),
        "{}",
        desk.said()
    );
}

#[test]
fn nothing_that_is_said_names_a_person() {
    let site = Site::new();
    let desk = Desk::start(&site);
    site.ask("OQSsiquc01req_20310405000123.xml", REQUEST);
    site.ask("OQSsiquc01req_20310405000124.xml", REQUEST.replace("19850228", "1985-02-28"));
    answered_or_refused(&desk, 2);
    desk.until("both go", || names(&site.req()).is_empty());
    for word in ["000123", "00345", "990123", "架空", "1985"] {
        assert!(!desk.said().contains(word), "{word}: {}", desk.said());
    }
}

// ----- retention --------------------------------------------------------------------------------------------------

#[test]
fn only_our_own_old_files_are_forgotten() {
    let site = Site::new();
    let desk = Desk::start(&site);
    site.ask(ASKED, REQUEST);
    site.ask("YZKsiquc01req_1.xml", REQUEST);
    answered_or_refused(&desk, 2);
    desk.until("both go", || names(&site.req()).is_empty());
    let foreign = [
        "OQSmuquc02res_1.zip",
        "OQSsiquc01res_face_1_20310405093012.xml",
        "notes.txt",
        "YZKsiquc01res_1.xml",
    ];
    for name in foreign {
        fs::write(site.res().join(name), "of another program").unwrap();
    }
    let written = fs::metadata(site.res().join(ANSWERED)).unwrap().modified().unwrap();
    let written = written.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let at = |shift: i64| model::Timestamp(i64::try_from(written).unwrap() + shift);
    assert_eq!(desk.handle().forget(at(-60_000)).unwrap(), 0);
    assert_eq!(desk.handle().forget(at(60_000)).unwrap(), 3);
    let mut kept = names(&site.res());
    kept.sort();
    let mut expected = foreign.map(str::to_owned);
    expected.sort();
    assert_eq!(kept, expected);
    let error = fs::rename(site.res(), site.root.path().join("away")).map(|()| desk.handle().forget(at(0)));
    assert!(error.unwrap().is_err(), "a folder that is away is said");
}
