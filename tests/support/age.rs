//! The real `age`: identities, and what it opens.

use std::path::PathBuf;
use std::process::Command;

use super::program::feed;
use super::requirement::{Missing, is_installed};
use super::workspace::Workspace;

/// An identity in a file of the folder, and its recipient.
pub(crate) struct Identity {
    pub(crate) file: PathBuf,
    pub(crate) recipient: String,
}

/// Fails where there is no age.
pub(crate) fn require() -> Result<(), Missing> {
    match is_installed("age", "--version") && is_installed("age-keygen", "--version") {
        true => Ok(()),
        false => Err(Missing("`age` is needed to open secrets".to_owned())),
    }
}

/// Makes an identity with `age-keygen`.
pub(crate) fn generate(folder: &Workspace, name: &str) -> Identity {
    let file = folder.file(name);
    let made = Command::new("age-keygen")
        .arg("-o")
        .arg(&file)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let printed = Command::new("age-keygen")
        .arg("-y")
        .arg(&file)
        .output()
        .unwrap();
    assert!(printed.status.success(), "{printed:?}");
    Identity {
        file,
        recipient: String::from_utf8(printed.stdout).unwrap().trim().to_owned(),
    }
}

/// Makes an SSH key of that type with `ssh-keygen`.
pub(crate) fn generate_ssh(folder: &Workspace, name: &str, kind: &str) -> Identity {
    let file = folder.file(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-N", "", "-C", "ann@example.org", "-f"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
    Identity {
        file,
        recipient: public.trim().to_owned(),
    }
}

impl Identity {
    /// What age reads in a message.
    #[track_caller]
    pub(crate) fn open(&self, message: &str) -> String {
        let mut age = Command::new("age");
        age.arg("--decrypt").arg("--identity").arg(&self.file);
        let opened = feed(&mut age, message.as_bytes());
        assert!(opened.status.success(), "{opened:?}");
        String::from_utf8(opened.stdout).unwrap()
    }
}
