//! `create client`: one client from flags or from a file, like Ory's v2 `hydra create client`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::V2Args;
use crate::cli::connection::AccessArgs;
use crate::cli::manifest_args::show_findings;
use crate::cli::ory::client_flags::{ClientArgs, label};
use crate::cli::ory::create::is_refused;
use crate::cli::ory::engine::{self, Clients};
use crate::cli::ui::Ui;
use crate::client::{Field, Value};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::{FlagValue, Manifest, Policy, from_flags, load_separately};
use crate::reconcile::{Outcome, Target};
use crate::report::created::Created;
use crate::report::ory_v2::{Row, Rows};

/// Create one client from flags or from a file, and print it as Ory's v2 does
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    mut_arg("endpoint", |arg| arg.short('e')),
    mut_arg("request-object-signing-alg", |arg| arg.default_value("RS256")),
    mut_arg("skip-logout-consent", |arg| arg.default_value("false"))
)]
pub(in crate::cli) struct ClientV2Args {
    #[command(flatten)]
    client: ClientArgs,
    /// Read the client from this file, or from standard input with `-`. Its `client_id` and the
    /// other flags of the client are ignored; `--id` counts
    #[arg(long, value_name = "FILE", help_heading = "Client")]
    file: Option<PathBuf>,
    #[command(flatten)]
    v2: V2Args,
    #[command(flatten)]
    access: AccessArgs,
}

pub(in crate::cli) fn run(args: &ClientV2Args, ui: &Ui) -> Result<ExitCode> {
    ui.hold_warnings();
    let access = args.v2.access(&args.access)?;
    let manifest = match &args.file {
        Some(path) => args.of_file(path, ui)?,
        None => args.of_flags(ui),
    };
    let Some(manifest) = manifest else {
        return Ok(ExitCode::Usage);
    };
    let lines = |client: &Created<'_>, _: &Outcome, _: &Target, out: &mut dyn Write| {
        args.v2.write(Rows::One(&Row::new(client)), ui, out)
    };
    let clients = Clients {
        manifests: vec![manifest],
        in_files: false,
        skip_existing: false,
        lines: &lines,
    };
    Ok(engine::run(&access, clients, ui)?.code(0))
}

impl ClientV2Args {
    fn of_flags(&self, ui: &Ui) -> Option<Manifest> {
        let (manifest, findings) = from_flags(&self.client.values, label);
        if is_refused(&findings, ui) {
            return None;
        }
        if manifest.client.given_secret().is_some() {
            ui.warning("the secret is visible to other users of this machine, and may be kept in the shell's history");
        }
        Some(manifest)
    }

    /// The client in a file. As with Ory's command, nothing but `--id` says its id.
    fn of_file(&self, path: &Path, ui: &Ui) -> Result<Option<Manifest>> {
        let paths = [path.to_owned()];
        let files = load_separately(&paths, &mut io::stdin(), &Policy::default())?;
        let mut manifests = Vec::new();
        for file in files {
            show_findings(&file.findings, ui);
            if file.has_errors() {
                return Ok(None);
            }
            manifests.extend(file.manifests);
        }
        let (Some(mut manifest), None) = (manifests.pop(), manifests.pop()) else {
            return Err(Error::usage("the file of `--file` has several clients")
                .hint("use `hydra-gitops import client FILE`"));
        };
        for flag in self.client.given.iter().filter(|flag| **flag != "id") {
            ui.warning(&format!(
                "`--{flag}` is ignored: with `--file`, the file describes the client"
            ));
        }
        let mut ids = self
            .client
            .values
            .iter()
            .filter_map(|(field, value)| match value {
                FlagValue::Text(id) if *field == Field::ClientId => Some(id),
                _ => None,
            });
        let client = &mut manifest.client;
        match (ids.next_back(), client.client_id()) {
            (Some(id), _) => drop(client.set(Field::ClientId, Value::Text(id.clone()))),
            (None, Some(id)) => {
                ui.warning(&format!(
                    "the `client_id` of the file is ignored: give `--id {id}`"
                ));
                client.unset(Field::ClientId);
            }
            (None, None) => {}
        }
        Ok(Some(manifest))
    }
}
