//! One command and its answer, reading files, and leaving no open card behind.

use crate::asn1::Header;
use crate::{CardChannel, CardError, Command, Response, Step};
use zeroize::Zeroizing;

/// The JPKI application.
pub(crate) const JPKI: [u8; 10] = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// 券面事項確認AP.
pub(crate) const FACE: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
/// The issuer security domain, the state after power-up.
const ISSUER: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// Selects the issuer security domain, which takes back every VERIFY: real cards keep it over a warm reset
/// (card.md sections 1 and 4.4). The caller powers the card down afterwards.
///
/// # Errors
/// If the card is gone or refuses; it must be powered down all the same.
pub fn end_session(channel: &mut dyn CardChannel) -> Result<(), CardError> {
    done(channel, Step::EndSession, &Command::select_application(&ISSUER)).map(drop)
}

/// Sends a command, gives whatever the card answers.
pub(crate) fn exchange(
    channel: &mut dyn CardChannel,
    step: Step,
    command: &Command,
) -> Result<Response, CardError> {
    channel
        .transmit(command.as_bytes())
        .and_then(Response::new)
        .map_err(|cause| CardError::Channel { step, cause })
}

/// Sends a command that must be answered with 9000.
pub(crate) fn done(
    channel: &mut dyn CardChannel,
    step: Step,
    command: &Command,
) -> Result<Response, CardError> {
    let response = exchange(channel, step, command)?;
    match response.sw() {
        0x9000 => Ok(response),
        sw => Err(CardError::Status { step, sw }),
    }
}

/// Selects an application; a card that has none of that name is not ours.
pub(crate) fn select_application(
    channel: &mut dyn CardChannel,
    step: Step,
    aid: &[u8],
) -> Result<(), CardError> {
    match exchange(channel, step, &Command::select_application(aid))?.sw() {
        0x9000 => Ok(()),
        0x6A82 | 0x6A81 | 0x6D00 | 0x6E00 => Err(CardError::NotMyNumberCard),
        sw => Err(CardError::Status { step, sw }),
    }
}

/// Reads the one BER object that the selected file begins with; filler behind it is left.
pub(crate) fn read_object(
    channel: &mut dyn CardChannel,
    step: Step,
    tag: u32,
) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let malformed = |cause| CardError::Malformed { step, cause };
    // Room for the header even from a card that gives one byte at a time.
    let mut file = Zeroizing::new(Vec::with_capacity(512));
    read_more(channel, step, &mut file, 0)?;
    while Header::read(&file).is_none() && file.len() < 8 {
        read_more(channel, step, &mut file, 0)?;
    }
    let header = Header::read(&file).ok_or_else(|| malformed("the file does not begin with a BER object"))?;
    if header.tag != tag {
        return Err(malformed("the file begins with another object"));
    }
    // READ BINARY has 15 bits for the offset.
    let total = header.total().filter(|total| *total <= 0x7FFF);
    let total = total.ok_or_else(|| malformed("the object is longer than a file can be"))?;
    // Reserved at once, so that growing leaves no copy behind unwiped.
    let mut whole = Zeroizing::new(Vec::with_capacity(total.saturating_add(256)));
    whole.extend_from_slice(&file);
    while whole.len() < total {
        let missing = total.saturating_sub(whole.len());
        read_more(channel, step, &mut whole, u8::try_from(missing).unwrap_or(0))?;
    }
    whole.truncate(total);
    Ok(whole)
}

/// Reads on behind what is already there. `le` 0 asks for up to 256 bytes; the card may give fewer.
pub(crate) fn read_more(
    channel: &mut dyn CardChannel,
    step: Step,
    file: &mut Vec<u8>,
    le: u8,
) -> Result<(), CardError> {
    let malformed = |cause| CardError::Malformed { step, cause };
    let offset = u16::try_from(file.len()).ok().filter(|offset| *offset <= 0x7FFF);
    let offset = offset.ok_or_else(|| malformed("the file is longer than a file can be"))?;
    let mut response = exchange(channel, step, &Command::read_binary(offset, le))?;
    if let [0x6C, exact] = response.sw().to_be_bytes() {
        response = exchange(channel, step, &Command::read_binary(offset, exact))?;
    }
    match response.sw() {
        // 6282: the end of the file was reached, the data before it are good.
        0x9000 | 0x6282 if !response.data().is_empty() => file.extend_from_slice(response.data()),
        0x9000 | 0x6282 | 0x6B00 => return Err(malformed("the file ends early")),
        sw => return Err(CardError::Status { step, sw }),
    }
    Ok(())
}
