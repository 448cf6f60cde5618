//! Writing in one piece.
//!
//! Standard output and standard error may lead to one place, a log of CI or a pipe, and what is
//! written there by several calls has lines of the other between. Taking colours out of a text
//! cuts it into such pieces.

use std::io::{self, Write};

use anstream::adapter::StripBytes;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use zeroize::Zeroizing;

/// A stream that is given each text with one call, without colours where it shows none.
#[derive(Debug)]
pub struct Whole<S> {
    stream: S,
    strip: Option<StripBytes>,
}

impl<S: RawStream + Write> Whole<S> {
    /// Writes to that stream.
    pub fn new(stream: S) -> Self {
        let shows_none = AutoStream::choice(&stream) == ColorChoice::Never;
        Self {
            strip: shows_none.then(StripBytes::new),
            stream,
        }
    }
}

impl<S: Write> Write for Whole<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.strip {
            Some(strip) => {
                // It may hold a secret that somebody asked to be printed.
                let mut shown = Zeroizing::new(Vec::with_capacity(bytes.len()));
                let parts = strip.strip_next(bytes);
                parts.for_each(|part| shown.extend_from_slice(part));
                self.stream.write_all(&shown)?;
            }
            None => self.stream.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
