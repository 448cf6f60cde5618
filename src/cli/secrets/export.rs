//! `secrets export`: opened secrets for another tool's standard input.

use clap::{Args, ValueEnum};

use super::open_args::{EndpointArgs, OpenArgs, counting, open};
use super::{read, recipients_of};
use crate::cli::output_args::{OutputPath, SecretsFileArgs, SopsArgs};
use crate::cli::recipient_args::KeyArgs;
use crate::cli::ui::to_runner;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::recipients::Recipients;
use crate::report::exported;
use crate::vault::{Content, Exported, Record, Seal, SopsOutput, sops_document};

/// Print secrets in clear, or as a SOPS file, for another tool to read
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// Limit to these clients
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// What to print: Kubernetes Secrets, lines of `KEY=VALUE`, JSON, or a SOPS file
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = None)]
    format: Target,
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    sops: SopsArgs,
    #[command(flatten)]
    endpoint: EndpointArgs,
    #[command(flatten)]
    open: OpenArgs,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    Kubernetes,
    Dotenv,
    Json,
    Sops,
}

pub(super) async fn export(args: &ExportArgs, seal: Option<&Seal>) -> Result<ExitCode> {
    let output = args.file.single()?;
    let content = read(&output)?;
    let records = records(args, &content, &output)?;
    if args.format == Target::Sops && records.len() != 1 {
        let what = format!(
            "a SOPS file holds the secret of one client, and {} are meant",
            records.len()
        );
        return Err(Error::usage(what).hint("name one client"));
    }
    let recipients = match (args.format, seal, records.first()) {
        (Target::Sops, Some(seal), Some(record)) => Some(recipients_of(seal, record)?),
        _ => None,
    };
    let opener = args.open.opener();
    let layout = args.sops.output(output.path());
    let mut all = Vec::new();
    for record in records {
        let secret = open(&opener, record).await?;
        all.push(Exported::new(record, secret, &layout));
    }
    let text = match args.format {
        Target::Sops => sops(&all, &layout, recipients)?,
        Target::Kubernetes => exported::kubernetes(&all, &layout.keys),
        Target::Dotenv => exported::dotenv(&all, &layout.keys),
        Target::Json => exported::json(&all),
    };
    to_runner(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::Done)
}

/// The records that count, of the clients that are named or of all.
fn records<'c>(
    args: &ExportArgs,
    content: &'c Content,
    output: &OutputPath,
) -> Result<Vec<&'c Record>> {
    let mut ids: Vec<&str> = args.ids.iter().map(String::as_str).collect();
    if ids.is_empty() {
        let records = content.records.iter();
        ids.extend(records.map(|(_, record)| &*record.client_id));
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    if let Some(endpoint) = args
        .endpoint
        .endpoint
        .as_ref()
        .filter(|_| args.ids.is_empty())
    {
        ids.retain(|id| {
            let mut recorded = content.endpoints_of(id).into_iter();
            recorded.any(|one| crate::endpoint_name::same_endpoint(one, endpoint))
        });
    }
    if ids.is_empty() {
        let file = output.path().display();
        let what = format!("`{file}` contains no secret that is meant");
        return Err(
            Error::unexpected(what).hint("`hydra-gitops secrets list` shows whose secrets it has")
        );
    }
    let counting = |id: &str| {
        let endpoint = args.endpoint.of(content, id, output.path())?;
        counting(content, id, endpoint)
    };
    ids.into_iter().map(counting).collect()
}

fn sops(
    all: &[Exported],
    layout: &SopsOutput,
    recipients: Option<&Recipients>,
) -> Result<zeroize::Zeroizing<String>> {
    let Some(recipients) = recipients else {
        let what = "no recipient is given to encrypt the SOPS file to";
        let hint = "give all who shall open it, such as `--pgp-key-file` or `--age-recipient`";
        return Err(Error::secret(what).hint(hint));
    };
    let mut text = zeroize::Zeroizing::new(String::new());
    for one in all {
        text.push_str(&sops_document(one, layout, recipients, crate::now::now())?);
    }
    Ok(text)
}
