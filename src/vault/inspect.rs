//! Inspects the files around a secrets file without touching them: nothing is created, locked,
//! repaired or written.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::journal;
use super::journal::Intent;
use super::lines::{cannot_write, folder_of, read, split_torn};
use super::lock::{note, real};
use super::outputs::Outputs;
use super::secrets_file::{Content, Record, refuse_foreign, refuse_readable_by_others};
use super::settled::{files_for, missing};
use super::side_file::SideFile;
use super::sops::{not_a_folder, read_folder};
use crate::error::{Error, Result};
use crate::linux;

/// What was found.
#[derive(Debug)]
pub struct Inspection {
    /// The secrets file if it exists, or why a run could not use it.
    pub store: Result<Option<Store>>,
    /// The journal if an earlier run left one, or why a run could not settle it.
    pub journal: Result<Option<Journal>>,
    /// How many files each folder of SOPS files holds; `None` if it does not exist yet.
    pub folders: Vec<(PathBuf, Result<Option<usize>>)>,
    /// The lock holder if a lock file exists, or why a run could not take the lock.
    pub lock: Result<Option<Holder>>,
}

/// A secrets file.
#[derive(Debug)]
pub struct Store {
    /// How many records it holds.
    pub records: usize,
    /// Lines that are not records, from 1, with the reason.
    pub broken: Vec<(usize, String)>,
    /// Whether the last line is torn; the next run repairs it.
    pub torn: bool,
    /// The file's permission bits, such as `0o600`.
    pub mode: u32,
}

/// A journal.
#[derive(Debug)]
pub struct Journal {
    /// The intents still open in it, oldest first.
    pub open: Vec<Intent>,
    /// Whether the last line is torn; its secret was never sent.
    pub torn: bool,
}

/// The content of a lock file.
#[derive(Debug)]
pub struct Holder {
    /// Who created it: `process 12 on host since …`.
    pub note: String,
    /// Whether that process still holds the lock; `None` if the system does not say.
    pub is_held: Option<bool>,
}

/// Inspects the outputs, their journal and their lock as a run would find them that writes secrets,
/// either `in_clear` or encrypted.
pub fn inspect(outputs: &Outputs, in_clear: bool) -> Inspection {
    let secrets = &real(outputs.anchor());
    let content = match outputs.secrets_file() {
        Some(_) => read_store(secrets, in_clear),
        None => can_write_beside(secrets).map(|()| None),
    };
    let journal = read_journal(outputs, in_clear, content.as_ref().ok());
    let folders = outputs.folders().iter();
    let folders = folders.map(|output| (output.folder.clone(), read_sops(&output.folder)));
    let lock = holder(&SideFile::lock(secrets));
    Inspection {
        store: content.map(|content| content.map(|(_, store)| store)),
        journal,
        lock,
        folders: folders.collect(),
    }
}

/// How many files of ours the folder of SOPS files holds; `None` if it does not exist.
fn read_sops(folder: &Path) -> Result<Option<usize>> {
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            can_write_beside(folder).map(|()| None)
        }
        Ok(found) if !found.is_dir() => Err(not_a_folder(folder)),
        _ => {
            let wanted = Access::WRITE_OK | Access::EXEC_OK;
            let access = accessat(CWD, folder, wanted, AtFlags::EACCESS);
            access.map_err(|errno| cannot_write(folder, &errno.into()))?;
            Ok(Some(read_folder(folder)?.0.len()))
        }
    }
}

type Found = Option<(Content, Store)>;

fn read_store(path: &Path, in_clear: bool) -> Result<Found> {
    let bytes = read(path)?;
    can_write_beside(path)?;
    let Some(metadata) = can_write(path)? else {
        return Ok(None);
    };
    if in_clear {
        refuse_readable_by_others(path)?;
    }
    let (whole, torn) = split_torn(&bytes);
    refuse_foreign(path, whole)?;
    let content = Content::parse(whole);
    let is_whole = torn.is_empty() || Record::parse(torn).is_ok();
    let store = Store {
        records: content.records.len() + usize::from(is_whole && !torn.is_empty()),
        broken: content.broken.clone(),
        torn: !is_whole,
        mode: metadata.permissions().mode() & 0o777,
    };
    Ok(Some((Content::parse(&bytes), store)))
}

fn read_journal(
    outputs: &Outputs,
    in_clear: bool,
    content: Option<&Found>,
) -> Result<Option<Journal>> {
    let side = SideFile::journal(&real(outputs.anchor()));
    let bytes = side.read()?;
    if !side.is_there() {
        return Ok(None);
    }
    if in_clear {
        refuse_readable_by_others(side.path())?;
    }
    let intents = journal::replay(&bytes, side.path())?;
    let files = files_for(&intents, outputs.folders())?;
    let open = match content {
        Some(Some((content, _))) => missing(intents, content, &files),
        _ => missing(intents, &Content::default(), &files),
    };
    let (_, torn) = split_torn(&bytes);
    Ok(Some(Journal {
        open,
        torn: !torn.is_empty(),
    }))
}

/// Returns the file's metadata if it exists, and fails if it is not writable. Opening it changes
/// nothing.
fn can_write(path: &Path) -> Result<Option<std::fs::Metadata>> {
    let opened = OpenOptions::new().write(true).open(path);
    match opened.and_then(|file| file.metadata()) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot_write(path, &error)),
    }
}

/// Fails if no file can be created beside the secrets file, where journal and lock go.
fn can_write_beside(secrets: &Path) -> Result<()> {
    let folder = folder_of(secrets);
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    accessat(CWD, folder, wanted, AtFlags::EACCESS).map_err(|errno| {
        let error = io::Error::from(errno);
        match error.kind() {
            io::ErrorKind::NotFound => cannot_write(secrets, &error),
            _ => Error::secret(format!(
                "cannot create a file in `{}`, where the journal must be, next to the secrets file",
                folder.display()
            ))
            .because(error)
            .hint("make the folder writable, or name a file in another one with `--secrets-out`"),
        }
    })
}

/// Who holds the lock. Taking the lock to find out would reject a run that starts at that moment.
fn holder(side: &SideFile) -> Result<Option<Holder>> {
    let Some(mut file) = side.open_existing()? else {
        return Ok(None);
    };
    let inode = file.metadata().map(|found| found.ino());
    let inode = inode.map_err(|error| cannot_write(side.path(), &error))?;
    let note = note(&mut file);
    let is_held = linux::is_locked(inode, pid(&note));
    Ok(Some(Holder { note, is_held }))
}

/// The process ID in a lock file's note.
fn pid(note: &str) -> Option<&str> {
    note.strip_prefix("process ")?.split(' ').next()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::inspect;
    use crate::vault::Lock;
    use crate::vault::Outputs;
    use jiff::Timestamp;
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn file(path: &Path) -> Outputs {
        Outputs::file(path.to_owned())
    }

    #[test]
    fn where_nothing_is_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let found = inspect(&file(&folder.path().join("s.jsonl")), false);
        assert!(found.store.unwrap().is_none() && found.journal.unwrap().is_none());
        assert!(found.lock.unwrap().is_none());
        assert_eq!(names(folder.path()), [""; 0]);
        let below = inspect(&file(&folder.path().join("no/s.jsonl")), false);
        assert!(
            below.store.unwrap_err().hints()[0]
                .text()
                .contains("create its folder")
        );
    }

    #[test]
    fn a_lock_is_seen_and_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("s.jsonl");
        let lock = Lock::take(&secrets, Timestamp::now()).unwrap();
        let holder = inspect(&file(&secrets), false).lock.unwrap().unwrap();
        assert!(holder.note.contains(&std::process::id().to_string()));
        if Path::new("/proc/locks").exists() {
            assert_eq!(holder.is_held, Some(true));
        }
        drop(lock);
        std::fs::write(
            folder.path().join("s.jsonl.lock"),
            "process 1 on h since t\n",
        )
        .unwrap();
        let holder = inspect(&file(&secrets), false).lock.unwrap().unwrap();
        assert_ne!(holder.is_held, Some(true));
        assert_eq!(holder.note, "process 1 on h since t");
    }

    #[test]
    fn a_torn_line_is_counted_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("s.jsonl");
        let record = r#"{"format":1,"client_id":"a","client_name":null,"endpoint":"h","created_at":"2026-01-02T03:04:05Z","recipients":[],"client_secret":"x"}"#;
        for (content, records, torn) in [
            (format!("{record}\n"), 1, false),
            (format!("{record}\n{record}"), 2, false),
            (format!("{record}\n{}", &record[..40]), 1, true),
        ] {
            std::fs::write(&secrets, &content).unwrap();
            let store = inspect(&file(&secrets), false).store.unwrap().unwrap();
            assert_eq!((store.records, store.torn), (records, torn), "{content}");
            assert_eq!(std::fs::read_to_string(&secrets).unwrap(), content);
        }
        std::fs::write(&secrets, "my diary\n").unwrap();
        let error = inspect(&file(&secrets), false).store.unwrap_err();
        assert!(error.to_string().contains("not a secrets file"), "{error}");
    }
}
