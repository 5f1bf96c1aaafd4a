//! The limits of `PROTOCOL.md`. Both ends keep them.

/// Bytes of one relay message, either way: a short response APDU in hex is 516.
pub const RELAY_MESSAGE: usize = 2048;
/// Commands that a centre may send in one relay: a certificate of 4 kB takes 16 and the rest 6.
pub const RELAY_COMMANDS: usize = 64;
/// Bytes of all commands of one relay.
pub const RELAY_BYTES: usize = 16 * 1024;
/// Bytes of a login, its reply, a list of screens, a look-up, or a refusal.
pub const SMALL_BODY: usize = 16 * 1024;
/// Bytes of a reply that carries a qualification; single results are a few kB (oqs-files.md section 6).
pub const RESULT_BODY: usize = 512 * 1024;
/// Screens for one patient, and answers to them.
pub const SCREENS: usize = 16;
/// Items on one screen.
pub const ITEMS: usize = 16;
/// Consents in a result.
pub const CONSENTS: usize = 64;
/// Warnings in a result or an answer.
pub const WARNINGS: usize = 16;
/// Characters of a refusal's message.
pub const REFUSAL_MESSAGE: usize = 200;
/// Characters of a session's name and of a bearer token.
pub const NAME: usize = 64;
