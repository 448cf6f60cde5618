//! The ways in which programs save.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::requirement::is_installed;

/// Puts `text` in the place of what the file held.
pub(crate) type Save = fn(&Path, &str);

/// A way of saving.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) save: Save,
    /// The program that does it, which has to start first: its saves count from the file's own time.
    pub(crate) program: Option<&'static str>,
}

pub(crate) const WAYS: &[Way] = &[
    Way {
        name: "in place (VS Code, nano)",
        save: |path, text| fs::write(path, text).unwrap(),
        program: None,
    },
    Way {
        name: "a new file renamed over the old",
        save: rename_over,
        program: None,
    },
    Way {
        name: "the old one renamed away first (Emacs)",
        save: backup_first,
        program: None,
    },
    Way {
        name: "JetBrains, safe write",
        save: jetbrains,
        program: None,
    },
    Way {
        name: "vim",
        save: vim,
        program: Some("vim"),
    },
    Way {
        name: "sed -i",
        save: sed,
        program: Some("sed"),
    },
];

impl Way {
    pub(crate) fn is_here(&self) -> bool {
        let mut program = self.program.iter();
        program.all(|program| is_installed(program, "--version"))
    }
}

fn rename_over(path: &Path, text: &str) {
    let new = path.with_extension("tmp");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

fn backup_first(path: &Path, text: &str) {
    fs::rename(path, path.with_extension("yaml~")).unwrap();
    fs::write(path, text).unwrap();
}

fn jetbrains(path: &Path, text: &str) {
    let [new, old] = ["tmp", "old"].map(|end| path.with_extension(end));
    fs::write(&new, text).unwrap();
    fs::rename(path, &old).unwrap();
    fs::rename(new, path).unwrap();
    fs::remove_file(old).unwrap();
}

/// Sets the first line, which holds the id.
fn vim(path: &Path, text: &str) {
    let first = text.lines().next().unwrap();
    let status = Command::new("vim")
        .args(["-u", "NONE", "-n", "-E", "-s", "-c"])
        .arg(format!("call setline(1, '{first}')"))
        .args(["-c", "wq"])
        .arg(path)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

fn sed(path: &Path, text: &str) {
    let first = text.lines().next().unwrap();
    let script = format!("1s/.*/{first}/");
    let status = Command::new("sed").args(["-i", &script]).arg(path).status();
    assert!(status.unwrap().success());
}
