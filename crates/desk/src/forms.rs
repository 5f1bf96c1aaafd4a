//! The forms of ids, names and dates, for the document. What comes in is checked by `model`; a test holds the two
//! together.

use utoipa::ToSchema;

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident as $shown:ident = $pattern:literal, $example:literal;)*) => { $(
        $(#[$doc])*
        #[derive(ToSchema)]
        #[schema(as = $shown, pattern = $pattern, example = $example)]
        pub(crate) struct $name(#[allow(dead_code, reason = "describes a text")] String);
    )* };
}

forms! {
    /// What the site calls a reader, e.g. `front-1`.
    ReaderForm as ReaderId = "^[a-z0-9-]{1,32}$", "front-1";
    /// Who of the staff, as the site names them; no patient and no full name.
    StaffForm as StaffId = "^[a-z0-9-]{1,32}$", "tanaka";
    /// What the site calls a program.
    CallerForm as CallerName = "^[a-z0-9-]{1,32}$", "receipt";
    /// One patient's use of one reader.
    VisitForm as VisitId = "^[0-9a-f]{32}$", "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
    /// What a token is for.
    ScopeForm as Scope = "^(results|lookups|board|admin|kiosk:[a-z0-9-]{1,32})$", "results";
    /// A failure's stable code; more may come.
    CodeForm as FailureCode = "^[A-Z][A-Z0-9_]*$", "CARD_LEFT";
    /// 医療機関コード: prefecture 2, 点数表 1, code 7.
    InstitutionForm as InstitutionCode = "^[0-9]{10}$", "9991234567";
    /// 保険者番号.
    InsurerForm as InsurerNumber = "^([0-9]{6}|[0-9]{8})$", "990123";
    /// 枝番.
    BranchForm as BranchNumber = "^[0-9]{2}$", "02";
    /// A day of the calendar, `yyyymmdd`.
    DateForm as CompactDate = "^(([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})((0[13578]|1[02])(0[1-9]|[12][0-9]|3[01])|(0[469]|11)(0[1-9]|[12][0-9]|30)|02(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)0229)$", "19850228";
    /// The site's passcode.
    PasscodeForm as Passcode = "^[0-9]{4}$", "0000";
    /// `yyyy-mm`, in Japan.
    MonthForm as Month = "^[0-9]{4}-(0[1-9]|1[0-2])$", "2026-02";
}

/// A word or number on a card, neither beginning nor ending with a space; no control characters.
#[derive(ToSchema)]
#[schema(
    as = CardText,
    min_length = 1,
    max_length = 20,
    example = "00345",
    pattern = r"^[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]([^\u0000-\u001F\u007F-\u009F]*[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000])?$"
)]
pub(crate) struct CardTextForm(#[allow(dead_code, reason = "describes a text")] String);

/// A day, `yyyy-mm-dd`, in Japan.
#[derive(ToSchema)]
#[schema(as = Day, format = Date, example = "2026-02-25")]
pub(crate) struct DayForm(#[allow(dead_code, reason = "describes a text")] String);

/// The ledger's number of a result: grows from 1, is never used twice.
#[derive(ToSchema)]
#[schema(as = ResultId, format = Int64, minimum = 0, example = 1)]
pub(crate) struct ResultForm(#[allow(dead_code, reason = "describes a number")] i64);

/// A key of a pad: row by row, from 0.
#[derive(ToSchema)]
#[schema(as = KeyPosition, minimum = 0, maximum = 9, example = 0)]
pub(crate) struct PositionForm(#[allow(dead_code, reason = "describes a number")] i32);
