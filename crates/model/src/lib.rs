//! The words of the house as types: ids, moments, personal data, consents, results.
