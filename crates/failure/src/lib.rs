//! The failure catalogue: stable codes with cause and remedies in Japanese and English.
