//! The text of a file.

use std::borrow::Cow;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretSlice};

use super::snapshot::TextBudget;
use crate::manifest::diagnostics::{Finding, Location, Rule, Source};

/// The largest file that is read, in bytes: some 100,000 clients.
const MAX_BYTES: u64 = 64 << 20;

/// A file to read, or standard input.
#[derive(Debug)]
pub(crate) struct Input {
    /// As the user would type it.
    pub(crate) path: Arc<str>,
    kind: InputKind,
}

#[derive(Debug)]
enum InputKind {
    /// A regular file, to be opened when its turn comes.
    File(PathBuf),
    /// A pipe or a device that the user has named: it is read to its end, however long that takes.
    Stream(PathBuf),
    /// Standard input, which has been read, and may contain secrets.
    Bytes(SecretSlice<u8>),
}

impl Input {
    /// A regular file. If it is a pipe by the time it is read, that is an error.
    pub(crate) fn regular(path: &Path) -> Self {
        Self {
            path: path.to_string_lossy().into(),
            kind: InputKind::File(path.to_owned()),
        }
    }

    /// A path that the user has named and that is not a folder.
    pub(crate) fn named(path: &Path, metadata: &Metadata) -> Self {
        let mut input = Self::regular(path);
        if !metadata.is_file() {
            input.kind = InputKind::Stream(path.to_owned());
        }
        input
    }

    /// The same as a regular file, for those who read it repeatedly, which no pipe allows.
    pub(super) fn repeatable(mut self) -> Self {
        if let InputKind::Stream(path) = self.kind {
            self.kind = InputKind::File(path);
        }
        self
    }

    /// Standard input, read to its end.
    pub(crate) fn stdin(stdin: &mut dyn Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        stdin.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(Self {
            path: "<stdin>".into(),
            kind: InputKind::Bytes(bytes.into()),
        })
    }

    /// The text, or what is wrong with the file.
    pub(crate) fn read(&self, budget: &TextBudget) -> Result<Source, Box<Finding>> {
        // The budget's verdict is shown instead of this.
        let too_much = || Box::new(self.finding(Rule::LimitExceeded, "not read"));
        if budget.is_spent() {
            return Err(too_much());
        }
        let bytes = match &self.kind {
            InputKind::Bytes(bytes) => Ok(Cow::Borrowed(bytes.expose_secret())),
            InputKind::File(path) => open_regular(path).and_then(read_all).map(Cow::Owned),
            InputKind::Stream(path) => File::open(path).and_then(read_all).map(Cow::Owned),
        };
        let bytes = bytes.map_err(|error| {
            self.finding(Rule::UnreadableFile, format!("cannot be read: {error}"))
        })?;
        if bytes.len() as u64 > MAX_BYTES {
            let mebibytes = MAX_BYTES >> 20;
            let message = format!("larger than {mebibytes} MiB, the limit for one file");
            let finding = self.finding(Rule::LimitExceeded, message);
            return Err(Box::new(finding.help("split it into several files")));
        }
        match budget.take(bytes.len()) {
            true => self.text(&bytes),
            false => Err(too_much()),
        }
    }

    fn text(&self, bytes: &[u8]) -> Result<Source, Box<Finding>> {
        let finding = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            self.finding(Rule::NotUtf8, "encoded in UTF-16, not in UTF-8")
        } else {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => {
                    return Ok(Source {
                        path: Arc::clone(&self.path),
                        text: text.to_owned(),
                    });
                }
                Err(error) => self.not_utf8(&bytes[..error.valid_up_to()]),
            }
        };
        Err(Box::new(finding.help("save it as UTF-8")))
    }

    /// The text `before` the fault is UTF-8.
    fn not_utf8(&self, before: &[u8]) -> Finding {
        let text = String::from_utf8_lossy(before);
        let line_start = text.rfind('\n').map_or(0, |at| at + 1);
        let location = Location {
            path: Arc::clone(&self.path),
            line: text.matches('\n').count() + 1,
            column: text[line_start..].chars().count() + 1,
        };
        let byte = before.len() + 1;
        let message = format!("not UTF-8: byte {byte} is not part of a character");
        Finding::new(Rule::NotUtf8, message).located(location)
    }

    /// A finding about the file as a whole.
    fn finding(&self, rule: Rule, message: impl AsRef<str>) -> Finding {
        Finding::new(rule, message).located(Location::line(Arc::clone(&self.path), 1))
    }
}

/// Opens a regular file. Anything else is refused without waiting: a pipe may have no writer.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    let dont_wait = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut options = OpenOptions::new();
    let file = options.read(true).custom_flags(dont_wait).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

fn read_all(file: File) -> io::Result<Vec<u8>> {
    let size = file.metadata()?.len().min(MAX_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
