//! Who may use the bench: programs of this machine that can read the token's file, and the bench's own page, which has
//! a cookie for a one-time code. No other page of a browser.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

use super::pairing::{Cookie, Pairings, secret};
use super::problem::Problem;

/// The bench's own address, token, open codes and cookie.
pub(crate) struct Guard {
    hosts: [String; 2],
    token: String,
    pub(super) pairings: Pairings,
    pub(super) cookie: Cookie,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// A program with the token.
    Program,
    /// The bench's page.
    Page,
    /// Whoever: the page itself and its files, which hold nothing, and the exchange of a code.
    Anyone,
}

/// What a route is open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Page, files of it: read by whoever finds the address.
    Files,
    /// The exchange of a code.
    Pairing,
    /// The making of a code: programs only.
    Programs,
    /// All else: programs and the page.
    Bench,
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

impl Guard {
    /// A guard for the bench on this port, with a fresh token that it writes to a file for its owner only.
    pub(crate) fn create(port: u16, token_file: &Path) -> std::io::Result<Self> {
        let token = secret().map_err(std::io::Error::other)?;
        match std::fs::remove_file(token_file) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(token_file)?;
        file.write_all(token.as_bytes())?;
        Ok(Self {
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            token,
            pairings: Pairings::default(),
            cookie: Cookie::fresh(port).map_err(std::io::Error::other)?,
        })
    }

    /// The first code for the page; it holds until it is used.
    pub(crate) fn first_code(&self) -> std::io::Result<String> {
        self.pairings.make(None).map_err(std::io::Error::other)
    }

    fn check(&self, open: Open, method: &Method, headers: &HeaderMap) -> Result<Caller, Problem> {
        // A name that someone else's DNS points here is refused.
        if !single(headers, &header::HOST).is_some_and(|host| self.is_own(host)) {
            return Err(refused(StatusCode::MISDIRECTED_REQUEST, "this is not the bench's address"));
        }
        match open {
            // A link from another page may lead here: what is shown then asks for everything else with its cookie.
            Open::Files => self.check_site(headers, true).map(|()| Caller::Anyone),
            Open::Pairing => self.check_site(headers, false).map(|()| Caller::Anyone),
            Open::Programs => self.program(headers),
            Open::Bench if headers.contains_key(header::AUTHORIZATION) => self.program(headers),
            Open::Bench => self.page(method, headers),
        }
    }

    /// Holds the token, and is no page of a browser.
    fn program(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        if headers.contains_key(header::ORIGIN) {
            return Err(refused(StatusCode::FORBIDDEN, "a page does not use the bench's token"));
        }
        let given = single(headers, &header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if given.is_some_and(|given| given.as_bytes().ct_eq(self.token.as_bytes()).into()) {
            Ok(Caller::Program)
        } else {
            Err(refused(StatusCode::UNAUTHORIZED, "no bearer token, or a wrong one"))
        }
    }

    /// Holds the cookie, and says that it is our own page. A page on another port of this machine is of the same site
    /// and would have the cookie sent: only the same origin is ours.
    fn page(&self, method: &Method, headers: &HeaderMap) -> Result<Caller, Problem> {
        self.check_site(headers, false)?;
        if !self.cookie.is_in(headers) {
            return Err(refused(StatusCode::UNAUTHORIZED, "no bearer token, and no cookie of the bench"));
        }
        let reads = *method == Method::GET || *method == Method::HEAD;
        let said = headers.contains_key(header::ORIGIN) || (reads && headers.contains_key(FETCH_SITE));
        if said {
            Ok(Caller::Page)
        } else {
            Err(refused(StatusCode::FORBIDDEN, "a page says from where it asks"))
        }
    }

    /// Refuses what a foreign page asks; `links` may lead here from anywhere.
    fn check_site(&self, headers: &HeaderMap, links: bool) -> Result<(), Problem> {
        let origin = match headers.contains_key(header::ORIGIN) {
            true => single(headers, &header::ORIGIN)
                .and_then(|origin| origin.strip_prefix("http://"))
                .is_some_and(|host| self.is_own(host)),
            false => true,
        };
        let navigates = links
            && single(headers, &FETCH_MODE) == Some("navigate")
            && single(headers, &FETCH_SITE) == Some("same-site");
        let site = match headers.contains_key(FETCH_SITE) {
            true => navigates || matches!(single(headers, &FETCH_SITE), Some("same-origin" | "none")),
            false => true,
        };
        if origin && site {
            Ok(())
        } else {
            Err(refused(StatusCode::FORBIDDEN, "the bench serves no page but its own"))
        }
    }

    fn is_own(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own == host)
    }
}

/// The middleware in front of every route.
pub(super) async fn guard(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let open = match route.as_deref() {
        Some("/" | "/pages/{file}") => Open::Files,
        Some("/v1/pairings") => Open::Pairing,
        Some("/v1/pairing-codes") => Open::Programs,
        _ => Open::Bench,
    };
    let mut response = match guard.check(open, request.method(), request.headers()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn refused(status: StatusCode, title: &'static str) -> Problem {
    Problem { status, title, detail: String::new(), seen: None }
}

/// A header that stands exactly once.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Caller, Guard, Open};
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    struct Door {
        guard: Guard,
        bearer: String,
        cookie: String,
        _directory: tempfile::TempDir,
    }

    impl Door {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("token");
            let guard = Guard::create(4711, &file).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
            let bearer = format!("Bearer {}", std::fs::read_to_string(&file).unwrap());
            let given = guard.cookie.header().unwrap();
            let cookie = given.to_str().unwrap().split(';').next().unwrap().to_owned();
            Self { guard, bearer, cookie, _directory: directory }
        }

        fn ask(
            &self,
            open: Open,
            method: &Method,
            list: &[(&'static str, &str)],
        ) -> Result<Caller, StatusCode> {
            self.guard.check(open, method, &headers(list)).map_err(|problem| problem.status)
        }
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:4711");
    const OWN: (&str, &str) = ("origin", "http://127.0.0.1:4711");
    const MISDIRECTED: Result<Caller, StatusCode> = Err(StatusCode::MISDIRECTED_REQUEST);
    const FORBIDDEN: Result<Caller, StatusCode> = Err(StatusCode::FORBIDDEN);
    const UNAUTHORIZED: Result<Caller, StatusCode> = Err(StatusCode::UNAUTHORIZED);

    #[test]
    fn a_program_needs_the_token_and_the_own_address_and_is_no_page() {
        let door = Door::new();
        let token = ("authorization", door.bearer.as_str());
        for open in [Open::Bench, Open::Programs] {
            let ask = |list: &[(&'static str, &str)]| door.ask(open, &Method::POST, list);
            assert_eq!(ask(&[HOST, token]), Ok(Caller::Program));
            assert_eq!(ask(&[HOST]), UNAUTHORIZED);
            assert_eq!(ask(&[HOST, ("authorization", "Bearer ")]), UNAUTHORIZED);
            assert_eq!(ask(&[HOST, token, token]), UNAUTHORIZED, "twice");
            assert_eq!(ask(&[token]), MISDIRECTED);
            assert_eq!(ask(&[("host", "bench.example:4711"), token]), MISDIRECTED);
            assert_eq!(ask(&[("host", "127.0.0.1"), token]), MISDIRECTED);
            assert_eq!(ask(&[HOST, HOST, token]), MISDIRECTED, "twice");
            assert_eq!(ask(&[HOST, token, OWN]), FORBIDDEN, "a page has no token");
        }
    }

    #[test]
    fn the_page_needs_its_cookie_and_says_that_it_is_of_the_same_origin() {
        let door = Door::new();
        let cookie = ("cookie", door.cookie.as_str());
        let post = |list: &[(&'static str, &str)]| door.ask(Open::Bench, &Method::POST, list);
        let get = |list: &[(&'static str, &str)]| door.ask(Open::Bench, &Method::GET, list);
        let site = |site| ("sec-fetch-site", site);
        assert_eq!(post(&[HOST, cookie, OWN]), Ok(Caller::Page));
        assert_eq!(post(&[HOST, cookie, OWN, site("same-origin")]), Ok(Caller::Page));
        assert_eq!(
            get(&[HOST, cookie, site("same-origin")]),
            Ok(Caller::Page),
            "browsers send no Origin here"
        );
        assert_eq!(get(&[HOST, cookie, site("none")]), Ok(Caller::Page));

        assert_eq!(post(&[HOST, OWN]), UNAUTHORIZED, "without cookie");
        assert_eq!(post(&[HOST, OWN, ("cookie", "uketsuke-bench-4711=AAAA")]), UNAUTHORIZED);
        let other_port = door.cookie.replace("4711", "4712");
        assert_eq!(post(&[HOST, OWN, ("cookie", other_port.as_str())]), UNAUTHORIZED);
        assert_eq!(post(&[HOST, cookie]), FORBIDDEN, "says nothing of where it is from");
        assert_eq!(get(&[HOST, cookie]), FORBIDDEN);
        assert_eq!(post(&[HOST, cookie, site("same-origin")]), FORBIDDEN, "a deed names its origin");
        for foreign in
            ["http://127.0.0.1:4712", "https://127.0.0.1:4711", "http://bench.example:4711", "null"]
        {
            assert_eq!(post(&[HOST, cookie, ("origin", foreign)]), FORBIDDEN, "{foreign}");
        }
        assert_eq!(post(&[HOST, cookie, OWN, OWN]), FORBIDDEN, "twice");
        for foreign in ["same-site", "cross-site"] {
            assert_eq!(get(&[HOST, cookie, site(foreign)]), FORBIDDEN, "{foreign}");
            assert_eq!(post(&[HOST, cookie, OWN, site(foreign)]), FORBIDDEN, "{foreign}");
        }
        assert_eq!(post(&[("host", "bench.example:4711"), cookie, OWN]), MISDIRECTED);
        assert_eq!(
            door.ask(Open::Programs, &Method::POST, &[HOST, cookie, OWN]),
            FORBIDDEN,
            "makes no codes"
        );
    }

    #[test]
    fn a_link_may_lead_to_the_page_and_nothing_else_comes_from_a_foreign_one() {
        let door = Door::new();
        let link = [HOST, ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "navigate")];
        assert_eq!(door.ask(Open::Files, &Method::GET, &link), Ok(Caller::Anyone));
        assert_eq!(door.ask(Open::Files, &Method::GET, &[HOST]), Ok(Caller::Anyone));
        let script = [HOST, ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")];
        assert_eq!(door.ask(Open::Files, &Method::GET, &script), FORBIDDEN);
        assert_eq!(door.ask(Open::Files, &Method::GET, &[("host", "bench.example:4711")]), MISDIRECTED);
        assert_eq!(door.ask(Open::Pairing, &Method::POST, &[HOST, OWN]), Ok(Caller::Anyone));
        assert_eq!(door.ask(Open::Pairing, &Method::POST, &link), FORBIDDEN);
        let foreign = [HOST, ("origin", "http://127.0.0.1:4712")];
        assert_eq!(door.ask(Open::Pairing, &Method::POST, &foreign), FORBIDDEN);
    }
}
