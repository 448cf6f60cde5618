//! All manifests as text at one moment, compared before anything is parsed.
//!
//! The contents are compared, never a file's size or times: a clock may jump, and two saves may
//! happen within one tick of it.

use std::borrow::Cow;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::{Digest as _, Sha256};

use super::search::{Search, find};
use crate::error::{Error, Result};
use crate::manifest::diagnostics::{Finding, Location, Rule, Source};
use crate::side_by_side::side_by_side;
use crate::wiped;

/// The largest file that is read, in bytes: some 100,000 clients.
const MAX_BYTES: u64 = 64 << 20;
/// The text of all files, in bytes: some 400,000 clients.
const MAX_TEXT: i64 = 256 << 20;
/// Clients in one file, and in all.
pub(crate) const MAX_CLIENTS: usize = 500_000;

/// The text of a file, or why it cannot be read.
pub(crate) type Text = Result<Arc<Source>, Box<Finding>>;

/// All files at the paths, read but not parsed.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) texts: Vec<Text>,
    pub(crate) findings: Vec<Finding>,
    folders: Vec<PathBuf>,
}

/// Equal for equal contents: those of all files, their paths, and everything that prevents a file
/// from being read (SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Snapshot {
    /// Reads everything at the paths. A path that does not exist is a finding, because it may
    /// appear later.
    ///
    /// # Errors
    /// When there are far too many files, or they have too much text in total.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let (existing, missing): (Vec<_>, Vec<_>) =
            paths.iter().cloned().partition(|path| path.exists());
        let mut search = match find(&existing, &mut io::empty()) {
            Ok(search) => search,
            // It disappeared between the two looks.
            Err(_) if !existing.iter().all(|path| path.exists()) => return Self::read(paths),
            Err(error) => return Err(error),
        };
        search.findings.extend(missing.iter().map(|path| {
            let message = format!("`{}` does not exist", path.display());
            let finding = Finding::new(Rule::MissingPath, message).located(Location::file(path));
            finding.help("create it, or correct the path; it is checked again and again")
        }));
        search.inputs = search.inputs.into_iter().map(Input::repeatable).collect();
        Self::of(search, paths)
    }

    /// Reads everything at the paths once, including pipes and standard input.
    ///
    /// # Errors
    /// As [`Self::read`], and when a path does not exist.
    pub(crate) fn read_once(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Self> {
        Self::of(find(paths, stdin)?, paths)
    }

    fn of(search: Search, paths: &[PathBuf]) -> Result<Self> {
        Ok(Self {
            paths: paths.to_vec(),
            texts: read_all(search.inputs.into_iter().map(Ok).collect())?,
            findings: search.findings,
            folders: search.folders,
        })
    }

    /// Distinguishes these contents from any others.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        let unread = |finding: &Finding| {
            let location = finding.location.as_ref().map(ToString::to_string);
            [Some(finding.message.clone()), location]
                .into_iter()
                .flatten()
        };
        for text in &self.texts {
            match text {
                Ok(source) => [&*source.path, &source.text].into_iter().for_each(&mut add),
                Err(finding) => unread(finding).for_each(|text| add(&text)),
            }
        }
        add("findings");
        let findings = self.findings.iter().flat_map(unread);
        findings.for_each(|text| add(&text));
        Digest(hash.finalize().into())
    }

    /// How many files there are, those that cannot be read included.
    #[must_use]
    pub fn files(&self) -> usize {
        self.texts.len()
    }

    /// The folders that were searched, each before its subfolders.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }
}

/// Reads files in parallel.
///
/// # Errors
/// When they have too much text in total, or a thread failed.
pub(crate) fn read_all(inputs: Vec<Result<Input, Box<Finding>>>) -> Result<Vec<Text>> {
    let budget = TextBudget::default();
    let read = |input: Result<Input, Box<Finding>>| input?.read(&budget).map(Arc::new);
    let texts = side_by_side(inputs, 1, read)
        .map_err(|_| Error::unexpected("a thread that read manifests failed"))?;
    budget.verdict()?;
    Ok(texts)
}

/// How much more text may be read; less than nothing once that was too much.
pub(crate) struct TextBudget(AtomicI64);

impl Default for TextBudget {
    fn default() -> Self {
        Self(AtomicI64::new(MAX_TEXT))
    }
}

impl TextBudget {
    /// Takes the bytes of a file. If they are too many, `verdict` fails, and whatever was read is
    /// irrelevant.
    fn take(&self, bytes: usize) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(MAX_TEXT + 1);
        self.0.fetch_sub(bytes, Ordering::Relaxed) >= bytes
    }

    /// Whether there is no point in reading more.
    fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) < 0
    }

    fn verdict(&self) -> Result<()> {
        let mebibytes = MAX_TEXT >> 20;
        let message = format!("the manifests hold more than {mebibytes} MiB in total");
        limited(!self.is_spent(), message)
    }
}

/// # Errors
/// When there are more clients than one run takes.
pub(crate) fn check_clients(count: usize) -> Result<()> {
    let message = format!("there are more than {MAX_CLIENTS} clients in the manifests");
    limited(count <= MAX_CLIENTS, message)
}

fn limited(is_within: bool, message: String) -> Result<()> {
    let hint = "pass fewer folders or files, and run once for each group";
    let error = || Error::manifest(message).hint(hint);
    is_within.then_some(()).ok_or_else(error)
}

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
    fn repeatable(mut self) -> Self {
        if let InputKind::Stream(path) = self.kind {
            self.kind = InputKind::File(path);
        }
        self
    }

    /// Standard input, read to its end.
    pub(crate) fn stdin(stdin: &mut dyn Read) -> io::Result<Self> {
        let bytes = wiped::read_all(stdin, MAX_BYTES)?;
        Ok(Self {
            path: "<stdin>".into(),
            // A copy of its exact length, because a longer buffer would be cut, and not wiped.
            kind: InputKind::Bytes(bytes.to_vec().into()),
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
            InputKind::File(path) => read_regular(path, MAX_BYTES).map(Cow::Owned),
            InputKind::Stream(path) => File::open(path)
                .and_then(|file| read(file, 0, MAX_BYTES))
                .map(Cow::Owned),
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
        let is_utf16 = is_utf16(bytes);
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let finding = match std::str::from_utf8(bytes) {
            _ if is_utf16 => self.finding(Rule::NotUtf8, "encoded in UTF-16, not in UTF-8"),
            Ok(text) => {
                let (path, text) = (Arc::clone(&self.path), text.to_owned());
                return Ok(Source { path, text });
            }
            Err(error) => self.not_utf8(&bytes[..error.valid_up_to()]),
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

/// Whether bytes are UTF-16: with a byte order mark, or with two characters of ASCII (RFC 4627,
/// section 3), of which no manifest has a NUL.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [first, 0, second, 0, ..] | [0, first, 0, second, ..] => *first != 0 && *second != 0,
        _ => false,
    }
}

/// Reads at most one byte more than `most` of a regular file. Anything else is refused without
/// waiting: a pipe may have no writer.
pub(super) fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let dont_wait = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut options = OpenOptions::new();
    let file = options.read(true).custom_flags(dont_wait).open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => read(file, metadata.len(), most),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// Reads at most one byte more than `most`, and makes room for what is expected.
fn read(file: File, expected: u64, most: u64) -> io::Result<Vec<u8>> {
    let room = usize::try_from(expected.min(most)).unwrap_or(0) + 1;
    let mut bytes = Vec::with_capacity(room);
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, TextBudget, check_clients};

    #[test]
    fn the_sum_of_the_text_is_what_counts() {
        let budget = TextBudget::default();
        let half = usize::try_from(MAX_TEXT / 2).unwrap_or(0);
        assert!(budget.take(half) && budget.take(half) && budget.verdict().is_ok());
        assert!(!budget.take(1) && budget.is_spent() && budget.verdict().is_err());
        assert!(check_clients(500_000).is_ok() && check_clients(500_001).is_err());
    }
}
