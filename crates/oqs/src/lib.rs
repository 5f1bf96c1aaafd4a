//! The de-facto file interface of the eligibility terminal: messages, encodings, file names.
