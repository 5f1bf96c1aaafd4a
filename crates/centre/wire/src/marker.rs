//! How a certificate authority of the simulator is told from a real one.
//!
//! The stand-in for PIN-less signing is allowed only under such an authority, so the marker must never appear in a
//! real one: the OID lies under 2.999, the arc that ITU-T keeps for examples and assigns to nobody.

/// The marker extension, not critical.
pub const OID: &[u64] = &[2, 999, 8535, 1];
/// [`OID`] as the value bytes of a DER OBJECT IDENTIFIER.
pub const OID_DER: &[u8] = &[0x88, 0x37, 0xC2, 0x57, 0x01];
/// The extension's value: DER UTF8String `UKETSUKE-SIM`.
pub const VALUE: &[u8] = b"\x0C\x0CUKETSUKE-SIM";
/// The organisation in the authority's subject.
pub const ORGANISATION: &str = "UKETSUKE-SIM";
