//! Which settings file counts, and its text.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::origin::Spot;
use crate::error::{Error, Result};

/// The name of the file that is found in the working folder.
pub(in crate::cli) const NAME: &str = "hydra-gitops.toml";

/// The most that a settings file may hold, in bytes.
const MOST: u64 = 1 << 20;

/// Who chose the file. One that was only found may come from a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// It stands in the working folder.
    Found,
    /// The user named it.
    Named,
}

#[derive(Debug)]
pub(super) struct SettingsFile {
    pub(super) path: PathBuf,
    pub(super) choice: Choice,
    /// The path as text.
    name: Rc<str>,
    pub(super) text: Rc<str>,
}

impl SettingsFile {
    /// The file in the working folder, if there is one. Folders above are not searched.
    pub(super) fn find() -> Result<Option<Self>> {
        let path = Path::new(NAME);
        // A link would let whoever can change the repository choose what is read.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        match open(path, flags) {
            Ok(file) => Self::read(file, path, Choice::Found).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
                Err(Error::usage(format!(
                    "the settings file `{NAME}` is a symbolic link, which is not followed"
                ))
                .hint(format!("to use it anyway, name it with `--config {NAME}`; to use no settings file, give `--no-config`")))
            }
            Err(error) => Err(unreadable(path).because(error)),
        }
    }

    /// The file that the user named. It may be a link.
    pub(super) fn named(path: &Path) -> Result<Self> {
        if path.to_str().is_none() {
            let what = format!("the path `{}` is not UTF-8 text", path.display());
            return Err(
                Error::usage(what).hint("paths in a settings file start at its folder: rename it")
            );
        }
        let file = open(path, OFlags::NONBLOCK);
        let file = file.map_err(|error| unreadable(path).because(error))?;
        Self::read(file, path, Choice::Named)
    }

    /// The folder that its paths start at.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    pub(super) fn spot(&self, at: usize) -> Spot {
        Spot {
            path: self.name.clone(),
            text: self.text.clone(),
            at,
        }
    }

    /// Why it counts, in words.
    pub(super) fn chosen(&self) -> String {
        let path = self.path.display();
        match self.choice {
            Choice::Found => format!("`{path}` was found in the working folder"),
            Choice::Named => format!("`{path}` is used because it was named"),
        }
    }

    fn read(file: File, path: &Path, choice: Choice) -> Result<Self> {
        let cannot = |error| unreadable(path).because(error);
        if !file.metadata().map_err(cannot)?.is_file() {
            let what = format!("`{}` is not a regular file", path.display());
            return Err(Error::usage(what).hint("a settings file is a text file in TOML"));
        }
        let mut bytes = Vec::new();
        file.take(MOST + 1)
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
        if bytes.len() as u64 > MOST {
            let what = format!(
                "the settings file `{}` is larger than 1 MiB",
                path.display()
            );
            return Err(Error::usage(what).hint("check that it is a settings file"));
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            let what = format!("the settings file `{}` is not UTF-8 text", path.display());
            Error::usage(what).hint("save it as UTF-8")
        })?;
        Ok(Self {
            path: path.to_owned(),
            name: path.display().to_string().into(),
            choice,
            // Some editors put a mark at the start.
            text: text.strip_prefix('\u{feff}').unwrap_or(&text).into(),
        })
    }
}

/// Opens a file without waiting: a pipe may have no writer.
fn open(path: &Path, flags: OFlags) -> std::io::Result<File> {
    let flags = flags.bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn unreadable(path: &Path) -> Error {
    Error::usage(format!(
        "cannot read the settings file `{}`",
        path.display()
    ))
    .hint("check the path, and that you may read the file; `--no-config` uses none")
}
