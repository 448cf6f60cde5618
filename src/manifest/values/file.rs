//! Reads the files that manifests refer to: regular ones of a bounded size, in folders that the user
//! allows, and never out of those by `..` or a link.

use std::fs::File;
use std::path::{Component, Path, PathBuf};

use zeroize::Zeroizing;

use crate::linux;
use crate::wiped;

/// The most that a file may hold, in bytes.
const MOST: u64 = 1 << 20;

/// A folder whose files manifests may refer to.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder without links in its path. The error is the system's.
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        let real = path.canonicalize()?;
        File::open(&real)?;
        Ok(Self(real))
    }
}

/// The text of a file; one line break at its end is dropped. `manifest` is the file that refers to
/// it. The error says why it cannot be used.
pub(super) fn read(
    path: &str,
    manifest: &Path,
    folders: &[Folder],
) -> Result<Zeroizing<String>, String> {
    let base = manifest.parent().filter(|folder| *folder != Path::new(""));
    let base = base.unwrap_or(Path::new(".")).canonicalize();
    let base = base.map_err(|error| format!("the manifest's folder cannot be found: {error}"))?;
    let whole = without_dots(&base.join(path));
    let mut folders = folders.iter();
    let found = folders.find_map(|folder| Some((folder, whole.strip_prefix(&folder.0).ok()?)));
    let Some((folder, inner)) = found else {
        return Err("it is in no folder that `--allow-file` names".to_owned());
    };
    let file = File::open(&folder.0).and_then(|folder| linux::open_below(&folder, inner));
    let file = file.map_err(|error| match linux::leads_out(&error) {
        true => "a link leads out of the folder that `--allow-file` names".to_owned(),
        false => format!("it cannot be read: {error}"),
    })?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let bytes = wiped::read_all(file, MOST);
    let bytes = bytes.map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() as u64 > MOST {
        return Err("it is larger than 1 MiB".to_owned());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Zeroizing::new(text.to_owned()))
}

/// A path without `.` and `..`, by its letters: whether a link is on the way shows when it is opened.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}
