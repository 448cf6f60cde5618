//! Reads SOPS files, however many and whatever else is in their folder.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::facts::{self, SopsFile};
use crate::error::{Error, Result};

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Reads a file, if it is a regular one. A link is not followed.
pub(super) fn read_file(path: &Path) -> io::Result<String> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => {
            io::Error::other("it is a link")
        }
        _ => error,
    })?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    file.take(MAX_FILE + 1).read_to_string(&mut text)?;
    match text.len() as u64 > MAX_FILE {
        true => Err(io::Error::other("it is longer than 1 MiB")),
        false => Ok(text),
    }
}

/// Files that cannot be read, with the reason.
type Broken = Vec<(PathBuf, String)>;

/// The files of ours in a folder, by time and name, and those of the same kind that cannot be read,
/// with the reason. Files of others are left out.
///
/// # Errors
/// When the folder cannot be read (exit 6).
pub(in crate::vault) fn read_folder(folder: &Path) -> Result<(Vec<SopsFile>, Broken)> {
    let cannot = |error: io::Error| {
        Error::secret(format!("cannot read the folder `{}`", folder.display())).because(error)
    };
    let (mut files, mut broken) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let is_sops = [".sops.yaml", ".sops.json", ".sops.env"]
            .iter()
            .any(|ending| name.len() > ending.len() && name.ends_with(ending));
        if !is_sops {
            continue;
        }
        match read_file(&path) {
            Ok(text) => files.extend(facts::read(path, &text)),
            Err(error) => broken.push((path, error.to_string())),
        }
    }
    let confirmed = files.iter().filter(|file| !file.facts.unconfirmed);
    let confirmed: HashSet<String> = confirmed.map(|file| file.mac.clone()).collect();
    // Times have seconds. Of two files of the same second, the unconfirmed one may be the later one,
    // unless it is a copy that was confirmed.
    let rank = |file: &SopsFile| match file.facts.unconfirmed {
        true if confirmed.contains(&file.mac) => 0,
        false => 1,
        true => 2,
    };
    files.sort_by_cached_key(|file| (file.facts.created_at, rank(file), file.path.clone()));
    broken.sort();
    Ok((files, broken))
}
