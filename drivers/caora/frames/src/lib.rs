//! Messages of the Caora stand-in dialect and their bytes.
