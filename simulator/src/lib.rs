//! Pseudo-terminals, the virtual card behind pcscd, the mock centre behind TLS, and the bench API.
