//! Which seeds the rules with damage are tried with.

use super::Kit;
use std::ops::Range;

/// Seeds when nothing else is asked for: one driver's suite then takes less than ten seconds.
const USUAL: u64 = 24;

/// The seeds to try: as many as the kit says, or `UKETSUKE_SEEDS` of them (24), from `UKETSUKE_SEED` (0) on. One
/// seed alone plays one failure again.
pub(super) fn seeds(kit: &Kit) -> Range<u64> {
    let first = number("UKETSUKE_SEED");
    let usual = if first.is_some() { 1 } else { USUAL };
    let first = first.unwrap_or(0);
    first..first.saturating_add(kit.seeds.or_else(|| number("UKETSUKE_SEEDS")).unwrap_or(usual))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
