//! The simulated My Number Card, its issuer and the personas.
