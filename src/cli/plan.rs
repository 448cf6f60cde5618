//! `plan`: what apply would do.

use clap::Args;

use super::args::Format;
use super::connection::{Connected, ConnectionArgs};
use super::desired::{ManifestArgs, OnlyArgs};
use super::signals::Signals;
use super::start::block_on;
use super::ui::{Ui, to_stdout};
use crate::client::{Existing, Field, Identity};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::hydra::{Wanted, fetch};
use crate::manifest::Manifest;
use crate::plan::{Plan, Server, diff};
use crate::report::{json, text};

/// Show what apply would do; changes nothing
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    #[command(flatten)]
    only: OnlyArgs,
    /// Also show clients in Hydra that no manifest describes
    #[arg(long, help_heading = "Manifests")]
    unmanaged: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Exit with 2 if clients would be created
    #[arg(long, help_heading = "Options")]
    detailed_exitcode: bool,
    /// Exit with 4 if a client in Hydra differs from its manifest
    #[arg(long, help_heading = "Options")]
    fail_on_drift: bool,
    /// Output format of the plan
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

pub(super) fn run(args: &PlanArgs, ui: &Ui) -> Result<ExitCode> {
    // Before signals are listened for: standard input may be long in coming.
    let Some(manifests) = args.manifests.load_valid(ui)? else {
        return Ok(ExitCode::InvalidManifest);
    };
    block_on(async {
        let mut signals = Signals::new()?;
        tokio::select! {
            biased;
            signal = signals.next() => Ok(signal),
            code = plan(args, manifests, ui) => code,
        }
    })
}

async fn plan(args: &PlanArgs, mut manifests: Vec<Manifest>, ui: &Ui) -> Result<ExitCode> {
    if !args.unmanaged {
        args.only.restrict(&mut manifests)?;
    }
    let connected = connect(&args.connection, &manifests, ui).await?;
    let look_ups = args.connection.look_ups();
    let mut plan = make(manifests, &connected, args.unmanaged, look_ups).await?;
    if let Some(globs) = args.only.filter()? {
        let asked = |id: &crate::client::ClientId| globs.is_match(id.as_str());
        plan.changes
            .retain(|change| change.client_id.as_ref().is_some_and(asked));
    }
    warn(&plan, &connected, ui);
    let version = connected.session.reader.dialect().version.as_deref();
    to_stdout(|out| match args.output {
        Format::Text => text::plan(&plan, ui.detail(), out),
        Format::Json => {
            let server = json::Server {
                endpoint: &connected.name,
                version,
            };
            json::plan(&plan, server, out)
        }
    })?;
    let summary = plan.summary();
    Ok(match () {
        () if summary.failed > 0 => ExitCode::Failed,
        () if args.fail_on_drift && summary.drifted > 0 => ExitCode::Drift,
        () if args.detailed_exitcode && summary.create > 0 => ExitCode::Changes,
        () => ExitCode::Done,
    })
}

/// Connects; a manifest's own id is the cheapest question to find the dialect by.
pub(super) async fn connect(
    connection: &ConnectionArgs,
    manifests: &[Manifest],
    ui: &Ui,
) -> Result<Connected> {
    let probe = manifests
        .iter()
        .find_map(|manifest| manifest.client.client_id());
    connection.connect(probe.as_ref(), ui).await
}

/// The same for whoever creates clients: there it has to be certain who chooses their ids.
pub(super) async fn connect_to_create(
    connection: &ConnectionArgs,
    manifests: &[Manifest],
    ui: &Ui,
) -> Result<Connected> {
    let mut connected = connect(connection, manifests, ui).await?;
    connected.session.find_out_who_chooses_ids().await;
    Ok(connected)
}

/// Fetches what exists, and compares.
pub(super) async fn make(
    manifests: Vec<Manifest>,
    connected: &Connected,
    unmanaged: bool,
    look_ups: usize,
) -> Result<Plan> {
    let existing = look(&manifests, connected, unmanaged, look_ups).await?;
    compare(manifests, &existing, connected, unmanaged)
}

/// Fetches what exists of what the manifests describe; with `unmanaged`, everything.
pub(super) async fn look(
    manifests: &[Manifest],
    connected: &Connected,
    unmanaged: bool,
    look_ups: usize,
) -> Result<Vec<Existing>> {
    let identities: Vec<Identity> = manifests
        .iter()
        .filter_map(|manifest| manifest.client.identity())
        .collect();
    let reader = &connected.session.reader;
    Ok(fetch(reader, &Wanted::new(&identities), unmanaged, look_ups).await?)
}

/// Compares with what exists.
pub(super) fn compare(
    manifests: Vec<Manifest>,
    existing: &[Existing],
    connected: &Connected,
    unmanaged: bool,
) -> Result<Plan> {
    let dialect = connected.session.reader.dialect();
    let server = Server {
        knows: &|field: Field| dialect.knows(field),
    };
    diff(manifests, existing, &server, unmanaged)
}

/// Says what this Hydra would not do as the manifests ask.
pub(super) fn warn(plan: &Plan, connected: &Connected, ui: &Ui) {
    for warning in warnings(plan, connected) {
        ui.shortfall(&warning);
    }
}

/// What this Hydra would not do as the manifests ask.
pub(super) fn warnings(plan: &Plan, connected: &Connected) -> Vec<String> {
    let mut warnings = Vec::new();
    let dialect = connected.session.reader.dialect();
    let hydra = dialect
        .version
        .as_deref()
        .map_or("this Hydra".to_owned(), |version| {
            format!("Hydra {version}")
        });
    for (change, creation) in plan.creations() {
        let place = change
            .place
            .as_ref()
            .map(|place| format!("{place}: "))
            .unwrap_or_default();
        if !creation.dropped.is_empty() {
            let fields: Vec<_> = creation
                .dropped
                .iter()
                .map(|field| format!("`{}`", field.name()))
                .collect();
            warnings.push(format!(
                "{place}{hydra} does not know {} and would drop it without a word",
                fields.join(", ")
            ));
        }
        let own_id = creation.client.client_id();
        if let Some(id) = own_id.filter(|_| dialect.chooses_ids()) {
            warnings.push(format!(
                "{place}{hydra} chooses client ids itself and will refuse `{id}`; leave `client_id` out and give `client_name` and `owner`, or upgrade to v2.2",
            ));
        }
    }
    warnings
}
