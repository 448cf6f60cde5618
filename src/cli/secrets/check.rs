//! `secrets check`: is every line valid, who can open it, and does its client exist?

use std::path::PathBuf;

use clap::Args;

use super::{done_if, nothing_of, read};
use crate::cli::connection::ConnectionArgs;
use crate::cli::manifest_args::ManifestArgs;
use crate::cli::output_args::{OutputPath, SecretsFileArgs};
use crate::cli::recipient_args::KeyArgs;
use crate::cli::rule_args::RuleArgs;
use crate::cli::runtime::run_guarded;
use crate::cli::ui::{Ui, to_stdout};
use crate::cli::value_args::ValueArgs;
use crate::client::Namespace;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::{Demand, Manifest};
use crate::plan::IgnoredDrift;
use crate::reconcile::{self, Survey, Target, unrecorded};
use crate::report::secrets as output;
use crate::vault::{Content, Seal, scan};

/// Check the secrets file
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// Manifests: also say which of their clients have a secret and no record
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Namespace of Kubernetes resources that do not name theirs
    #[arg(long, value_name = "NS", help_heading = "Manifests")]
    namespace: Option<Namespace>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    keys: KeyArgs,
    /// Ask no Hydra: check the lines alone
    #[arg(long, help_heading = None, conflicts_with_all = ["paths", "endpoint"])]
    offline: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn check(args: &CheckArgs, ui: &Ui) -> Result<ExitCode> {
    // Before signals are handled: a key server may be slow.
    let seal = args.keys.seal_quietly(false)?;
    let seal = seal.as_ref();
    let output = args.file.single()?;
    if seal.is_none() {
        ui.notice("no key was given, so this does not check who can open the secrets: name one with `--pgp-key-file` or `--age-recipient`");
    }
    match args.offline {
        // Without handling signals: it waits for nothing, and any signal may end it.
        true => offline(&output, seal, ui),
        false => run_guarded(online(args, &output, seal, ui)),
    }
}

/// Checks the lines one by one, without keeping them.
fn offline(output: &OutputPath, seal: Option<&Seal>, ui: &Ui) -> Result<ExitCode> {
    let mut survey = Survey::new(seal);
    let path = output.path();
    if !path.exists() {
        read(output)?;
    }
    match output {
        OutputPath::File(file) => scan(file, |line, scanned| {
            for fault in survey.add(scanned) {
                let fault = output::fault(&fault);
                ui.alarm(&format!("{}:{line}: {fault}", path.display()));
            }
        })?,
        OutputPath::Sops(folder) => {
            let content = Content::read_folder(folder)?;
            content.scan(|line, scanned| {
                for fault in survey.add(scanned) {
                    let fault = output::fault(&fault);
                    ui.alarm(&format!("{}: {fault}", content.place(path, line)));
                }
            });
        }
    }
    if survey.lines == 0 {
        ui.error(&Error::unexpected(format!(
            "`{}` contains no secret",
            path.display()
        )));
    }
    to_stdout(|out| output::surveyed(&survey, out))?;
    Ok(done_if(survey.faults == 0 && survey.lines > 0))
}

async fn online(
    args: &CheckArgs,
    output: &OutputPath,
    seal: Option<&Seal>,
    ui: &Ui,
) -> Result<ExitCode> {
    let content = read(output)?;
    let manifests = manifests(args)?;
    let connected = args.connection.access(ui)?.connect(None).await?;
    let (hydra, path) = (&connected.name, output.path());
    let look_ups = args.connection.parallelism.look_ups();
    let reader = &connected.session.reader;
    let check = reconcile::check(&content, seal, hydra, reader, look_ups).await?;
    for (line, problem) in &check.problems {
        let problem = output::problem(problem, hydra);
        ui.alarm(&format!("{}: {problem}", content.place(path, *line)));
    }
    for (id, lines) in &check.unconfirmed {
        ui.alarm(&format!(
            "`{id}` has {} that may or may not be its own: `hydra-gitops secrets verify` tries each",
            crate::text::count(*lines, "unconfirmed secret")
        ));
    }
    if check.looked_up == 0 {
        ui.error(&nothing_of(&check.elsewhere, hydra, path));
    } else if let Some(named) = output::elsewhere(&check.elsewhere) {
        ui.notice(&format!("not looked up: {named}"));
    }
    if let Some(manifests) = manifests {
        say_unrecorded(manifests, &connected, &content, output, look_ups, ui).await?;
    }
    to_stdout(|out| {
        output::checked(&check, out)?;
        output::recipients(&check.survey, out)
    })?;
    Ok(done_if(check.problems.is_empty() && check.looked_up > 0))
}

/// The manifests, if any are given.
fn manifests(args: &CheckArgs) -> Result<Option<Vec<Manifest>>> {
    if args.paths.is_empty() {
        return Ok(None);
    }
    let manifests = ManifestArgs {
        paths: args.paths.clone(),
        allow_empty: false,
        rules: RuleArgs::in_namespace(args.namespace.clone()),
        values: args.values.clone(),
    };
    let loaded = manifests.load(None, Demand::AllButSecrets)?;
    if loaded.has_errors() {
        return Err(Error::manifest("the manifests are not valid")
            .hint("`hydra-gitops validate` shows what is wrong"));
    }
    Ok(Some(loaded.manifests))
}

async fn say_unrecorded(
    manifests: Vec<Manifest>,
    target: &Target,
    content: &Content,
    file: &OutputPath,
    look_ups: usize,
    ui: &Ui,
) -> Result<()> {
    let ignored = IgnoredDrift::default();
    let plan = reconcile::plan(manifests, target, &ignored, false, look_ups).await?;
    let ids = unrecorded(&plan, content, &target.name);
    if let Some(text) = output::unrecorded(&ids, file.path(), file.recovery().as_deref()) {
        ui.alarm(&text);
    }
    Ok(())
}
