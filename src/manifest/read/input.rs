//! The text of a file.

use super::bounds::TextBudget;
use crate::manifest::diagnostics::{Finding, Place, Source, Span};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file read, in bytes: some 100,000 clients.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// A file to read.
#[derive(Debug)]
pub(crate) struct Found {
    /// As the user would type it.
    pub(crate) shown: Arc<str>,
    pub(crate) content: InputKind,
}

pub(crate) enum InputKind {
    /// In a regular file, to be opened when its turn comes.
    File(PathBuf),
    /// In a pipe or a device that the user has named: read to its end, whenever that comes.
    Pipe(PathBuf),
    /// Read already: standard input.
    Bytes(Vec<u8>),
}

impl std::fmt::Debug for InputKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Pipe(path) => write!(f, "Pipe({})", path.display()),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

impl Found {
    /// A file that the user has named, which is no folder.
    pub(crate) fn named(path: &Path, metadata: &Metadata) -> Self {
        let content = match metadata.is_file() {
            true => InputKind::File,
            false => InputKind::Pipe,
        };
        Self {
            shown: path.to_string_lossy().into(),
            content: content(path.to_owned()),
        }
    }

    /// The same for whoever reads it again and again, which no pipe allows.
    pub(crate) fn again(self) -> Self {
        let content = match self.content {
            InputKind::Pipe(path) => InputKind::File(path),
            other => other,
        };
        Self { content, ..self }
    }

    /// Standard input, read to its end.
    pub(crate) fn stdin(stdin: &mut dyn Read) -> std::io::Result<Self> {
        let mut bytes = Vec::new();
        stdin.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(Self {
            shown: "<stdin>".into(),
            content: InputKind::Bytes(bytes),
        })
    }

    /// The file's text, or what is wrong with the file.
    pub(crate) fn read(&self, budget: &TextBudget) -> Result<Source, Box<Finding>> {
        if budget.is_spent() {
            return Err(Box::new(self.finding("not read")));
        }
        let read;
        let bytes = match &self.content {
            InputKind::Bytes(bytes) => bytes.as_slice(),
            InputKind::File(path) => {
                read = open_regular(path)
                    .and_then(read_all)
                    .map_err(|error| self.unreadable(&error))?;
                &read
            }
            InputKind::Pipe(path) => {
                read = File::open(path)
                    .and_then(read_all)
                    .map_err(|error| self.unreadable(&error))?;
                &read
            }
        };
        if bytes.len() as u64 > MAX_BYTES {
            let limit = MAX_BYTES >> 20;
            let finding = self.finding(&format!(
                "larger than {limit} MiB, the most that is read of one file"
            ));
            return Err(Box::new(finding.help("split it into several files")));
        }
        if !budget.take(bytes.len()) {
            return Err(Box::new(self.finding("not read")));
        }
        self.text(bytes)
    }

    fn text(&self, bytes: &[u8]) -> Result<Source, Box<Finding>> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Box::new(
                self.finding("not UTF-8, but UTF-16")
                    .help("save it as UTF-8"),
            ));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Source {
                path: Arc::clone(&self.shown),
                text: text.to_owned(),
            }),
            Err(error) => Err(Box::new(self.not_utf8(&bytes[..error.valid_up_to()]))),
        }
    }

    /// What is `before` the fault is UTF-8.
    fn not_utf8(&self, before: &[u8]) -> Finding {
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = String::from_utf8_lossy(&before[line_start..])
            .chars()
            .count()
            + 1;
        let place = Place {
            path: Arc::clone(&self.shown),
            line,
            column,
        };
        let message = format!(
            "not UTF-8: byte {} is no part of a character",
            before.len() + 1
        );
        Finding::error(message)
            .help("save it as UTF-8")
            .placed(place)
    }

    fn unreadable(&self, error: &io::Error) -> Finding {
        self.finding(&format!("cannot be read: {error}"))
    }

    /// An error about the file as a whole.
    fn finding(&self, message: &str) -> Finding {
        let Span { line, column, .. } = Span::FILE;
        let place = Place {
            path: Arc::clone(&self.shown),
            line: line as usize,
            column: column as usize,
        };
        Finding::error(message).placed(place)
    }
}

/// Opens a regular file. Anything else is refused without waiting: a pipe may have no other end.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    let dont_wait = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(dont_wait)
        .open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other("it is no regular file"))
}

fn read_all(file: File) -> io::Result<Vec<u8>> {
    let size = file.metadata()?.len().min(MAX_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
