//! Why the system does not report changes, and which limit to raise.

use std::fs;
use std::io;

use notify::ErrorKind;

use crate::error::Error;

/// `ENOSPC` of `inotify_add_watch`, `EMFILE` of `inotify_init` (inotify(7)).
const WATCHES: &str = "max_user_watches";
const INSTANCES: &str = "max_user_instances";

/// The error when the system cannot report changes.
pub(super) fn deaf(error: notify::Error) -> Error {
    let limit = match &error.kind {
        ErrorKind::MaxFilesWatch => Some(WATCHES),
        ErrorKind::Io(error) => match error.raw_os_error() {
            Some(code) if code == rustix::io::Errno::NOSPC.raw_os_error() => Some(WATCHES),
            Some(code) if code == rustix::io::Errno::MFILE.raw_os_error() => Some(INSTANCES),
            _ => None,
        },
        _ => None,
    };
    let Some(name) = limit else {
        return Error::unexpected("the system does not report file changes").because(error);
    };
    let set = fs::read_to_string(format!("/proc/sys/fs/inotify/{name}"));
    let set = set.map_or_else(|_| String::new(), |text| format!(" ({})", text.trim()));
    let what = if name == WATCHES {
        "watches"
    } else {
        "inotify instances"
    };
    Error::unexpected(format!(
        "the system's limit of {what} is reached: `fs.inotify.{name}`{set}"
    ))
    .because(io::Error::other(error))
    .hint(format!(
        "raise it, for example with `sysctl fs.inotify.{name}={}`, and start `watch` again",
        if name == WATCHES { 524_288 } else { 1_024 }
    ))
}
