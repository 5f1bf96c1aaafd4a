//! What every body of the https part has alike: how it is written, read and kept from being shown.

/// Bodies whose Debug tells nothing but their name.
macro_rules! hides {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

/// How a body is written, and how it is read: its name in errors, its cap in bytes, what is checked beside its form.
macro_rules! body {
    ($name:ident, $what:literal, $cap:expr, $check:expr) => {
        impl $name {
            /// The body as JSON.
            #[must_use]
            pub fn to_json(&self) -> String {
                $crate::write(self)
            }

            /// Reads a body.
            ///
            /// # Errors
            /// If it is too long, not of this form, or breaks a limit of [`caps`](crate::caps).
            pub fn from_json(bytes: &[u8]) -> Result<Self, $crate::WireError> {
                let body: Self = $crate::read($what, bytes, $cap)?;
                let check: fn(&Self) -> Option<&'static str> = $check;
                check(&body)
                    .map_or(Ok(()), |fault| Err($crate::WireError::Content { what: $what, fault }))?;
                Ok(body)
            }
        }
    };
}

pub(crate) use {body, hides};
