//! Driver for the Almex Sma-pa マイナタッチ CPS-100W, in this project's stand-in dialect (`frames/DIALECT.md`).
//!
//! | module | says |
//! |---|---|
//! | `factory` | for which device: [`FACTORY`] |
//! | `profile` | what the model can do |
//! | `timing` | limits and periods, as data |
//! | `line` | the line: session, window, acknowledgements, signs of life |
//! | `machine` | questions and answers |
//! | `asked` | what is asked, and which message answers it |
//! | `words` | the abstraction's notices in the dialect's words |
//! | `error` | why the driver cannot go on: [`SmaPaError`] |

mod asked;
mod error;
mod factory;
mod line;
mod machine;
mod profile;
mod timing;
mod words;

pub use error::SmaPaError;
pub use factory::{FACTORY, SmaPaFactory};
