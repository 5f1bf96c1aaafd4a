//! The API document: what holds for every operation stands here once, the routes say the rest.

use crate::access::{LOCKED, PAGE, TOKEN};
use crate::body::{CentreBody, DamagedBody, FolderBody, ResultBody, StationBody, UntoldBody};
use crate::kiosk::PanelBody;
use crate::pair_reader::StepBody;
use crate::problem::ProblemBody;
use axum::http::StatusCode;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{AdditionalProperties, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, Content, Object, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi};

/// What a client should know before it reads the operations.
const ABOUT: &str = "\
Results, events and readers of the reception terminal, for programs on this machine: over HTTP/1.1 on a loopback address, \
and on a Unix socket, where `Host` is `localhost`.

Within v1 more operations, more optional fields of a request, more fields and more words of an answer, more events and more \
failure codes may come: pass over what you do not know. Nothing else changes.

Every refusal is a problem (RFC 9457) whose `code` is stable; `/v1/failures/{code}` says what it means and what to do. Only \
who sends no HTTP, or more than 16 KiB before the body, gets the bare status 400 or 431, and the connection ends. Where an \
operation knows another method, `Allow` of the 405 names it.

A token goes into the header `Authorization` and nowhere else. Bodies are JSON of at most 64 KiB. No answer may be stored, \
none carries a CORS header. Times are in Japan time.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Uketsuke desk", description = ABOUT, version = "1.0.0"),
    components(schemas(
        ProblemBody,
        ResultBody<'static>,
        DamagedBody,
        StationBody,
        CentreBody,
        FolderBody,
        UntoldBody,
        PanelBody,
        StepBody
    )),
    modifiers(&Security)
)]
struct Document;

/// What the routes are added to.
pub(crate) fn beginning() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A token of `uketsuke pair token`. An operation lists the scopes of which the token needs one. On the \
                 Unix socket the daemon's own user and root need none.",
            ))
            .build();
        let page = ApiKeyValue::with_description(
            "uketsuke-board",
            "The cookie that one of the daemon's own pages gets for a one-time code; `uketsuke-kiosk-<reader>` for the \
             panel of a reader.",
        );
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme(TOKEN, SecurityScheme::Http(token));
        components.add_security_scheme(PAGE, SecurityScheme::ApiKey(ApiKey::Cookie(page)));
        let locked = ApiKeyValue::with_description(
            "uketsuke-board-locked",
            "The cookie of a browser whose board is locked: it opens the lock and nothing else.",
        );
        components.add_security_scheme(LOCKED, SecurityScheme::ApiKey(ApiKey::Cookie(locked)));
    }
}

/// A refusal that is the same for many operations.
struct Refusal {
    status: StatusCode,
    name: &'static str,
    description: &'static str,
    header: Option<(&'static str, &'static str)>,
    of: fn(&Operation) -> bool,
}

/// Each operation says those of its own beside these.
const REFUSALS: [Refusal; 8] = [
    Refusal {
        status: StatusCode::BAD_REQUEST,
        name: "BadRequest",
        description: "The request has another form than it should",
        header: None,
        of: |operation| operation.request_body.is_some() || operation.parameters.is_some(),
    },
    Refusal {
        status: StatusCode::UNAUTHORIZED,
        name: "TokenNeeded",
        description: "There is no token, or it is not known",
        header: Some((
            "WWW-Authenticate",
            "`Bearer`; with `error=\"invalid_token\"` where a token was shown",
        )),
        of: |operation| !is_open(operation),
    },
    Refusal {
        status: StatusCode::FORBIDDEN,
        name: "NotAllowed",
        description: "The token is not for this, or the request comes from a foreign page",
        header: None,
        of: |_| true,
    },
    Refusal {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        name: "TooLong",
        description: "The body is longer than 64 KiB",
        header: None,
        of: |_| true,
    },
    Refusal {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        name: "OtherKind",
        description: "The body is not `application/json`",
        header: None,
        of: |operation| operation.request_body.is_some(),
    },
    Refusal {
        status: StatusCode::MISDIRECTED_REQUEST,
        name: "OtherHost",
        description: "`Host` is not one of this service's names",
        header: None,
        of: |_| true,
    },
    Refusal {
        status: StatusCode::TOO_MANY_REQUESTS,
        name: "TooOften",
        description: "Too many requests of this caller",
        header: Some(("Retry-After", "Seconds until the next is taken")),
        of: |_| true,
    },
    Refusal {
        status: StatusCode::SERVICE_UNAVAILABLE,
        name: "Unavailable",
        description: "The terminal cannot answer now: too many connections, the ledger cannot be used, or it stops",
        header: Some(("Retry-After", "Seconds, where coming again helps")),
        of: |_| true,
    },
];

/// Adds what every operation has, and what the macros do not say.
pub(crate) fn complete(api: &mut utoipa::openapi::OpenApi) {
    let components = api.components.get_or_insert_default();
    for refusal in &REFUSALS {
        components.responses.insert(refusal.name.to_owned(), RefOr::T(refusal.response()));
    }
    for name in ["TouchBody", "CodeRequest"] {
        close_variants(components, name);
    }
    for item in api.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        operations.into_iter().flatten().for_each(add_refusals);
    }
}

fn is_open(operation: &Operation) -> bool {
    // As `Access` reads it: a requirement of nothing.
    let requirements = operation.security.iter().flatten();
    requirements.into_iter().any(|requirement| {
        serde_json::to_value(requirement)
            .is_ok_and(|schemes| schemes.as_object().is_some_and(|all| all.is_empty()))
    })
}

fn add_refusals(operation: &mut Operation) {
    let refusals: Vec<_> = REFUSALS.iter().filter(|refusal| (refusal.of)(operation)).collect();
    for refusal in refusals {
        let status = refusal.status.as_str().to_owned();
        let reference = RefOr::Ref(Ref::from_response_name(refusal.name));
        operation.responses.responses.entry(status).or_insert(reference);
    }
}

impl Refusal {
    fn response(&self) -> Response {
        let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("ProblemBody"))));
        let response =
            ResponseBuilder::new().description(self.description).content("application/problem+json", content);
        let Some((name, description)) = self.header else { return response.build() };
        let text = Object::builder().schema_type(Type::String).build();
        let header = HeaderBuilder::new().description(Some(description)).schema(Some(text));
        response.header(name, header.build()).build()
    }
}

/// serde refuses unknown fields of these; the macro says so of structs, not of an enum's variants.
fn close_variants(components: &mut Components, name: &str) {
    let Some(RefOr::T(Schema::OneOf(variants))) = components.schemas.get_mut(name) else { return };
    for variant in &mut variants.items {
        if let RefOr::T(Schema::Object(object)) = variant {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}
