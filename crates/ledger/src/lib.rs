//! The durable local store of results: encrypted, committed before anyone is told.
