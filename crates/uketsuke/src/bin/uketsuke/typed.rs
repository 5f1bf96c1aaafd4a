//! Lines that a person types, or that another program writes to standard input.

use std::fs::File;
use std::io::{Error, Read, Stdin, Write};
use std::os::fd::AsFd;
use zeroize::Zeroizing;

/// One line of at most `most` bytes, byte by byte and unbuffered: nothing of it stays behind in a buffer of the library.
pub(crate) fn line(stdin: &Stdin, prompt: &str, most: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    std::io::stderr().write_all(prompt.as_bytes())?;
    let mut raw = File::from(stdin.as_fd().try_clone_to_owned()?);
    let mut typed = Zeroizing::new(Vec::with_capacity(most));
    let mut byte = Zeroizing::new([0]);
    while typed.len() < most && raw.read(&mut *byte)? == 1 && *byte != [b'\n'] {
        typed.extend_from_slice(&*byte);
    }
    if typed.last() == Some(&b'\r') {
        typed.pop();
    }
    Ok(typed)
}
