//! The flags that say where secrets are written.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{TypedValueParser as _, ValueParser};
use clap::{ValueEnum, ValueHint};

use crate::client::Namespace;
use crate::error::{Error, Result};
use crate::shell;
use crate::vault::{Content, NameTemplate, Outputs, SecretKeys, SopsKind, SopsOutput, has_journal};

const SECRETS_FILE: &str = "client-secrets.jsonl";

/// Where the secrets are written
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Secrets")]
pub(super) struct SecretsFileArgs {
    /// Where secrets are written: `FILE` or `jsonl:FILE`, with one JSON object per line, or
    /// `sops:FOLDER`, with one SOPS file per client (repeatable)
    /// [default: client-secrets.jsonl]
    #[arg(long = "secrets-out", value_name = "[FORMAT:]PATH", value_parser = output(), value_hint = ValueHint::AnyPath)]
    given: Vec<OutputPath>,
    /// Where secrets go without `--secrets-out`: the environment has its own file.
    #[arg(long = "default-secrets-out", value_name = "FILE", hide = true)]
    default: Option<PathBuf>,
}

/// What SOPS files look like
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Secrets")]
pub(super) struct SopsArgs {
    /// What a SOPS file holds: a Kubernetes Secret, or a plain document
    #[arg(long, value_enum, value_name = "KIND", default_value_t = KindWord::Kubernetes)]
    sops_kind: KindWord,
    /// Keys of the id and of the secret in a SOPS file [default: CLIENT_ID,CLIENT_SECRET]
    #[arg(long, value_name = "ID,SECRET")]
    secret_keys: Option<SecretKeys>,
    /// Name of a client's Secret and file: text with `{client_id}`, `{client_name}` or `{owner}`;
    /// the `secretName` of a resource takes precedence [default: {client_id}]
    #[arg(long, value_name = "TEMPLATE")]
    secret_name: Option<NameTemplate>,
    /// Namespace of Secrets; that of a resource takes precedence
    #[arg(long, value_name = "NAMESPACE")]
    secret_namespace: Option<Namespace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindWord {
    Kubernetes,
    Yaml,
    Json,
    Dotenv,
}

impl KindWord {
    fn kind(self) -> SopsKind {
        match self {
            Self::Kubernetes => SopsKind::Kubernetes,
            Self::Yaml => SopsKind::Yaml,
            Self::Json => SopsKind::Json,
            Self::Dotenv => SopsKind::Dotenv,
        }
    }
}

/// A path and its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OutputPath {
    File(PathBuf),
    Sops(PathBuf),
}

impl OutputPath {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Sops(path) => path,
        }
    }
}

impl OutputPath {
    /// The command that settles what an interrupted run left beside it; `None` if nothing is there.
    pub(super) fn recovery(&self) -> Option<String> {
        let output = match self {
            Self::File(file) => shell::path(file),
            Self::Sops(folder) => format!("sops:{}", shell::word(folder)),
        };
        has_journal(self.path())
            .then(|| format!("hydra-gitops secrets recover --secrets-out {output}"))
    }

    /// What is recorded there; nothing if it does not exist.
    pub(super) fn content(&self) -> Result<Content> {
        match self {
            Self::File(file) => Content::read(file),
            Self::Sops(folder) if !folder.exists() => Ok(Content::default()),
            Self::Sops(folder) => Content::read_folder(folder),
        }
    }
}

/// Any path, with a format in front of it or without one.
fn output() -> ValueParser {
    clap::builder::OsStringValueParser::new()
        .try_map(|text| parse(&text))
        .into()
}

fn parse(text: &OsStr) -> Result<OutputPath, String> {
    let bytes = text.as_bytes();
    let rest = |format: &str| bytes.strip_prefix(format.as_bytes());
    let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
    let output = match (rest("jsonl:"), rest("sops:")) {
        (Some(file), _) => OutputPath::File(path(file)),
        (_, Some(folder)) => OutputPath::Sops(path(folder)),
        _ => {
            let text = text.to_string_lossy();
            let format = text.split_once(':').map(|(format, _)| format);
            let is_format =
                |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
            if let Some(format) = format.filter(|format| is_format(format)) {
                return Err(format!(
                    "`{format}` is not a format: there are `jsonl` and `sops`; for a file of that name, write `./{text}`"
                ));
            }
            OutputPath::File(path(bytes))
        }
    };
    match output.path().as_os_str().is_empty() {
        true => Err("the path is empty".to_owned()),
        false => Ok(output),
    }
}

impl SecretsFileArgs {
    /// What the journal stands beside: the secrets file, or the first folder of SOPS files.
    pub(super) fn path(&self) -> &Path {
        let is_file = |output: &&OutputPath| matches!(output, OutputPath::File(_));
        let file = self.given.iter().find(is_file).or(self.given.first());
        file.map_or(self.default(), OutputPath::path)
    }

    fn default(&self) -> &Path {
        self.default.as_deref().unwrap_or(Path::new(SECRETS_FILE))
    }

    pub(super) fn is_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// The one output that a command reads.
    pub(super) fn single(&self) -> Result<OutputPath> {
        match &self.given[..] {
            [] => Ok(OutputPath::File(self.default().into())),
            [one] => Ok(one.clone()),
            _ => Err(Error::usage("`--secrets-out` is given more than once")
                .hint("name the file or the folder to read, one at a time")),
        }
    }

    /// All outputs, for a command that writes no new SOPS files.
    pub(super) fn existing(&self) -> Result<Outputs> {
        let sops = SopsArgs {
            sops_kind: KindWord::Kubernetes,
            secret_keys: None,
            secret_name: None,
            secret_namespace: None,
        };
        self.outputs(&sops, false)
    }

    /// All outputs.
    ///
    /// # Errors
    /// Wrong usage (exit 64): several secrets files, one folder twice, or flags of SOPS files that
    /// have no effect.
    pub(super) fn outputs(&self, sops: &SopsArgs, in_clear: bool) -> Result<Outputs> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for output in &self.given {
            match output {
                OutputPath::File(path) => files.push(path.clone()),
                OutputPath::Sops(folder) => folders.push(sops.output(folder)),
            }
        }
        if files.len() > 1 {
            return Err(Error::usage("`--secrets-out` names several secrets files")
                .hint("name one; folders of SOPS files can be added to it"));
        }
        let is_twice = |index: usize| {
            let mut before = folders[..index].iter();
            before.any(|other: &SopsOutput| other.folder == folders[index].folder)
        };
        if let Some(twice) = (0..folders.len()).find(|index| is_twice(*index)) {
            let folder = folders[twice].folder.display();
            let what = format!("`--secrets-out sops:{folder}` is given twice");
            return Err(Error::usage(what).hint("leave one of them out"));
        }
        if folders.is_empty() {
            sops.check_unused()?;
        } else if in_clear {
            let what = "`--allow-plaintext-secrets` and `--secrets-out sops:FOLDER` are both given";
            let hint =
                "SOPS files are always encrypted: give a recipient, such as `--age-recipient`";
            return Err(Error::usage(what).hint(hint));
        }
        let outputs = Outputs::new(files.pop(), folders);
        Ok(outputs.unwrap_or_else(|| Outputs::file(self.default().into())))
    }
}

impl SopsArgs {
    pub(super) fn output(&self, folder: &Path) -> SopsOutput {
        SopsOutput {
            folder: folder.to_owned(),
            kind: self.sops_kind.kind(),
            keys: self.secret_keys.clone().unwrap_or_default(),
            name: self.secret_name.clone().unwrap_or_default(),
            namespace: self.secret_namespace.clone(),
        }
    }

    fn check_unused(&self) -> Result<()> {
        let unused = [
            ("--sops-kind", self.sops_kind != KindWord::Kubernetes),
            ("--secret-keys", self.secret_keys.is_some()),
            ("--secret-name", self.secret_name.is_some()),
            ("--secret-namespace", self.secret_namespace.is_some()),
        ];
        match unused.iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => Err(Error::usage(format!("`{flag}` has no effect"))
                .hint("it is about SOPS files: add `--secrets-out sops:FOLDER`")),
            None => Ok(()),
        }
    }
}
