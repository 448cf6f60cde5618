//! What went wrong: a kind, a sentence, what caused it, and what to do next.
//!
//! The kind alone decides the exit code. Wording: lowercase, no full stop, names in backticks, and
//! never a secret, a token, or a password of an address.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::exit_code::ExitCode;

/// Whose fault an error is, and so how the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A flag or argument is wrong.
    Usage,
    /// A manifest is invalid, missing or unreadable.
    Manifest,
    /// Hydra cannot be reached, is no Hydra, or refuses us.
    Hydra,
    /// A secret cannot be made safe: key, secrets file or journal.
    Secret,
    /// More clients would be created than allowed.
    TooManyCreates,
    /// The plan is not the expected one.
    OtherPlan,
    /// Anything else.
    Unexpected,
}

impl Kind {
    /// The exit code this kind of error ends the process with.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Usage => ExitCode::Usage,
            Self::Manifest => ExitCode::InvalidManifest,
            Self::Hydra => ExitCode::Hydra,
            Self::Secret => ExitCode::Secret,
            Self::TooManyCreates => ExitCode::TooManyCreates,
            Self::OtherPlan => ExitCode::OtherPlan,
            Self::Unexpected => ExitCode::Failed,
        }
    }
}

/// An error to show to the user.
///
/// `Display` gives the sentence alone; causes are walked through `source()`, hints through
/// [`Error::hints`].
#[derive(Clone)]
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    hints: Vec<Hint>,
    key: Option<ErrorKey>,
}

/// What to do about an error. Whoever shows it chooses the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// In any case.
    Always(String),
    /// A program that keeps running waits and retries by itself.
    Retry {
        /// What to do where the program has ended.
        ended: String,
        /// What to do, or what will happen, while it keeps running.
        running: String,
    },
}

impl Hint {
    /// A hint that depends on whether the program keeps running.
    pub fn retry(ended: impl Into<String>, running: impl Into<String>) -> Self {
        Self::Retry {
            ended: ended.into(),
            running: running.into(),
        }
    }

    /// The text where the program has ended.
    pub fn text(&self) -> &str {
        match self {
            Self::Always(text) | Self::Retry { ended: text, .. } => text,
        }
    }

    /// The text while the program keeps running.
    pub fn text_while_running(&self) -> &str {
        match self {
            Self::Always(text) | Self::Retry { running: text, .. } => text,
        }
    }
}

impl<T: Into<String>> From<T> for Hint {
    fn from(text: T) -> Self {
        Self::Always(text.into())
    }
}

/// What tells one error from another where the text counts or measures something, such as how often
/// a request was tried. It is for comparing only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorKey(String);

impl ErrorKey {
    /// The same text makes the same key.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The key of an error that consists of two.
    pub fn and(self, other: &Self) -> Self {
        Self(format!("{}; {}", self.0, other.0))
    }
}

/// A result whose error is made to be shown.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the given kind that says `message`.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
            hints: Vec::new(),
            key: None,
        }
    }

    /// Gives it a key of its own; without one, the same text is the same error.
    pub fn with_key(mut self, key: ErrorKey) -> Self {
        self.key = Some(key);
        self
    }

    /// What tells it from other errors.
    pub fn key(&self) -> ErrorKey {
        let key = self.key.clone();
        key.unwrap_or_else(|| ErrorKey::new(chain(self)))
    }

    /// Wrong usage (exit 64).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A manifest's fault (exit 3).
    pub fn manifest(message: impl Into<String>) -> Self {
        Self::new(Kind::Manifest, message)
    }

    /// Hydra's fault, or the way to it (exit 5).
    pub fn hydra(message: impl Into<String>) -> Self {
        Self::new(Kind::Hydra, message)
    }

    /// A secret that cannot be made safe (exit 6).
    pub fn secret(message: impl Into<String>) -> Self {
        Self::new(Kind::Secret, message)
    }

    /// Anything else (exit 1).
    pub fn unexpected(message: impl Into<String>) -> Self {
        Self::new(Kind::Unexpected, message)
    }

    /// Adds what caused it.
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Makes it somebody else's fault.
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Whose fault it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do next, most useful first.
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, chain(self))?;
        for hint in &self.hints {
            write!(f, "; hint: {}", hint.text())?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// An error with all its causes and what to do about it, in one line.
pub fn with_hints(error: &Error) -> String {
    let hints = error.hints.iter().map(|hint| format!("; {}", hint.text()));
    chain(error) + &hints.collect::<String>()
}

/// An error and all its causes in one line, each said once: `a: b: c`.
///
/// Libraries repeat a cause inside their own `Display`; a part that the text before it already
/// ends with is left out.
pub fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    for cause in causes(error) {
        let part = cause.to_string();
        if !part.is_empty() && !text.ends_with(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
    }
    text
}

/// The innermost cause, which is the one that people can act on.
pub(crate) fn last_cause(error: &dyn StdError) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

fn causes<'e>(error: &'e dyn StdError) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    use super::{Error, Kind, chain};
    use crate::exit_code::ExitCode;

    #[test]
    fn the_chain_says_each_cause_once() {
        let inner = std::io::Error::other("disk on fire");
        let error = Error::secret("cannot write `a`").because(inner);
        assert_eq!(chain(&error), "cannot write `a`: disk on fire");
        let outer = Error::unexpected("outer: cannot write `a`").because(error);
        assert_eq!(chain(&outer), "outer: cannot write `a`: disk on fire");
    }

    #[test]
    fn the_kind_decides_the_exit_code() {
        assert_eq!(Kind::Hydra.exit_code(), ExitCode::Hydra);
        assert_eq!(Kind::Secret.exit_code().code(), 6);
        assert_eq!(Kind::Usage.exit_code().code(), 64);
    }
}
