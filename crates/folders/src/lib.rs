//! The face folder for receipt computers that know only folders.
