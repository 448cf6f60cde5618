//! A container: the image's files in a root of their own, which is read-only, and volumes in it.
//!
//! Root mounts and changes its user as a container's runtime does. Anybody else does the same in a
//! namespace for users, in which they are the image's user.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::dockerfile::{AUTHORITIES, EMPTY, Image, PROGRAM};
use super::static_program;
use crate::support::program;
use crate::support::requirement::Missing;

/// A container that is not running yet.
pub(super) struct Container {
    pub(super) image: Image,
    root: TempDir,
    mounts: Vec<Mount>,
}

struct Mount {
    source: PathBuf,
    at: String,
    is_read_only: bool,
}

/// Whether the tests run as root, who may mount.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// What makes a namespace in which mounts may be made.
fn namespace() -> Vec<&'static str> {
    match is_root() {
        true => vec!["--mount"],
        false => vec!["--map-root-user", "--mount"],
    }
}

/// An empty folder that a user of containers may write to.
pub(super) fn volume(folder: &Path, (user, group): (u32, u32)) {
    fs::create_dir_all(folder).unwrap();
    if is_root() {
        chown(folder, Some(user), Some(group)).unwrap();
    }
}

impl Container {
    /// The image's files, and what every runtime adds to them: `/proc`, and names of hosts.
    pub(super) fn new(authorities: &str) -> Result<Self, Missing> {
        let mut probe = Command::new("unshare");
        let can_mount = probe.args(namespace()).arg("true").output();
        if !can_mount.is_ok_and(|output| output.status.success()) {
            let needed = "`unshare` that may mount is needed to run containers";
            return Err(Missing(needed.to_owned()));
        }
        let mut container = Self {
            image: Image::read(),
            root: tempfile::Builder::new().prefix("root-").tempdir().unwrap(),
            mounts: Vec::new(),
        };
        let root = container.root.path();
        fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
        container.write("/etc/hosts", "127.0.0.1 localhost\n");
        container.write("/etc/resolv.conf", "");
        container.mount(Path::new("/proc"), "/proc", false);
        for copied in container.image.copies.clone() {
            match &*copied.from {
                PROGRAM => container.mount(static_program::built()?, &copied.to, true),
                AUTHORITIES => container.write(&copied.to, authorities),
                EMPTY => volume(&container.path(&copied.to), copied.owner),
                from => panic!("the `Dockerfile` copies `{from}`, which is not known here"),
            }
        }
        Ok(container)
    }

    fn path(&self, at: &str) -> PathBuf {
        self.root.path().join(at.trim_start_matches('/'))
    }

    /// Writes a file that the runtime provides.
    pub(super) fn write(&self, at: &str, text: &str) {
        let path = self.path(at);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    }

    /// Mounts a folder or a file of this machine.
    pub(super) fn mount(&mut self, source: &Path, at: &str, is_read_only: bool) {
        let path = self.path(at);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match source.is_dir() {
            true => fs::create_dir_all(path).unwrap(),
            false => fs::write(path, "").unwrap(),
        }
        self.mounts.push(Mount {
            source: source.to_owned(),
            at: at.to_owned(),
            is_read_only,
        });
    }

    /// What the image's entry point runs with these arguments, as this user, who sees no variable
    /// but these.
    pub(super) fn command(
        &self,
        (user, group): (u32, u32),
        arguments: &[String],
        env: &[(String, String)],
    ) -> Command {
        let root = self.root.path().display().to_string();
        let mut script = format!("set -e\nmount --bind '{root}' '{root}'\n");
        for mount in &self.mounts {
            let (source, at) = (mount.source.display(), &mount.at);
            // What is below `/proc` comes with it.
            script += &format!("mount --rbind '{source}' '{root}{at}'\n");
            if mount.is_read_only {
                script += &format!("mount -o remount,bind,ro '{root}{at}'\n");
            }
        }
        script += &format!("mount -o remount,bind,ro '{root}'\nexec env -i \"$@\"\n");
        let identity = match is_root() {
            true => ["--setgid", "--setuid"],
            false => ["--map-group", "--map-user"],
        };
        let mut command = program::command("unshare", Path::new("/"));
        command
            .args(namespace())
            .args(["sh", "-c", &script, "sh"])
            .args([
                "PATH=/usr/local/bin:/usr/bin:/bin",
                "HOME=/",
                "HOSTNAME=pod",
            ])
            .args(env.iter().map(|(name, value)| format!("{name}={value}")))
            .arg("unshare")
            .args([
                identity[0],
                &group.to_string(),
                identity[1],
                &user.to_string(),
            ])
            .args(["--root", &root, "--wd", &self.image.folder])
            .args(&self.image.entrypoint)
            .args(arguments);
        command
    }
}
