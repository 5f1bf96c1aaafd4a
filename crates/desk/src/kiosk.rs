//! The kiosk's side of the API: what a panel shows, what was touched on it.

#![allow(unused_qualifications, reason = "utoipa's macros write qualified names")]

use crate::body::{ItemWord, json};
use crate::catalogue::PatientText;
use crate::forms::{CodeForm, PositionForm, ReaderForm};
use crate::hub::frame;
use crate::numbers::positions;
use crate::pairing::HOLDS;
use crate::port::{PanelUnit, ShownPanel, TouchFault};
use crate::problem::{Problem, ProblemBody};
use crate::request::{Object, object};
use crate::shared::Shared;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use failure::codes;
use futures_util::Stream;
use model::panel::{Language, Method, Notice, PadOrder, PadTouches, Question, Touch};
use model::{ConsentItem, Decision, ReaderId, Scope};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

// ----- codes and cookies ----------------------------------------------------------------------------------------

/// For which page a code is wanted: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum CodeRequest {
    /// The panel of the reader of this id.
    #[schema(value_type = ReaderForm)]
    Kiosk(ReaderId),
    /// The board.
    Board(Yes),
}

/// `true`, and nothing else.
#[derive(Deserialize)]
#[serde(try_from = "bool")]
pub(crate) struct Yes;

impl TryFrom<bool> for Yes {
    type Error = &'static str;
    fn try_from(said: bool) -> Result<Self, &'static str> {
        said.then_some(Self).ok_or("only true is meant")
    }
}

impl utoipa::PartialSchema for Yes {
    fn schema() -> RefOr<Schema> {
        let yes = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
        RefOr::T(yes.build().into())
    }
}

impl ToSchema for Yes {}

/// A code for a browser.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeBody {
    /// Eight letters and digits; good once.
    code: String,
    /// Seconds for which it holds.
    holds_seconds: u64,
    /// The address of the page that asks for it.
    page: String,
}

/// A code typed into a page.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairingRequest {
    /// The code; case, spaces and hyphens do not count.
    #[schema(max_length = 64)]
    code: String,
}

/// What the browser is paired with.
#[derive(Serialize, ToSchema)]
pub(crate) struct PairingBody {
    /// The reader's id; absent for the board.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ReaderForm)]
    kiosk: Option<String>,
}

/// Make a code that pairs a browser with a reader's panel or the board
#[utoipa::path(post, path = "/v1/pairing-codes", request_body = CodeRequest, security(("token" = ["admin"])), responses(
    (status = 201, body = CodeBody, description = "The code, to be typed into the page"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
))]
pub(crate) async fn make_code(
    State(shared): State<Arc<Shared>>,
    request: Result<Object<CodeRequest>, Problem>,
) -> Result<Response, Problem> {
    let Object(request) = request?;
    let (scope, page) = match request {
        CodeRequest::Kiosk(reader) => {
            shared.port.panel(&reader).ok_or(Problem::not_found())?;
            let page = format!("http://{}/kiosk/{reader}", shared.address);
            (Scope::Kiosk(reader), page)
        }
        CodeRequest::Board(Yes) => (Scope::Board, format!("http://{}/", shared.address)),
    };
    let code = shared.pairings.make(scope).map_err(|_| Problem::internal())?;
    let body = CodeBody { code, holds_seconds: HOLDS.as_secs(), page };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Exchange a code for the cookie of a page; needs no token
#[utoipa::path(post, path = "/v1/pairings", request_body = PairingRequest, security(()), responses(
    (status = 200, body = PairingBody, description = "Paired",
        headers(("Set-Cookie" = String, description = "The page's cookie: HttpOnly, SameSite=Strict; for the board also that of its lock"))),
    (status = 403, body = ProblemBody, content_type = "application/problem+json",
        description = "The code is wrong or over, or a foreign page asks"),
))]
pub(crate) async fn redeem_code(
    State(shared): State<Arc<Shared>>,
    request: Result<Object<PairingRequest>, Problem>,
) -> Result<Response, Problem> {
    let Object(PairingRequest { code }) = request?;
    let wrong = Problem::new(StatusCode::FORBIDDEN, codes::KIOSK_CODE_WRONG);
    let scope = shared.pairings.redeem(&code).ok_or(wrong)?;
    let cookies = AppendHeaders(crate::board::cookies_of(&shared, &scope)?);
    let kiosk = match scope {
        Scope::Kiosk(reader) => Some(reader.into()),
        _ => None,
    };
    Ok((cookies, Json(PairingBody { kiosk })).into_response())
}

// ----- the panel ------------------------------------------------------------------------------------------------

/// What a panel shows.
#[derive(Serialize, ToSchema)]
pub(crate) struct PanelBody {
    /// Names this panel; a touch gives it back.
    nonce: String,
    unit: UnitBody,
    language: LanguageWord,
    notice: NoticeBody,
    /// What is asked; null if nothing is.
    #[schema(required)]
    question: Option<QuestionBody>,
}

/// The unit at which the patient stands.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct UnitBody {
    /// The driver's name, such as `caora`.
    driver: &'static str,
    /// What staff call the reader.
    label: String,
    /// Whether the answers are given on this panel; false: at the unit's own screen, which this page explains.
    touch: bool,
}

/// A language of the patient's screen.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LanguageWord {
    Ja,
    En,
    Zh,
    Ko,
}

/// A way of confirming identity.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MethodWord {
    Face,
    Pin,
    Visual,
}

/// A patient's answer.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnswerWord {
    Agreed,
    Refused,
}

/// What the panel says.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum NoticeBody {
    PlaceCard,
    Wait,
    Done,
    TakeCard,
    CardLeft,
    OutOfOrder,
    VisualArmed,
    StaffCheck,
    Failure {
        /// The stable code.
        #[schema(value_type = CodeForm)]
        code: &'static str,
        /// What the patient is told.
        text: PatientText,
    },
}

/// What the panel asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum QuestionBody {
    Methods {
        offered: Vec<MethodWord>,
    },
    Face,
    Pin {
        tries_left: u8,
        /// The digit on each key, row by row; null if the unit has its own pad.
        #[schema(required)]
        keys: Option<[u8; 10]>,
    },
    Passcode {
        /// The digit on each key, row by row; null if the unit has its own pad.
        #[schema(required)]
        keys: Option<[u8; 10]>,
    },
    Consent {
        screen: String,
        #[schema(value_type = Vec<ItemWord>)]
        items: Vec<ConsentItem>,
    },
}

/// What was touched, and on which panel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TouchRequest {
    nonce: String,
    #[serde(deserialize_with = "object")]
    #[schema(value_type = TouchBody)]
    touch: TouchBody,
}

/// What was touched. Without Debug: positions may tell a PIN.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub(crate) enum TouchBody {
    Method {
        method: MethodWord,
    },
    Pad {
        /// Four keys by position, 0 to 9, in the order touched.
        #[serde(deserialize_with = "positions")]
        #[schema(value_type = Vec<PositionForm>, min_items = 4, max_items = 4)]
        positions: [u8; 4],
    },
    // With braces, so that serde refuses unknown fields here too.
    PadCancel {},
    Consent {
        screen: String,
        decision: AnswerWord,
    },
    Language {
        language: LanguageWord,
    },
}

/// What the patient at a reader is shown and asked, and every change of it
///
/// Where the unit has no screen of its own this is its screen; beside another it is a guide that follows it.
/// Server-sent events: `panel` (the data is a `PanelBody`), `dark` when nothing is shown (`{}`). Needs the reader's cookie or the token.
#[utoipa::path(get, path = "/v1/kiosk/{reader}/panel", security(("token" = ["kiosk:{reader}"]), ("page" = ["kiosk:{reader}"])), params(("reader" = ReaderForm, Path, description = "The reader's id")),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "The stream; it does not end"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such reader"),
    )
)]
pub(crate) async fn panel(
    State(shared): State<Arc<Shared>>,
    reader: Result<Path<ReaderId>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(reader) = reader.map_err(|_| Problem::not_found())?;
    let shown = shared.port.panel(&reader).ok_or(Problem::not_found())?;
    let unit = shared.port.panel_unit(&reader).ok_or(Problem::not_found())?;
    let stream = panels(unit.into(), shown, shared.ending.clone(), shared.limits.heartbeat);
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(stream)).into_response())
}

/// Tell what the patient touched on a reader's panel
#[utoipa::path(post, path = "/v1/kiosk/{reader}/touch", security(("token" = ["kiosk:{reader}"]), ("page" = ["kiosk:{reader}"])), params(("reader" = ReaderForm, Path, description = "The reader's id")),
    request_body = TouchRequest,
    responses(
        (status = 204, description = "Taken"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No panel is shown"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json",
         description = "Another panel is shown by now, or this one asks for something else"),
    )
)]
pub(crate) async fn touch(
    State(shared): State<Arc<Shared>>,
    reader: Result<Path<ReaderId>, PathRejection>,
    request: Result<Object<TouchRequest>, Problem>,
) -> Result<StatusCode, Problem> {
    let Path(reader) = reader.map_err(|_| Problem::not_found())?;
    let Object(TouchRequest { nonce, touch }) = request?;
    let touch = touch.into_touch().ok_or(Problem::bad_request())?;
    shared.port.touch(&reader, &nonce, touch)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The panel that is shown now, then each that follows; a slow browser sees the newest only.
fn panels(
    unit: UnitBody,
    shown: watch::Receiver<Option<ShownPanel>>,
    ending: CancellationToken,
    heartbeat: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let mut shown = shown;
    shown.mark_changed();
    futures_util::stream::unfold((unit, shown, ending), move |(unit, mut shown, ending)| async move {
        let bytes = tokio::select! {
            biased;
            () = ending.cancelled() => return None,
            changed = shown.changed() => {
                changed.ok()?;
                let now = shown.borrow_and_update().clone();
                now.map_or_else(|| frame("dark", None, b"{}"), |panel| frame("panel", None, &json(&PanelBody::of(&unit, panel))))
            }
            () = tokio::time::sleep(heartbeat) => Bytes::from_static(b": alive\n\n"),
        };
        Some((Ok(bytes), (unit, shown, ending)))
    })
}

impl PanelBody {
    fn of(unit: &UnitBody, shown: ShownPanel) -> Self {
        let ShownPanel { nonce, panel } = shown;
        Self {
            nonce,
            unit: unit.clone(),
            language: panel.language.into(),
            notice: panel.notice.into(),
            question: panel.question.map(|question| QuestionBody::of(question, unit.touch)),
        }
    }
}

impl From<Notice> for NoticeBody {
    fn from(notice: Notice) -> Self {
        match notice {
            Notice::PlaceCard => Self::PlaceCard,
            Notice::Wait => Self::Wait,
            Notice::Done => Self::Done,
            Notice::TakeCard => Self::TakeCard,
            Notice::CardLeft => Self::CardLeft,
            Notice::OutOfOrder => Self::OutOfOrder,
            Notice::VisualArmed => Self::VisualArmed,
            Notice::StaffCheck => Self::StaffCheck,
            Notice::Failure(code) => {
                Self::Failure { code: code.as_str(), text: failure::entry(code).patient.into() }
            }
        }
    }
}

impl From<PanelUnit> for UnitBody {
    fn from(unit: PanelUnit) -> Self {
        let PanelUnit { driver, label, touch } = unit;
        Self { driver, label, touch }
    }
}

impl QuestionBody {
    /// A pad is told only to the page on which it is touched.
    fn of(question: Question, touch: bool) -> Self {
        let keys = |pad: PadOrder| touch.then(|| *pad.digits());
        match question {
            Question::Methods(methods) => {
                Self::Methods { offered: methods.into_iter().map(MethodWord::from).collect() }
            }
            Question::Face => Self::Face,
            Question::Pin { tries_left, pad } => Self::Pin { tries_left, keys: keys(pad) },
            Question::Passcode { pad } => Self::Passcode { keys: keys(pad) },
            Question::Consent(screen) => Self::Consent { screen: screen.id, items: screen.items },
        }
    }
}

impl From<Language> for LanguageWord {
    fn from(language: Language) -> Self {
        match language {
            Language::Japanese => Self::Ja,
            Language::English => Self::En,
            Language::Chinese => Self::Zh,
            Language::Korean => Self::Ko,
        }
    }
}

impl From<LanguageWord> for Language {
    fn from(word: LanguageWord) -> Self {
        match word {
            LanguageWord::Ja => Self::Japanese,
            LanguageWord::En => Self::English,
            LanguageWord::Zh => Self::Chinese,
            LanguageWord::Ko => Self::Korean,
        }
    }
}

impl From<Method> for MethodWord {
    fn from(method: Method) -> Self {
        match method {
            Method::Face => Self::Face,
            Method::Pin => Self::Pin,
            Method::Visual => Self::Visual,
        }
    }
}

impl TouchBody {
    fn into_touch(self) -> Option<Touch> {
        Some(match self {
            Self::Method { method: MethodWord::Face } => Touch::Method(Method::Face),
            Self::Method { method: MethodWord::Pin } => Touch::Method(Method::Pin),
            Self::Method { method: MethodWord::Visual } => Touch::Method(Method::Visual),
            Self::Pad { positions } => Touch::Pad(PadTouches::new(positions)?),
            Self::PadCancel {} => Touch::PadCancel,
            Self::Consent { screen, decision } => Touch::Consent {
                screen,
                decision: match decision {
                    AnswerWord::Agreed => Decision::Agreed,
                    AnswerWord::Refused => Decision::Refused,
                },
            },
            Self::Language { language } => Touch::Language(language.into()),
        })
    }
}

impl From<TouchFault> for Problem {
    fn from(fault: TouchFault) -> Self {
        let status = match fault {
            TouchFault::NoPanel => StatusCode::NOT_FOUND,
            TouchFault::Stale | TouchFault::NotAsked => StatusCode::CONFLICT,
            TouchFault::Busy => StatusCode::TOO_MANY_REQUESTS,
        };
        Self::new(status, fault.code())
    }
}
