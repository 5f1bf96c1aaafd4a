//! Who may use the bench: programs of this machine that can read the token's file. No browser page.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

use super::problem::Problem;

/// The bench's own address and token.
pub(super) struct Guard {
    hosts: [String; 2],
    token: String,
}

impl Guard {
    /// A guard for the bench on this port, with a fresh token that it writes to a file for its owner only.
    pub(super) fn create(port: u16, token_file: &Path) -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        match std::fs::remove_file(token_file) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(token_file)?;
        file.write_all(token.as_bytes())?;
        Ok(Self { hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")], token })
    }

    fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let refused = |status, title| Problem { status, title, detail: String::new(), seen: None };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        // A name that someone else's DNS points here, and any page of a browser, is refused.
        if !self.hosts.iter().any(|own| own == host) {
            return Err(refused(StatusCode::MISDIRECTED_REQUEST, "this is not the bench's address"));
        }
        if headers.contains_key(header::ORIGIN) {
            return Err(refused(StatusCode::FORBIDDEN, "the bench serves no browser page"));
        }
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        if bool::from(given.as_bytes().ct_eq(self.token.as_bytes())) {
            Ok(())
        } else {
            Err(refused(StatusCode::UNAUTHORIZED, "no bearer token, or a wrong one"))
        }
    }
}

/// The middleware in front of every route.
pub(super) async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    guard.check(request.headers())?;
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use super::Guard;
    use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn only_the_token_s_holder_at_the_own_address_passes() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("token");
        let guard = Guard::create(4711, &file).unwrap();
        let bearer = format!("Bearer {}", std::fs::read_to_string(&file).unwrap());
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);

        let refused = |list: &[(&'static str, &str)]| guard.check(&headers(list)).unwrap_err().status;
        let (host, token) = (("host", "127.0.0.1:4711"), ("authorization", bearer.as_str()));
        assert!(guard.check(&headers(&[host, token])).is_ok());
        assert_eq!(refused(&[host]), StatusCode::UNAUTHORIZED);
        assert_eq!(refused(&[host, ("authorization", "Bearer ")]), StatusCode::UNAUTHORIZED);
        assert_eq!(refused(&[token]), StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(refused(&[("host", "bench.example:4711"), token]), StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(refused(&[host, token, ("origin", "http://127.0.0.1:4711")]), StatusCode::FORBIDDEN);
    }
}
