//! What is said of a file that cannot be written.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::{Error, Hint};

/// What to say of a file that cannot be written, and what to do.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::NotFound => {
            Hint::from("make its folder first, or name another file with `--secrets-out`")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Hint::retry(
            "make room on the disk, then run the same command again",
            "make room on the disk; it is retried automatically",
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
