//! The client of the eligibility centre: mutual TLS, relay, consents, deadlines.
