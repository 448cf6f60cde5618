//! The error for a file that cannot be written.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::{Error, Hint};

/// The error for a file that cannot be written, with a hint.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::NotFound => {
            Hint::from("create its folder first, or name another file with `--secrets-out`")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Hint::retry(
            "free some space on the disk, then run the same command again",
            "free some space on the disk; it is retried automatically",
        ),
        ErrorKind::FileTooLarge => Hint::from(
            "raise the limit on the size of files (`ulimit -f`), then run the same command again",
        ),
        _ => Hint::from("make it writable, or name another file with `--secrets-out`"),
    };
    Error::secret(format!("cannot write `{}`", path.display()))
        .because(io::Error::new(error.kind(), error.to_string()))
        .hint(hint)
}
