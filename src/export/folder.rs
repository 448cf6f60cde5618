//! Writes each client into a file of its own. Nothing is in the folder until all of it can be.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use tempfile::TempDir;

use super::document::Style;
use super::file_name::FileNames;
use crate::client::ClientId;
use crate::error::{Error, Result};

/// Like any folder that the user creates; the user's umask restricts it.
const MODE: u32 = 0o777;

/// How many files an error names.
const NAMED: usize = 5;

/// A folder that is being exported to. The files are written beside their places, and moved there at
/// the end.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Whether it was not there before: then it is moved as a whole.
    is_new: bool,
    unfinished: TempDir,
    style: Style,
    overwrite: bool,
    names: FileNames,
    files: Vec<String>,
}

impl Folder {
    /// Opens the folder; creates it if it is not there.
    ///
    /// # Errors
    /// When it cannot be created or written to.
    pub(crate) fn open(path: &Path, style: Style, overwrite: bool) -> Result<Self> {
        let failed = |error: io::Error| {
            let hint = "name a folder that you may write to with `--dir`, or leave it out to print the manifests";
            Error::unexpected(format!("cannot write to the folder `{}`", path.display()))
                .because(io::Error::new(error.kind(), error.to_string()))
                .hint(hint)
        };
        let is_new = !path.exists();
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let beside = match is_new {
            true => parent.unwrap_or(Path::new(".")),
            false => path,
        };
        fs::create_dir_all(beside).map_err(failed)?;
        // Hidden, so that nobody takes its files for manifests.
        let unfinished = tempfile::Builder::new()
            .prefix(".hydra-gitops-export-")
            .permissions(Permissions::from_mode(MODE))
            .tempdir_in(beside);
        Ok(Self {
            path: path.to_owned(),
            is_new,
            unfinished: unfinished.map_err(failed)?,
            style,
            overwrite,
            names: FileNames::default(),
            files: Vec::new(),
        })
    }

    /// Adds the file of a client.
    ///
    /// # Errors
    /// When it cannot be written, and without `overwrite` when there is such a file.
    pub(crate) fn add(&mut self, id: &ClientId, manifest: &str) -> Result<()> {
        let ending = match self.style {
            Style::Yaml => "yaml",
            Style::Json => "json",
        };
        let name = self.names.name(id, ending);
        let path = self.unfinished.path().join(&name);
        let written = create(&path).and_then(|mut file| file.write_all(manifest.as_bytes()));
        written.map_err(|error| cannot_write(&self.path.join(&name), &error))?;
        self.files.push(name);
        Ok(())
    }

    /// Moves all files to their places. Returns how many there are.
    ///
    /// # Errors
    /// Before anything is moved: when there are such files, unless they may be replaced, or anything
    /// but a regular file has such a name.
    pub(crate) fn finish(self) -> Result<usize> {
        if self.is_new {
            fs::rename(self.unfinished.path(), &self.path)
                .map_err(|error| cannot_write(&self.path, &error))?;
            // It is not there any more, so that it is not removed.
            drop(self.unfinished.keep());
            return Ok(self.files.len());
        }
        self.refuse_taken()?;
        for name in &self.files {
            let path = self.path.join(name);
            fs::rename(self.unfinished.path().join(name), &path)
                .map_err(|error| cannot_write(&path, &error))?;
        }
        Ok(self.files.len())
    }

    fn refuse_taken(&self) -> Result<()> {
        let is_taken = |name: &&String| match fs::symlink_metadata(self.path.join(name)) {
            Ok(found) => !self.overwrite || !found.is_file(),
            Err(error) => error.kind() != ErrorKind::NotFound,
        };
        let taken: Vec<_> = self.files.iter().filter(is_taken).collect();
        if taken.is_empty() {
            return Ok(());
        }
        let mut named: Vec<_> = taken
            .iter()
            .take(NAMED)
            .map(|name| format!("`{name}`"))
            .collect();
        if taken.len() > NAMED {
            named.push(format!("{} more", taken.len() - NAMED));
        }
        let what = match self.overwrite {
            true => "what is there is not a regular file",
            false => "the files are there already",
        };
        let hint = match self.overwrite {
            true => "remove what is there, or name another folder",
            false => {
                "name an empty folder, or give `--overwrite` to replace the files; `--unmanaged` exports only what no manifest describes"
            }
        };
        let (folder, named) = (self.path.display(), named.join(", "));
        Err(Error::unexpected(format!(
            "nothing was exported to `{folder}`: {what}: {named}"
        ))
        .hint(hint))
    }
}

/// Creates a file that was not there.
fn create(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .custom_flags(flags)
        .open(path)
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    Error::unexpected(format!("cannot write `{path}`"))
        .because(io::Error::new(error.kind(), error.to_string()))
        .hint("make room on the disk, or name another folder with `--dir`")
}
