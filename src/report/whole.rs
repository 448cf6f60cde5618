//! Writes each text in one piece.
//!
//! Standard output and standard error may share a destination, such as a CI log or a pipe. A text
//! written in several calls could then be interleaved with lines of the other stream. Stripping
//! colours splits a text into such pieces.

use std::io::{self, Write};

use anstream::adapter::StripBytes;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use zeroize::Zeroizing;

/// A stream that writes each text with a single call, and without colours if it does not support
/// them.
#[derive(Debug)]
pub struct Whole<S> {
    stream: S,
    strip: Option<StripBytes>,
}

impl<S: RawStream + Write> Whole<S> {
    /// Wraps a stream.
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
                // The text may contain a secret that the user asked to print.
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
