//! The stable codes. A code is never renamed or reused once released; its wording may improve.

use model::FailureCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $($(#[$doc])* pub const $name: FailureCode = FailureCode::new(stringify!($name));)*
        /// Every code, in the order of this file.
        pub const ALL: &[FailureCode] = &[$($name),*];
    };
}

codes! {
    // Reader
    /// The reader's port cannot be opened: it is not there.
    READER_ABSENT,
    /// The reader's port is there but this program may not open it.
    READER_NOT_PERMITTED,
    /// Another program holds the reader's port.
    READER_BUSY,
    /// The reader went away while in use.
    READER_UNPLUGGED,
    /// The reader does not answer within its limit.
    READER_SILENT,
    /// The reader sends bytes that are not its dialect, beyond what retransmission mends.
    READER_GARBLED,
    /// The unit on the port says it is another model.
    READER_WRONG_MODEL,
    /// The reader reports a fault of its own, e.g. in its self-test.
    READER_FAULT,
    /// A number on the reader's own screen that exists and whose meaning is not public.
    READER_NUMBER_UNPUBLISHED,
    /// The driver was asked for what the reader's profile lacks.
    READER_UNSUPPORTED,
    /// The configuration has more units of a model than one terminal may carry or licences are owned for.
    READER_TOO_MANY,
    /// The driver stopped (a defect of this program); it is started again.
    DRIVER_STOPPED,

    // Card and slot
    /// The reader sees a card, the PC/SC slot paired with it does not (or the other way round).
    CARD_SLOT_DISAGREES,
    /// A card lies in the tray and no chip answers: none in it, a sleeve around it, or the wrong way round.
    CARD_NO_CHIP,
    /// Something in the slot does not take power: two cards on top of each other, or a broken chip.
    CARD_UNRESPONSIVE,
    /// The card lies with its wrong side to the reader.
    CARD_WRONG_SIDE,
    /// No PC/SC slot of the configured name.
    SLOT_ABSENT,
    /// The reader has no slot yet: neither configured nor paired.
    SLOT_UNPAIRED,
    /// Direct sun on the card slot keeps the reader from reading the card's face.
    SLOT_IN_SUN,
    /// Another program holds the slot.
    SLOT_BUSY,
    /// The PC/SC service does not run.
    PCSC_STOPPED,
    /// The card does not answer a command within its limit.
    CARD_SILENT,
    /// The card is not a My Number Card.
    CARD_OTHER,
    /// The chip is that of a telephone: this terminal takes the card.
    CARD_TELEPHONE,
    /// The card answers with something that its application cannot mean.
    CARD_UNREADABLE,
    /// The card was taken before the visit was finished.
    CARD_REMOVED_EARLY,
    /// The card was changed during the visit.
    CARD_SWAPPED,
    /// The card was left after the visit.
    CARD_LEFT,

    // Pairing of reader and slot
    /// Another pairing is under way.
    PAIRING_RUNNING,
    /// The configuration names this reader's slot, so there is nothing to pair.
    PAIRING_SLOT_CONFIGURED,
    /// The reader does not work, or is in the middle of a visit.
    PAIRING_READER_UNREADY,
    /// A card lies on the reader already, or in a slot that belongs to no reader.
    PAIRING_NOT_EMPTY,
    /// No card came in time, or it was not taken again in time.
    PAIRING_NOTHING_CAME,
    /// The reader saw a card, no slot did, or the other way round.
    PAIRING_ONE_SIDED,
    /// The card was placed on another reader.
    PAIRING_OTHER_READER,
    /// More than one card came.
    PAIRING_SEVERAL_CARDS,
    /// The card came into a slot that belongs to another reader.
    PAIRING_SLOT_TAKEN,
    /// The pairing could not be made durable.
    PAIRING_UNWRITTEN,

    // Face
    /// The card refused 照合番号B as the reader read it.
    NUMBER_B_WRONG,
    /// The reader could not read 照合番号B from the card's face.
    NUMBER_B_UNREADABLE,
    /// One try of 照合番号B is left on the card, or this visit has had its share of tries; none is spent any more.
    NUMBER_B_LAST_TRY,
    /// 照合番号B is locked after ten wrong tries.
    NUMBER_B_LOCKED,
    /// The photo on the card is not signed by a known issuer.
    PHOTO_FORGED,
    /// The photo belongs to another chip.
    PHOTO_OF_OTHER_CHIP,
    /// The photo cannot be decoded.
    PHOTO_UNREADABLE,
    /// The face does not match the photo.
    FACE_NO_MATCH,
    /// Not enough light on the face.
    FACE_TOO_DARK,
    /// No face before the camera.
    FACE_NOT_FOUND,
    /// A picture was held before the camera.
    FACE_NOT_ALIVE,
    /// A mask hides too much of the face.
    FACE_MASKED,
    /// The face is turned away or tilted too far.
    FACE_POSE,
    /// The reader answered an attempt that was not open.
    FACE_ATTEMPT_FOREIGN,

    // PIN
    /// The PIN was wrong; tries are left.
    PIN_WRONG,
    /// One try is left; it is not spent unasked.
    PIN_LAST_TRY,
    /// The PIN is locked.
    PIN_LOCKED,
    /// The patient cancelled the PIN.
    PIN_CANCELLED,

    // Visual check
    /// Staff compared face and card: it is another person.
    VISUAL_REFUSED,
    /// Nobody of the staff confirmed the person in time.
    VISUAL_UNCONFIRMED,
    /// The staff's passcode was wrong.
    PASSCODE_WRONG,
    /// Too many wrong passcodes; for a while only the board opens the visual check.
    PASSCODE_LOCKED,

    // Relay
    /// The centre sent a command that the guard refuses: PIN, other application, other key and so on.
    RELAY_COMMAND_REFUSED,
    /// The centre wanted another text signed than the one of this relay.
    RELAY_OTHER_TEXT,
    /// The relay exceeded its cap of commands, bytes or seconds.
    RELAY_LIMIT,
    /// PIN-less signing is only known as a stand-in, and this centre or this card is not the simulator's.
    STAND_IN_REFUSED,

    // Centre
    /// No connection to the centre: refused, unreachable or name not resolved.
    CENTRE_UNREACHABLE,
    /// The centre accepted and then said nothing within the limit.
    CENTRE_SILENT,
    /// The centre's certificate does not lead to the configured CA, or its name or dates are wrong.
    CENTRE_UNTRUSTED,
    /// The centre did not accept the terminal's certificate.
    TERMINAL_CERTIFICATE_REFUSED,
    /// The centre refused the reader's face account.
    CENTRE_LOGIN_REFUSED,
    /// The centre's answer is not one: wrong form, cut short, for another session.
    CENTRE_GARBLED,
    /// The centre refused with a reason of its own.
    CENTRE_REFUSED,
    /// The centre took the answers and had no result within the time.
    CENTRE_PROCESSING,
    /// The centre stands still for announced maintenance.
    CENTRE_MAINTENANCE,
    /// The card's certificate is revoked.
    CERTIFICATE_REVOKED,
    /// The card's certificate has expired beyond the grace.
    CERTIFICATE_EXPIRED,
    /// The card's certificate does not lead to the card CA.
    CERTIFICATE_UNTRUSTED,
    /// A newer card was issued to this person.
    CARD_REPLACED,
    /// The card's certificate expires within three months.
    CERTIFICATE_EXPIRES_SOON,
    /// The card's certificate has expired; in the grace it gives the qualification only.
    CERTIFICATE_IN_GRACE,
    /// The card's signature is not over this relay's text, e.g. a replayed one.
    SIGNATURE_REFUSED,
    /// The certificate's serial number is not registered as insurance card.
    NOT_REGISTERED,
    /// The patient did not want the card registered as insurance card.
    REGISTRATION_DECLINED,

    // What the centre says of the insurance
    /// Validity 2: the qualification known to the centre is no longer valid, and no newer one is registered.
    QUALIFICATION_INVALID,
    /// Validity 3: the qualification that was asked for is no longer valid; a newer one is registered.
    QUALIFICATION_REPLACED,
    /// Validity 4: the centre knows no qualification.
    QUALIFICATION_NOT_FOUND,
    /// Validity 5: several qualifications match.
    QUALIFICATION_SEVERAL,
    /// A character of the name or address is ●.
    CHARACTERS_BLANKED,
    /// A consent was not answered before the card was taken or the patient left.
    CONSENT_MISSING,
    /// 公費 (PMH) was asked for and nothing came back; that is no "none".
    SUBSIDY_UNANSWERED,
    /// The centre remarked something that this program does not know.
    CENTRE_NOTE,

    // Panel
    /// No panel is drawn for this reader, or it shows nothing now.
    PANEL_NONE,
    /// The touch was meant for a panel that has changed since.
    PANEL_STALE,
    /// The panel does not ask for what was touched.
    PANEL_NOT_ASKED,
    /// Earlier touches have not been taken yet.
    PANEL_BUSY,

    // Patient
    /// The patient did not act within the time and is asked once more.
    PATIENT_SLOW,
    /// The patient did not act, and did not when asked again.
    PATIENT_GONE,

    // Staff
    /// Staff ended the visit.
    VISIT_CANCELLED,
    /// What staff want of a reader is not possible in its present state.
    STAFF_ACT_UNTIMELY,

    // Ledger and folders
    /// The result could not be made durable.
    LEDGER_WRITE_FAILED,
    /// The ledger file cannot be opened or is damaged.
    LEDGER_UNUSABLE,
    /// The ledger's key is missing, of wrong form, or lies beside the ledger.
    LEDGER_KEY_UNUSABLE,
    /// Another daemon holds this ledger.
    LEDGER_HELD,
    /// The ledger's disk has no space left.
    LEDGER_FULL,
    /// The ledger's disk is, or became, one that can only be read.
    LEDGER_READ_ONLY,
    /// Whoever acknowledges results is not registered as a consumer.
    CONSUMER_UNKNOWN,
    /// A consumer acknowledges a result that the ledger has not given yet.
    CONSUMER_AHEAD,
    /// The face folder cannot be written.
    FOLDER_UNWRITABLE,
    /// A file of the result's name, but with other content, lies in the face folder.
    FOLDER_NAME_TAKEN,
    /// The folder for requests or that for answers cannot be reached, read or written.
    FOLDER_EXCHANGE_AWAY,
    /// A request file has the wrong form; the refusal names the element.
    FOLDER_REQUEST_MALFORMED,
    /// A request file of a family that this terminal does not answer yet.
    FOLDER_REQUEST_NOT_YET,
    /// The answer's name is taken in the folder by a file that does not answer this request.
    FOLDER_REQUEST_NAME_REUSED,
    /// A result's document cannot be parsed as a qualification.
    QUALIFICATION_UNREADABLE,

    // Configuration
    /// The configuration has a fault; the message names file, line and key.
    CONFIG_INVALID,

    // API
    /// The request carries no token.
    API_TOKEN_MISSING,
    /// The token is not known.
    API_TOKEN_WRONG,
    /// The Host header is not one of this service.
    API_HOST_FOREIGN,
    /// The Origin header is not one of this service.
    API_ORIGIN_FOREIGN,
    /// Nothing under this address.
    API_NOT_FOUND,
    /// The request's form is wrong.
    API_BAD_REQUEST,
    /// The consumer read events too slowly and was cut off; it resumes by its last id.
    API_CONSUMER_SLOW,
    /// Events from this id on were already deleted by retention.
    API_GONE,
    /// The caller is known, and this is not what its token is for.
    API_SCOPE_MISSING,
    /// One caller asks more often than it may.
    API_TOO_OFTEN,
    /// As many connections as may be are open.
    API_FULL,
    /// A token of this name is there already.
    TOKEN_NAME_TAKEN,
    /// There are as many tokens as there may be.
    TOKEN_TOO_MANY,
    /// The file of the tokens cannot be written.
    TOKENS_UNWRITABLE,
    /// As many look-ups as may be are on their way to the centre.
    LOOKUPS_BUSY,
    /// A result does not say enough of the insurance to ask the centre by it.
    REQUERY_IMPOSSIBLE,
    /// A pairing code that is wrong, used or too old.
    KIOSK_CODE_WRONG,
    /// A fault inside the terminal.
    INTERNAL,
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::HashSet;

    #[test]
    fn no_code_stands_twice() {
        assert_eq!(ALL.iter().collect::<HashSet<_>>().len(), ALL.len());
    }
}
