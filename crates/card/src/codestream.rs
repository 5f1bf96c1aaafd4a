//! What a JP2 file promises, read before any decoder sees it, so that nothing in it decides how much memory is
//! taken (ISO/IEC 15444-1: boxes in annex I, markers in annex A).

use crate::PortraitError;

/// Most pixels: several times the 378x472 of real cards (card.md section 2.3).
pub(crate) const MOST_PIXELS: u32 = 1024 * 1024;
/// Most tiles. One is usual.
const MOST_TILES: u32 = 64;

const SIZ: u16 = 0xFF51;
const COD: u16 = 0xFF52;
const SOT: u16 = 0xFF90;
const SOD: u16 = 0xFF93;
const EOC: u16 = 0xFFD9;

/// A cut in the bytes reads as a truncated picture.
const CUT: PortraitError = PortraitError::Truncated;

/// Checks the box around the codestream and the codestream's headers: one grey component of eight bits, a
/// bounded size, few tiles, no coding style that multiplies bookkeeping. Gives width and height.
pub(crate) fn check(jp2: &[u8]) -> Result<(u32, u32), PortraitError> {
    let stream = codestream(jp2)?;
    if !stream.ends_with(&EOC.to_be_bytes()) {
        return Err(CUT);
    }
    let mut reader = Reader { bytes: stream, at: 2 };
    let mut size = None;
    loop {
        match reader.u16()? {
            SIZ => size = Some(check_size(reader.segment()?)?),
            COD => check_style(reader.segment()?)?,
            SOT => break,
            marker => allow(marker, &mut reader)?,
        }
    }
    check_tile_parts(stream, reader.at.saturating_sub(2))?;
    size.ok_or(PortraitError::Unsupported("no size"))
}

/// The one codestream box; it must be the last.
fn codestream(jp2: &[u8]) -> Result<&[u8], PortraitError> {
    if !jp2.starts_with(b"\x00\x00\x00\x0CjP  \x0D\x0A\x87\x0A") {
        return Err(PortraitError::NotJp2);
    }
    let mut rest = jp2;
    while let Some((header, behind)) = rest.split_first_chunk::<8>() {
        let [l0, l1, l2, l3, kind @ ..] = *header;
        let length = usize::try_from(u32::from_be_bytes([l0, l1, l2, l3])).map_err(|_| CUT)?;
        let last = length == 0 || length == rest.len();
        if kind == *b"jp2c" {
            return if last && behind.starts_with(b"\xFF\x4F") { Ok(behind) } else { Err(CUT) };
        }
        if last || length < 8 {
            return Err(CUT);
        }
        rest = rest.get(length..).ok_or(CUT)?;
    }
    Err(CUT)
}

fn check_size(segment: &[u8]) -> Result<(u32, u32), PortraitError> {
    let mut reader = Reader { bytes: segment, at: 2 };
    let [x, y, x0, y0] = [reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?];
    let [tile_x, tile_y, tile_x0, tile_y0] = [reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?];
    let components = reader.u16()?;
    let [depth, dx, dy] = [reader.u8()?, reader.u8()?, reader.u8()?];
    if components != 1 || depth != 7 || dx != 1 || dy != 1 {
        return Err(PortraitError::Unsupported("not one grey component of 8 bits"));
    }
    if x0 != 0 || y0 != 0 || tile_x0 != 0 || tile_y0 != 0 {
        return Err(PortraitError::Unsupported("an offset of picture or tiles"));
    }
    if x == 0 || y == 0 || x.checked_mul(y).is_none_or(|pixels| pixels > MOST_PIXELS) {
        return Err(PortraitError::TooLarge);
    }
    if tile_x == 0 || tile_y == 0 || x.div_ceil(tile_x).saturating_mul(y.div_ceil(tile_y)) > MOST_TILES {
        return Err(PortraitError::Unsupported("too many tiles"));
    }
    Ok((x, y))
}

/// COD: at most eight decompositions, and no precinct or code-block so small that there are thousands of them.
fn check_style(segment: &[u8]) -> Result<(), PortraitError> {
    let mut reader = Reader { bytes: segment, at: 0 };
    let own_precincts = reader.u8()? & 1 == 1;
    reader.at = 5;
    let [decompositions, block_width, block_height] = [reader.u8()?, reader.u8()?, reader.u8()?];
    if decompositions > 8 || block_width < 1 || block_height < 1 {
        return Err(PortraitError::Unsupported("its coding style"));
    }
    if own_precincts {
        reader.at = 10;
        for _ in 0..=decompositions {
            let exponents = reader.u8()?;
            if exponents & 0x0F < 5 || exponents >> 4 < 5 {
                return Err(PortraitError::Unsupported("its precincts"));
            }
        }
    }
    Ok(())
}

/// Steps over the tile parts and looks at their headers.
fn check_tile_parts(stream: &[u8], mut start: usize) -> Result<(), PortraitError> {
    let mut parts = 0u32;
    loop {
        let mut reader = Reader { bytes: stream, at: start };
        match reader.u16()? {
            EOC => return Ok(()),
            SOT => parts = parts.saturating_add(1),
            _ => return Err(PortraitError::Unsupported("bytes between its tiles")),
        }
        if parts > MOST_TILES.saturating_mul(16) {
            return Err(PortraitError::Unsupported("too many tile parts"));
        }
        let mut part = Reader { bytes: reader.segment()?, at: 2 };
        let length = usize::try_from(part.u32()?).map_err(|_| CUT)?;
        loop {
            match reader.u16()? {
                SOD => break,
                marker => allow(marker, &mut reader)?,
            }
        }
        // Length 0: the last part, up to the end marker.
        if length == 0 {
            return Ok(());
        }
        let next = start.checked_add(length).ok_or(CUT)?;
        if next < reader.at {
            return Err(PortraitError::Unsupported("a tile part shorter than its header"));
        }
        start = next;
    }
}

/// Markers that change neither size nor structure: QCD, QCC, PLM, PLT, TLM, CRG, COM.
fn allow(marker: u16, reader: &mut Reader<'_>) -> Result<(), PortraitError> {
    match marker {
        0xFF5C | 0xFF5D | 0xFF55 | 0xFF57 | 0xFF58 | 0xFF63 | 0xFF64 => reader.segment().map(drop),
        _ => Err(PortraitError::Unsupported("a marker that portraits do not have")),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PortraitError> {
        let end = self.at.checked_add(count).ok_or(CUT)?;
        let taken = self.bytes.get(self.at..end).ok_or(CUT)?;
        self.at = end;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], PortraitError> {
        self.take(N)?.try_into().map_err(|_| CUT)
    }

    fn u8(&mut self) -> Result<u8, PortraitError> {
        self.number().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, PortraitError> {
        self.number().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, PortraitError> {
        self.number().map(u32::from_be_bytes)
    }

    /// The rest of a marker segment behind its length.
    fn segment(&mut self) -> Result<&'a [u8], PortraitError> {
        let length = usize::from(self.u16()?);
        self.take(length.checked_sub(2).ok_or(CUT)?)
    }
}
