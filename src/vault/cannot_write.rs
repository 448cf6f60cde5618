//! The error for a file that cannot be written.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::Error;

/// The error for a file that cannot be written, with a hint.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::NotFound => "create its folder first, or name another file with `--secrets-out`",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space on the disk, then run the same command again"
        }
        ErrorKind::FileTooLarge => {
            "raise the limit on the size of files (`ulimit -f`), then run the same command again"
        }
        _ => "make it writable, or name another file with `--secrets-out`",
    };
    Error::secret(format!("cannot write `{}`", path.display()))
        .because(io::Error::new(error.kind(), error.to_string()))
        .hint(hint)
}
