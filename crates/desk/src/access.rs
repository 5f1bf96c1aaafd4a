//! Who may call which route, read from the API document: what it says is what is enforced.
//!
//! `security` of an operation lists what opens it: a token (or the local user on the Unix socket) with one of the scopes,
//! or one of our pages with the cookie of a scope, or a board that is locked. `{}` stands for whoever asks.

use axum::http::Method;
use model::{ReaderId, Scope};
use std::collections::HashMap;
use utoipa::openapi::{OpenApi, path::Operation};

/// The scheme of tokens in the document.
pub(crate) const TOKEN: &str = "token";
/// The scheme of our pages' cookies in the document.
pub(crate) const PAGE: &str = "page";
/// The scheme of a locked board's cookie in the document.
pub(crate) const LOCKED: &str = "locked";

/// What opens one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// Whoever asks.
    pub(crate) open: bool,
    /// A board that is locked.
    pub(crate) locked: bool,
    /// Scopes by which a token opens it.
    token: Vec<String>,
    /// Scopes by which one of our pages opens it.
    page: Vec<String>,
}

/// The operations of the document, by method and path as it is written there.
#[derive(Debug, Default)]
pub(crate) struct Routes(HashMap<(Method, String), Access>);

impl Routes {
    pub(crate) fn of(document: &OpenApi) -> Self {
        let mut routes = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    routes.insert((method, path.clone()), Access::of(operation));
                }
            }
        }
        Self(routes)
    }

    /// What opens this; `None` if the document has no such operation.
    pub(crate) fn access(&self, method: &Method, path: &str) -> Option<&Access> {
        // HEAD is GET without its body (RFC 9110 section 9.3.2).
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        self.0.get(&(method, path.to_owned()))
    }

    /// Whether whoever asks may call this path by some method.
    pub(crate) fn is_open(&self, path: &str) -> bool {
        self.0.iter().any(|((_, known), access)| known == path && access.open)
    }
}

impl Access {
    fn of(operation: &Operation) -> Self {
        let mut access = Self::default();
        for requirement in operation.security.iter().flatten() {
            // The type keeps its schemes to itself, but says them when it is written.
            let Ok(serde_json::Value::Object(schemes)) = serde_json::to_value(requirement) else { continue };
            access.open |= schemes.is_empty();
            for (scheme, scopes) in schemes {
                let scopes = scopes.as_array().into_iter().flatten().filter_map(|scope| scope.as_str());
                match scheme.as_str() {
                    TOKEN => access.token.extend(scopes.map(str::to_owned)),
                    PAGE => access.page.extend(scopes.map(str::to_owned)),
                    LOCKED => access.locked = true,
                    _ => {}
                }
            }
        }
        access
    }

    /// The scopes by which a token opens it, for the reader that the path names.
    pub(crate) fn for_token(&self, reader: Option<&ReaderId>) -> impl Iterator<Item = Scope> {
        scopes(&self.token, reader)
    }

    /// The scopes by which a page opens it, for the reader that the path names.
    pub(crate) fn for_page(&self, reader: Option<&ReaderId>) -> impl Iterator<Item = Scope> {
        scopes(&self.page, reader)
    }
}

fn scopes(words: &[String], reader: Option<&ReaderId>) -> impl Iterator<Item = Scope> {
    words.iter().filter_map(move |word| match word.as_str() {
        "kiosk:{reader}" => reader.cloned().map(Scope::Kiosk),
        word => word.parse().ok(),
    })
}

/// The reader that a path names, where its route says `{reader}`.
pub(crate) fn reader_in(route: &str, path: &str) -> Option<ReaderId> {
    let place = route.split('/').position(|segment| segment == "{reader}")?;
    path.split('/').nth(place)?.parse().ok()
}
