//! `export`: existing clients as manifests; sends only GET requests.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::completions;
use super::connection::{Access, ConnectionArgs};
use super::manifest_args::{globs, named};
use super::runtime::run_guarded;
use super::ui::{Ui, to_runner};
use super::value_args::ValueArgs;
use super::values::ManifestFormat;
use crate::client::{Client, Existing, Identity};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::export::{Document, Folder, Selection, Style};
use crate::hydra::each_client;
use crate::manifest::{Demand, Policy, load};
use crate::text::count;

/// How much of a stream is written at once, in bytes.
const BLOCK: usize = 64 << 10;

/// Write existing clients as manifests; changes nothing in Hydra
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Write one file a client into this folder, or `-` for one stream on standard output
    #[arg(
        long,
        value_name = "DIR",
        default_value = "-",
        help_heading = None
    )]
    dir: PathBuf,
    /// Limit to clients whose id matches this glob (repeatable)
    #[arg(long, value_name = "ID", help_heading = "Clients", add = completions::client_ids())]
    only: Vec<String>,
    /// Limit to clients whose owner matches this glob (repeatable)
    #[arg(long, value_name = "OWNER", help_heading = "Clients")]
    owner: Vec<String>,
    /// Leave out clients that the manifests in these folders and files describe
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = "Clients")]
    unmanaged: Vec<PathBuf>,
    /// Format of the manifests
    #[arg(long, value_enum, default_value_t = ManifestFormat::Yaml, value_name = "FORMAT", help_heading = None)]
    format: ManifestFormat,
    /// Keep values that are Hydra's defaults
    #[arg(long, help_heading = None)]
    full: bool,
    /// Replace files of the same names in the folder
    #[arg(long, help_heading = None)]
    overwrite: bool,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(args: &ExportArgs, ui: &Ui) -> Result<ExitCode> {
    let selection = Selection {
        ids: globs("--only", &args.only)?,
        owners: globs("--owner", &args.owner)?,
        managed: managed(&args.unmanaged, &args.values)?,
    };
    let style = match args.format {
        ManifestFormat::Yaml => Style::Yaml,
        ManifestFormat::Json => Style::Json,
    };
    let access = args.connection.access(ui)?;
    let to_stream = args.dir == Path::new("-");
    if to_stream && args.overwrite {
        return Err(
            Error::usage("`--overwrite` is for files, and none are written")
                .hint("name a folder with `--dir`"),
        );
    }
    run_guarded(async {
        let exported = match to_stream {
            true => stream(&access, &selection, style, args.full).await?,
            false => {
                let folder = Folder::open(&args.dir, style, args.overwrite)?;
                files(&access, &selection, folder, args.full, style).await?
            }
        };
        let to = match to_stream {
            true => String::new(),
            false => format!(" to `{}`", args.dir.display()),
        };
        ui.notice(&format!("exported {}{to}", count(exported, "client")));
        Ok(ExitCode::Done)
    })
}

/// Whom the manifests describe. A manifest with an error may describe anybody.
fn managed(paths: &[PathBuf], values: &ValueArgs) -> Result<HashSet<Identity>> {
    if paths.is_empty() {
        return Ok(HashSet::new());
    }
    let loaded = load(
        &named(paths)?,
        &mut std::io::stdin().lock(),
        &Policy::default().with_values(values.values(Demand::AllButSecrets)?),
    )?;
    let mut errors = loaded
        .findings
        .iter()
        .filter(|finding| finding.is_error() && !finding.guards_creating());
    if let Some(finding) = errors.next() {
        let place = finding
            .location
            .as_ref()
            .map(|at| format!("{at}: "))
            .unwrap_or_default();
        let what = format!("{place}{} ({})", finding.message, finding.rule.name());
        return Err(Error::manifest(what)
            .hint("`hydra-gitops validate` shows everything that is wrong with the manifests"));
    }
    let clients = loaded.manifests.iter().map(|manifest| &manifest.client);
    Ok(clients.filter_map(Client::identity).collect())
}

/// Passes each selected client on, as a manifest. Returns how many there were.
async fn each(
    access: &Access,
    selection: &Selection,
    full: bool,
    mut take: impl FnMut(&Existing, &Document) -> Result<()>,
) -> Result<usize> {
    let target = access.connect(None).await?;
    let mut exported = 0;
    each_client(&target.session.reader, |client| {
        if !selection.includes(&client) {
            return Ok(());
        }
        exported += 1;
        let document = Document::of(&client, full).map_err(|why| {
            let what = format!("what Hydra has as `{}` is not a client: {why}", client.id());
            Error::unexpected(what).hint("leave it out with `--only`, and look at it with `curl`")
        })?;
        take(&client, &document)
    })
    .await?;
    Ok(exported)
}

async fn files(
    access: &Access,
    selection: &Selection,
    mut folder: Folder,
    full: bool,
    style: Style,
) -> Result<usize> {
    each(access, selection, full, |client, document| {
        folder.add(client.id(), &document.write(style))
    })
    .await?;
    folder.finish()
}

/// YAML documents, or one list of JSON objects.
async fn stream(access: &Access, selection: &Selection, style: Style, full: bool) -> Result<usize> {
    let (mut text, mut is_first) = (String::new(), true);
    let exported = each(access, selection, full, |_, document| {
        text.push_str(match (style, is_first) {
            (Style::Yaml, true) => "",
            (Style::Yaml, false) => "---\n",
            (Style::Json, true) => "[\n",
            (Style::Json, false) => ",\n",
        });
        is_first = false;
        text.push_str(document.write(style).trim_end());
        if style == Style::Yaml {
            text.push('\n');
        }
        if text.len() > BLOCK {
            print(&std::mem::take(&mut text))?;
        }
        Ok(())
    })
    .await?;
    if style == Style::Json {
        text.push_str(if is_first { "[]\n" } else { "\n]\n" });
    }
    print(&text)?;
    Ok(exported)
}

/// Prints manifests as they are: no line of theirs commands a CI runner, because each starts with a
/// key that is a plain word or stands in quotes.
fn print(text: &str) -> Result<()> {
    to_runner(|out| out.write_all(text.as_bytes()))
}
