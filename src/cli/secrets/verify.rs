//! `secrets verify`: whether Hydra accepts the secrets that are recorded.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use clap::Args;
use futures_util::stream::{self, StreamExt as _};

use super::elsewhere::Elsewhere;
use super::read;
use crate::cli::connection::{ConnectionArgs, Connector};
use crate::cli::recipient_args::SecretsFileArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::client::{ClientId, Existing, Identity};
use crate::endpoint_name::same_endpoint;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::hydra::{Patience, Prover, Wanted, fetch};
use crate::reconcile::{Target, Tried, Verdict, Verifier, tell_repairs};
use crate::report::verified as output;
use crate::vault::Gpg;
use crate::vault::{Confirming, Content, Record, Standing, has_journal};

/// How many secrets are opened and tried at once: GnuPG's agent works on one at a time.
const AT_ONCE: usize = 2;

/// Decrypt each secret with your own gpg, and test it at Hydra's public endpoint
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// Limit to the secrets of these clients
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The records of one client that count or have to be tried.
type Records<'c> = Vec<(usize, &'c Record, Standing)>;

pub(super) async fn verify(args: &VerifyArgs, ui: &Ui) -> Result<ExitCode> {
    let connector = args.connection.connector(ui)?;
    if connector.public.is_none() {
        return Err(
            Error::usage("no public endpoint: secrets are tried at Hydra's public API")
                .hint("give `--public-url http://HOST:4444` or set `HYDRA_PUBLIC_URL`"),
        );
    }
    let path = args.file.path();
    let found = read(&args.file)?;
    let confirming = match has_any_to_try(&choose(&found, &connector.name, &args.ids)) {
        true => Some(Confirming::open(path)?),
        false => None,
    };
    let content = confirming.as_ref().map_or(&found, |locked| &locked.content);
    tell_repairs(
        confirming
            .as_ref()
            .and_then(|locked| locked.mended.as_ref()),
        &content.broken,
        ui,
    );
    if has_journal(path) {
        ui.notice(&format!(
            "secrets of an interrupted run wait in `{}.journal` and are not tried: `hydra-gitops secrets recover` settles them first",
            path.display()
        ));
    }
    let clients = choose(content, &connector.name, &args.ids);
    let missing = missing(args, content, &clients, &connector, ui);
    if clients.is_empty() {
        return Ok(ExitCode::Failed);
    }
    let (tried, ended) = try_all(args, &connector, &clients, confirming.as_ref(), ui).await;
    say(&tried, path, ui)?;
    ended?;
    let is_good = tried.iter().all(|one| one.verdict.is_accepted());
    Ok(if is_good && !missing && content.broken.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Failed
    })
}

/// The records of that Hydra's clients that are not superseded, by client, in the file's order.
fn choose<'c>(content: &'c Content, hydra: &str, ids: &[String]) -> Vec<Records<'c>> {
    let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let mut clients: BTreeMap<&str, Records<'c>> = BTreeMap::new();
    for (line, record, standing) in content.standings() {
        let is_meant = ids.is_empty() || ids.contains(&*record.client_id);
        let is_here = same_endpoint(&record.endpoint, hydra);
        if is_meant && is_here && standing != Standing::Superseded {
            let records = clients.entry(&record.client_id).or_default();
            records.push((line, record, standing));
        }
    }
    let mut clients: Vec<_> = clients.into_values().collect();
    clients.sort_by_key(|records| records.first().map(|(line, ..)| *line));
    clients
}

fn has_any_to_try(clients: &[Records<'_>]) -> bool {
    let mut records = clients.iter().flatten();
    records.any(|(.., standing)| *standing == Standing::ToTry)
}

/// Says which of the clients that are meant have no record, and whether there are any.
fn missing(
    args: &VerifyArgs,
    content: &Content,
    clients: &[Records<'_>],
    connector: &Connector,
    ui: &Ui,
) -> bool {
    let path = args.file.path();
    let elsewhere = Elsewhere::new(content, &connector.name);
    let found = clients.iter().flatten();
    let found: HashSet<&str> = found.map(|(_, record, _)| &*record.client_id).collect();
    let is_missing = |id: &&String| !found.contains(id.as_str());
    for id in args.ids.iter().filter(is_missing) {
        ui.alarm(&format!(
            "`{}` holds no secret of `{id}` in `{}`",
            path.display(),
            connector.name
        ));
    }
    if args.ids.is_empty() && clients.is_empty() {
        ui.error(&elsewhere.nothing_of(&connector.name, path));
    } else if let Some(named) = elsewhere.named().filter(|_| args.ids.is_empty()) {
        ui.notice(&format!("not tried: {named}"));
    }
    args.ids.iter().any(|id| is_missing(&id))
}

/// Tries the secrets of all clients. What was tried before an error is in the first part.
async fn try_all<'c>(
    args: &VerifyArgs,
    connector: &Connector,
    clients: &[Records<'c>],
    confirming: Option<&Confirming>,
    ui: &Ui,
) -> (Vec<Tried<'c>>, Result<()>) {
    let mut tried = Vec::new();
    let patience = Patience::new(args.connection.fail_after(), ui.notify());
    let existing = async {
        let connected = connector.connect(patience.clone(), None).await?;
        existing(clients, &connected, args.connection.look_ups()).await
    };
    let existing = match existing.await {
        Ok(existing) => existing,
        Err(error) => return (tried, Err(error)),
    };
    let gone = format!("its client is not in `{}`", connector.name);
    let gpg = Gpg::new(args.connection.fail_after());
    let verifier = Verifier {
        gpg: &gpg,
        prover: &Prover::new(connector.public.clone()),
        patience: &patience,
        confirming,
    };
    let of = |records: &[(usize, &Record, Standing)]| {
        let (_, record, _) = records.first()?;
        existing.get(&*record.client_id)
    };
    let clients = clients.iter();
    let mut work = clients.map(|records| verifier.client(records, of(records).ok_or(&*gone)));
    // The first by itself: where its key has a passphrase, that is asked for once.
    let first = stream::iter(work.next()).buffered(1);
    let rest = stream::iter(work).buffered(AT_ONCE);
    let mut all = std::pin::pin!(first.chain(rest));
    let mut ended = Ok(());
    while let Some(client) = all.next().await {
        match client {
            Ok(client) => tried.extend(client),
            Err(error) => {
                ended = Err(error);
                break;
            }
        }
    }
    for warning in gpg.warnings() {
        ui.notice(&format!("gpg: {}", warning.trim_start_matches("gpg: ")));
    }
    tried.sort_by_key(|one| one.line);
    (tried, ended)
}

/// The clients in Hydra, by their ids.
async fn existing(
    clients: &[Records<'_>],
    connected: &Target,
    look_ups: usize,
) -> Result<HashMap<String, Existing>> {
    let ids = clients.iter().filter_map(|records| records.first());
    let ids = ids.filter_map(|(_, record, _)| ClientId::new(record.client_id.clone()));
    let identities: Vec<Identity> = ids.map(Identity::Id).collect();
    let wanted = Wanted::new(&identities);
    let existing = fetch(&connected.session.reader, &wanted, false, look_ups).await?;
    let by_id = existing
        .into_iter()
        .map(|client| (client.id().to_string(), client));
    Ok(by_id.collect())
}

/// Writes what came of it, and says what to do.
fn say(tried: &[Tried<'_>], path: &Path, ui: &Ui) -> Result<()> {
    to_stdout(|out| output::text(tried, path, ui.detail(), out))?;
    let any_refused = tried.iter().any(|one| one.verdict == Verdict::Refused);
    let any_accepted = tried.iter().any(|one| one.verdict.is_accepted());
    match (any_refused, any_accepted) {
        (true, true) => ui.alarm("a wrong secret is not its client's: somebody else created the client or changed its secret"),
        (true, false) => ui.alarm("no secret was accepted, so that the public endpoint may belong to another Hydra: check `--public-url` (`HYDRA_PUBLIC_URL`)"),
        (false, _) => {}
    }
    Ok(())
}
