//! What only Linux offers: its system calls, and what it tells in `/proc`.
//!
//! Nothing outside this file uses either; `tests/architecture.rs` watches. A port to another system
//! would start, and mostly end, here. Everything else is POSIX.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "hydra-gitops runs on Linux only; on another system, use its container image: see docs/install.md"
);

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{FallocateFlags, Mode, OFlags, ResolveFlags, fallocate, openat2};
use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Opens a file below `folder` for reading, without waiting for whoever writes a pipe. Neither `..`
/// nor a link leads out of the folder (openat2(2), Linux 5.6): that is [`leads_out`].
pub(crate) fn open_below(folder: &File, path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    Ok(openat2(folder, path, flags, Mode::empty(), resolve)?.into())
}

/// Whether [`open_below`] failed because the path leads out of the folder.
pub(crate) fn leads_out(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::XDEV.raw_os_error())
}

/// Reserves `bytes` beyond the end of a file without making it longer (fallocate(2)). Fails only if
/// the disk is full: not every file system can reserve.
pub(crate) fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    let end = file.metadata()?.len();
    match fallocate(file, FallocateFlags::KEEP_SIZE, end, bytes) {
        Err(Errno::NOSPC) => Err(Errno::NOSPC.into()),
        _ => Ok(()),
    }
}

/// Disables core dumps, and stops the user's other processes from reading this one's memory
/// (PR_SET_DUMPABLE, prctl(2)). Best effort: a container may not allow it.
pub(crate) fn forbid_core_dumps() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// The random UUID that Linux generates at each boot (random(4)); `None` without `/proc`.
pub(crate) fn boot_id() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// The value of a limit of inotify(7), such as `max_user_watches`; `None` without `/proc`.
pub(crate) fn inotify_limit(name: &str) -> Option<String> {
    let value = fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).ok()?;
    Some(value.trim().to_owned())
}

/// Whether a process, or any if it is not known, holds a lock (flock(2)) on the file with this
/// inode; `None` without `/proc`.
pub(crate) fn is_locked(inode: u64, process: Option<&str>) -> Option<bool> {
    let locks = fs::read_to_string("/proc/locks").ok()?;
    Some(lists(&locks, inode, process))
}

/// Whether the list of locks (proc_locks(5)) has a lock of that process on that file. On some file
/// systems the device numbers there differ from those of `stat`, so the process ID and inode are
/// matched instead.
fn lists(locks: &str, inode: u64, process: Option<&str>) -> bool {
    let inode = format!(":{inode}");
    locks.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words[..], [_, "FLOCK", _, "WRITE", by, file, ..] if file.ends_with(&inode) && process.is_none_or(|process| process == by))
    })
}

#[cfg(test)]
mod tests {
    use super::lists;

    #[test]
    fn the_systems_list_of_locks_is_understood() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 08:01:42 0 EOF\n2: FLOCK  ADVISORY  WRITE 8 08:01:42 0 EOF\n2: -> FLOCK  ADVISORY  WRITE 9 08:01:42 0 EOF\n";
        assert!(lists(locks, 42, Some("8")) && lists(locks, 42, None));
        assert!(!lists(locks, 42, Some("7")));
        assert!(!lists(locks, 2, Some("8")));
    }
}
