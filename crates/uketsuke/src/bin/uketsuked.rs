//! uketsuked
fn main() {}
