//! Every failure of the line, produced on a real socket.

use crate::desk::{Desk, account, card, carry, carry_until, config, impatient, missing, visit};
use centre::{Centre, CentreConfig, CentreError, Password};
use centre_wire::Operation;
use failure::codes;
use model::FailureCode;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use simulator::centre::{LineOptions, SERVER_NAME, ServerCertificate, TlsVersions, write_foreign_terminal};
use simulator_centre::{Misbehaviour, Step};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

impl Desk {
    /// A second client of the same mock centre.
    fn client(&self, change: impl FnOnce(&mut CentreConfig)) -> Centre {
        let mut config = config(self.mock.address(), self.mock.files());
        change(&mut config);
        Centre::new(config).unwrap()
    }
}

async fn open(centre: &Centre) -> CentreError {
    centre.open_relay(&account(), Operation::PinLess, visit(9)).await.unwrap_err()
}

fn says(error: &CentreError, code: FailureCode, part: &str) {
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(part), "{part:?} in {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_port_is_unreachable() {
    let desk = Desk::plain().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let centre = desk.client(|config| config.endpoint = address.to_string());
    says(&open(&centre).await, codes::CENTRE_UNREACHABLE, &address.to_string());
    let centre = desk.client(|config| config.endpoint = "no-such-name.invalid:443".to_owned());
    says(&open(&centre).await, codes::CENTRE_UNREACHABLE, "no-such-name.invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_names_how_long_and_for_what() {
    let desk = Desk::plain().await;
    let centre = desk.client(|config| config.deadlines = impatient());
    for (misbehaviour, awaited) in [
        (Misbehaviour::SilentAfterAccept, "150 ms; awaited: TLS handshake"),
        (Misbehaviour::SilentAt(Step::Login), "150 ms; awaited: reply to the login"),
        (Misbehaviour::SilentAt(Step::Nonce), "150 ms; awaited: nonce"),
    ] {
        desk.mock.set_misbehaviour(Some(misbehaviour));
        says(&open(&centre).await, codes::CENTRE_SILENT, awaited);
    }
    for step in [Step::FirstCommand, Step::Sign, Step::Answer] {
        desk.mock.set_misbehaviour(Some(Misbehaviour::SilentAt(step)));
        let mut relay = centre.open_relay(&account(), Operation::PinLess, visit(1)).await.unwrap();
        let error = carry(&mut relay, &mut card("housewife")).await.unwrap_err();
        says(&error, codes::CENTRE_SILENT, "awaited: next relay message");
    }
    desk.mock.set_misbehaviour(None);
    let mut relay = centre.open_relay(&account(), Operation::PinLess, visit(2)).await.unwrap();
    let answer = carry(&mut relay, &mut card("housewife")).await.unwrap();
    desk.mock.set_misbehaviour(Some(Misbehaviour::SilentAt(Step::Screens)));
    says(
        &centre.screens(&answer.session).await.unwrap_err(),
        codes::CENTRE_SILENT,
        "list of consent screens",
    );
    desk.mock.set_misbehaviour(Some(Misbehaviour::SilentAt(Step::Answers)));
    says(&centre.answers(&answer.session, &[]).await.unwrap_err(), codes::CENTRE_SILENT, "awaited: result");
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_clients_do_not_delay_others() {
    let desk = Desk::plain().await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(TcpStream::connect(desk.mock.address()).await.unwrap());
    }
    let mut card = card("housewife");
    let relay = tokio::time::timeout(Duration::from_secs(5), desk.relay(&mut card, 1));
    relay.await.expect("in time").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_has_a_limit_of_time_and_of_commands() {
    let desk = Desk::plain().await;
    desk.mock.set_misbehaviour(Some(Misbehaviour::FloodCommands));
    let error = desk.relay(&mut card("housewife"), 1).await.unwrap_err();
    says(&error, codes::RELAY_LIMIT, "commands");
    desk.mock.set_misbehaviour(Some(Misbehaviour::SilentAt(Step::FirstCommand)));
    let centre = desk.client(|config| config.deadlines.relay_total = Duration::from_millis(300));
    let mut relay = centre.open_relay(&account(), Operation::PinLess, visit(1)).await.unwrap();
    says(&relay.next().await.unwrap_err(), codes::RELAY_LIMIT, "seconds");
}

/// The client carries what a guard must refuse: here it is seen to arrive.
#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_centre_asks_for_what_the_guard_refuses() {
    let desk = Desk::plain().await;
    for (misbehaviour, asked) in [
        (Misbehaviour::AskVerify, &b"\x00\x20\x00\x80\x04"[..]),
        (Misbehaviour::AskOtherApplication, b"\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02"),
        (Misbehaviour::AskOtherText, b"\x80\x2A\x00\x80\x33"),
    ] {
        desk.mock.set_misbehaviour(Some(misbehaviour));
        let mut relay = desk.centre.open_relay(&account(), Operation::PinLess, visit(1)).await.unwrap();
        let hostile = carry_until(&mut relay, &mut card("housewife"), |apdu| apdu.starts_with(asked)).await;
        assert!(!hostile.ends_with(&[&relay.digest()[..], &[0]].concat()), "never this relay's text");
        relay.refuse(codes::RELAY_COMMAND_REFUSED).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_is_garbled() {
    let desk = Desk::plain().await;
    let answer = desk.relay(&mut card("housewife"), 1).await.unwrap();
    for misbehaviour in [Misbehaviour::Garbage, Misbehaviour::HalfAnswer, Misbehaviour::AnswerOtherSession] {
        let answer = desk.relay(&mut card("housewife"), 2).await.unwrap();
        desk.mock.set_misbehaviour(Some(misbehaviour));
        let error = desk.centre.answers(&answer.session, &[]).await.unwrap_err();
        says(&error, codes::CENTRE_GARBLED, &desk.mock.address().to_string());
        desk.mock.set_misbehaviour(None);
    }
    desk.mock.set_misbehaviour(Some(Misbehaviour::Garbage));
    says(&open(&desk.centre).await, codes::CENTRE_GARBLED, "line 1");
    says(&desk.centre.screens(&answer.session).await.unwrap_err(), codes::CENTRE_GARBLED, "list of screens");
    desk.mock.set_misbehaviour(Some(Misbehaviour::AnswerOtherSession));
    let error = desk.relay(&mut card("housewife"), 3).await.unwrap_err();
    says(&error, codes::CENTRE_GARBLED, "another session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_of_another_authority_name_or_time_is_untrusted() {
    for certificate in
        [ServerCertificate::OtherAuthority, ServerCertificate::OtherName, ServerCertificate::Expired]
    {
        for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
            let desk = Desk::open(LineOptions { certificate, versions, port: 0 }).await;
            says(&open(&desk.centre).await, codes::CENTRE_UNTRUSTED, "not trusted");
        }
    }
}

/// Under TLS 1.3 the refusal comes after the handshake, with the request on its way: many times, to meet all orders.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_of_another_authority_is_refused() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let desk = Desk::open(LineOptions { versions, ..LineOptions::default() }).await;
        let foreign = tempfile::tempdir().unwrap();
        let files = write_foreign_terminal(foreign.path(), true).unwrap();
        let centre = desk.client(|config| {
            config.certificate_pem_file = files.certificate;
            config.key_pem_file = files.key;
        });
        for _ in 0..30 {
            says(
                &open(&centre).await,
                codes::TERMINAL_CERTIFICATE_REFUSED,
                "refused the terminal's certificate",
            );
        }
        // The alert reaches the client before the mock centre has counted it.
        let counted = async {
            while desk.mock.counters().failed_handshakes < 30 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), counted).await.expect("counted");
        assert_eq!(desk.mock.counters().logins, 0);
    }
}

/// Our own client cannot be without one, so this is another. Under TLS 1.3 its handshake ends before the centre has
/// seen that no certificate comes: the refusal is the first thing to be read.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_certificate_is_refused() {
    for (versions, version) in
        [(TlsVersions::Tls12, &rustls::version::TLS12), (TlsVersions::Tls13, &rustls::version::TLS13)]
    {
        let desk = Desk::open(LineOptions { versions, ..LineOptions::default() }).await;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&desk.mock.files().ca).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(desk.mock.address()).await.unwrap();
        let name = SERVER_NAME.try_into().unwrap();
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, tcp).into_fallible();
        let (fault, mut tcp) = match connecting.await {
            Ok(mut tls) => (tls.read_u8().await.unwrap_err(), tls.into_inner().0),
            Err(failed) => failed,
        };
        let told = fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let required = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
        assert_eq!(told, Some(&required), "{fault}");
        // The centre counts before it closes.
        tcp.read_to_end(&mut Vec::new()).await.unwrap();
        let counters = desk.mock.counters();
        assert_eq!((counters.failed_handshakes, counters.full_handshakes, counters.logins), (1, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_and_a_lost_token_renewed() {
    let desk = Desk::plain().await;
    let centre =
        desk.client(|config| config.accounts = [(account(), Password::new("wrong".to_owned()))].into());
    says(&open(&centre).await, codes::CENTRE_LOGIN_REFUSED, "F0AB12");
    let answer = desk.relay(&mut card("housewife"), 1).await.unwrap();
    desk.mock.with(simulator_centre::Judgement::forget_tokens);
    desk.centre.screens(&answer.session).await.unwrap();
    desk.mock.with(simulator_centre::Judgement::forget_tokens);
    desk.relay(&mut card("housewife"), 2).await.unwrap();
    desk.mock.with(|judgement| {
        judgement.forget_tokens();
        judgement.set_password(account(), None);
    });
    says(&open(&desk.centre).await, codes::CENTRE_LOGIN_REFUSED, "F0AB12");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_centre_is_unreachable() {
    let desk = Desk::plain().await;
    let answer = desk.relay(&mut card("housewife"), 1).await.unwrap();
    desk.centre.screens(&answer.session).await.unwrap();
    let address = desk.mock.address();
    desk.mock.stop().await;
    let error = desk.centre.screens(&answer.session).await.unwrap_err();
    says(&error, codes::CENTRE_UNREACHABLE, &address.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_faults_name_the_file() {
    let desk = Desk::plain().await;
    let good = || config(desk.mock.address(), desk.mock.files());
    let fault = |change: fn(&mut CentreConfig)| {
        let mut config = good();
        change(&mut config);
        Centre::new(config).unwrap_err()
    };
    says(&fault(|c| c.ca_pem_file = missing()), codes::CONFIG_INVALID, "/nonexistent/ca.pem");
    says(&fault(|c| c.key_pem_file = c.ca_pem_file.clone()), codes::CONFIG_INVALID, "ca.pem: no private key");
    says(
        &fault(|c| c.certificate_pem_file = c.ca_pem_file.clone()),
        codes::CONFIG_INVALID,
        "terminal-key.pem",
    );
    says(&fault(|c| c.endpoint = "centre".to_owned()), codes::CONFIG_INVALID, "endpoint");
    says(&fault(|c| c.server_name = "10.0.0.1".to_owned()), codes::CONFIG_INVALID, "server_name");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_marked_authorities_are_the_simulator_s() {
    let desk = Desk::plain().await;
    assert!(desk.centre.simulator_marked());
    let foreign = tempfile::tempdir().unwrap();
    let files = write_foreign_terminal(foreign.path(), false).unwrap();
    let other = desk.client(|config| config.ca_pem_file = files.ca.clone());
    assert!(!other.simulator_marked(), "the organisation alone is not enough");
    let both = desk.directory.path().join("both.pem");
    let text = [std::fs::read(&desk.mock.files().ca).unwrap(), std::fs::read(&files.ca).unwrap()].concat();
    std::fs::write(&both, text).unwrap();
    assert!(!desk.client(|config| config.ca_pem_file = both).simulator_marked(), "one unmarked spoils all");
}
