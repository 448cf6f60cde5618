//! The report flags of `plan` and `apply`: the findings in a file, in the format of a CI system.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use clap::Args;
use rustix::fs::OFlags;

use super::findings_format::FindingsFormat;
use super::guards::Checked;
use super::manifest_args::ManifestArgs;
use super::ui::Ui;
use crate::error::{Error, Kind, Result};
use crate::manifest::{Demand, Finding, Loaded, in_order};
use crate::report::findings::is_report;

/// Like any file that the user creates; the user's umask restricts it.
const MODE: u32 = 0o666;

/// The secrets file that `apply` writes by default. `plan` must not destroy it.
const DEFAULT_SECRETS: &str = "client-secrets.jsonl";

/// How much of an existing file is read, in bytes.
const START: u64 = 64 << 10;

/// Where the findings are written besides standard error
#[derive(Debug, Args)]
#[command(next_help_heading = None)]
pub(super) struct ReportArgs {
    /// Also write the findings about the manifests to this file
    #[arg(long = "report-file", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Format of the report file [default: sarif for *.sarif, otherwise json]
    #[arg(
        long = "report-format",
        value_enum,
        value_name = "FORMAT",
        requires = "file"
    )]
    format: Option<FindingsFormat>,
}

impl ReportArgs {
    pub(super) fn is_given(&self) -> bool {
        self.file.is_some()
    }

    /// Reads the manifests, shows their findings and writes the report; `None` if the manifests are
    /// invalid. The report is written in any case.
    pub(super) fn load_valid(
        &self,
        manifests: &ManifestArgs,
        secrets: Option<&Path>,
        demand: Demand,
        ui: &Ui,
    ) -> Result<Option<Checked>> {
        let policy = manifests.rules.policy(None)?;
        let Some(file) = &self.file else {
            let loaded = manifests.load_for_hydra(demand)?;
            return Ok(Checked::new(loaded, policy, None, ui));
        };
        check(file, secrets.unwrap_or(Path::new(DEFAULT_SECRETS)))?;
        let mut report = ReportFile {
            file: file.clone(),
            format: self.format(file),
            paths: manifests.paths.clone(),
            clients: 0,
            findings: Vec::new(),
        };
        let loaded = manifests.load_for_hydra(demand);
        let written = match &loaded {
            Ok(loaded) => {
                report.clients = loaded.manifests.len();
                let findings = policy.apply(loaded.findings.clone());
                refuse_manifest(file, loaded).and_then(|()| report.write(&findings))
            }
            Err(error) if error.kind() == Kind::Manifest => report.write_unreadable(error),
            Err(_) => Ok(()),
        };
        if let (Err(_), Err(error)) = (&loaded, &written) {
            ui.error(error);
        }
        let checked = Checked::new(loaded?, policy, Some(report), ui);
        written?;
        Ok(checked)
    }

    fn format(&self, file: &Path) -> FindingsFormat {
        let is_sarif = || file.extension().is_some_and(|ending| ending == "sarif");
        self.format.unwrap_or_else(|| match is_sarif() {
            true => FindingsFormat::Sarif,
            false => FindingsFormat::Json,
        })
    }
}

/// A report. It is written when the manifests have been read, and again when Hydra is known.
pub(super) struct ReportFile {
    file: PathBuf,
    format: FindingsFormat,
    /// The paths on the command line.
    paths: Vec<PathBuf>,
    clients: usize,
    /// Those that Hydra changes nothing about.
    findings: Vec<Finding>,
}

impl ReportFile {
    /// Adds findings whose levels do not depend on Hydra.
    pub(super) fn add(&mut self, findings: &[Finding]) {
        self.findings.extend_from_slice(findings);
    }

    /// Writes the report again, with the findings that depend on Hydra.
    pub(super) fn rewrite(&self, judged: &[Finding]) -> Result<()> {
        let mut findings = self.findings.clone();
        findings.extend_from_slice(judged);
        in_order(&mut findings);
        self.write(&findings)
    }

    fn write(&self, findings: &[Finding]) -> Result<()> {
        self.replace(|out| self.format.write(self.clients, findings, &self.paths, out))
    }

    fn write_unreadable(&self, error: &Error) -> Result<()> {
        self.replace(|out| self.format.write_unreadable(error, &self.paths, out))
    }

    /// Replaces the file atomically, so that nobody reads half a report.
    fn replace(&self, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<()> {
        let file = &*self.file;
        refuse_foreign(file)?;
        let folder = file.parent().filter(|folder| *folder != Path::new(""));
        let replaced = || -> io::Result<()> {
            let new = tempfile::Builder::new()
                .permissions(Permissions::from_mode(MODE))
                .tempfile_in(folder.unwrap_or(Path::new(".")))?;
            let mut out = BufWriter::new(new);
            write(&mut out)?;
            out.flush()?;
            let new = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            new.persist(file)?;
            Ok(())
        };
        replaced().map_err(|error| {
            let hint = match error.kind() {
                ErrorKind::NotFound => "create its folder first, or name another file",
                _ => "make its folder writable, or name another file",
            };
            Error::unexpected(format!("cannot write the report `{}`", file.display()))
                .because(io::Error::new(error.kind(), error.to_string()))
                .hint(hint)
        })
    }
}

/// How a line of a secrets file or a journal begins. Reports are written with line breaks.
const SECRETS: [&[u8]; 2] = [b"{\"format\":", b"{\"journal\":"];

/// Refuses anything but a new file or a regular one that is not the secrets file or one beside it.
/// Whoever can change the folder must not choose what is overwritten.
fn check(file: &Path, secrets: &Path) -> Result<()> {
    let found = std::fs::symlink_metadata(file).ok();
    let kind = found.as_ref().map(std::fs::Metadata::file_type);
    let what = match kind {
        _ if file == Path::new("-") => "it is not a file",
        Some(kind) if kind.is_symlink() => "it is a link",
        Some(kind) if kind.is_dir() => "it is a folder",
        Some(kind) if !kind.is_file() => "it is not a regular file",
        _ if is_beside(file, secrets) => "it is the secrets file, or belongs to it",
        Some(_) if holds_secrets(file) => "it is a secrets file, or belongs to one",
        _ => return Ok(()),
    };
    Err(refused(file, what))
}

fn refused(file: &Path, what: &str) -> Error {
    cannot_write(file, what).hint("name another file with `--report-file`")
}

fn cannot_write(file: &Path, what: &str) -> Error {
    let file = file.display();
    Error::usage(format!("cannot write the report to `{file}`: {what}"))
}

/// Whether a file is the secrets file, or has its name with an ending, as its journal has.
fn is_beside(file: &Path, secrets: &Path) -> bool {
    let real = |path: &Path| {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok();
        Some((folder?, path.file_name()?.to_owned()))
    };
    let (Some((folder, name)), Some(secrets)) = (real(file), real(secrets)) else {
        return false;
    };
    let target = secrets.0.join(&secrets.1).canonicalize().ok();
    let mut all = [Some(secrets), target.as_deref().and_then(real)].into_iter();
    all.any(|other| {
        other.is_some_and(|(other, secrets)| {
            let name = name.as_encoded_bytes();
            let rest = name.strip_prefix(secrets.as_encoded_bytes());
            folder == other && rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'.')
        })
    })
}

/// Whether the file begins as a secrets file or a journal does, or is empty and named like one or
/// like a file beside one. An empty secrets file may be in use.
fn holds_secrets(file: &Path) -> bool {
    let Ok(start) = start_of(file) else {
        return false;
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_named = name.ends_with(".jsonl") || name.contains(".jsonl.");
    start.is_empty() && is_named || SECRETS.iter().any(|line| start.starts_with(line))
}

/// How a file begins. It is opened without following a link or waiting for a pipe.
fn start_of(file: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(file)?;
    let mut start = Vec::new();
    opened.take(START).read_to_end(&mut start)?;
    Ok(start)
}

/// Refuses to replace a file unless it is empty or a report of an earlier run.
fn refuse_foreign(file: &Path) -> Result<()> {
    let what = match start_of(file) {
        Ok(start) if start.is_empty() || is_report(&start) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(_) => "it exists and is not a report of hydra-gitops",
        Err(_) => "it exists and cannot be read",
    };
    let hint = "name another file with `--report-file`, or delete this one if nobody needs it";
    Err(cannot_write(file, what).hint(hint))
}

/// Refuses to replace a manifest of this run.
fn refuse_manifest(file: &Path, loaded: &Loaded) -> Result<()> {
    let number = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.dev(), found.ino()))
    };
    let Some(report) = number(file) else {
        return Ok(());
    };
    let mut paths: Vec<_> = loaded
        .manifests
        .iter()
        .map(|manifest| &manifest.location)
        .chain(
            loaded
                .findings
                .iter()
                .filter_map(|one| one.location.as_ref()),
        )
        .map(|location| &*location.path)
        .collect();
    paths.dedup();
    let is_manifest = paths
        .iter()
        .any(|path| number(Path::new(path)) == Some(report));
    match is_manifest {
        true => Err(refused(file, "it is one of the manifests")),
        false => Ok(()),
    }
}
