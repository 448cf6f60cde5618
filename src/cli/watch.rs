//! `watch`: applies again whenever a manifest changes or Hydra loses a client.

mod observed;
mod sink;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;
use tokio::time::timeout;

use super::connection::ConnectionArgs;
use super::drift_args::DriftArgs;
use super::manifest_args::{OnlyArgs, named, or_default};
use super::output_args::{SecretsFileArgs, SopsArgs};
use super::recipient_args::KeyArgs;
use super::rule_args::RuleArgs;
use super::runtime::{Signals, block_on};
use super::ui::Ui;
use super::value_args::ValueArgs;
use super::values::{Format, parse_duration, parse_timeout};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::Demand;
use crate::monitoring::{Monitor, Server};
use crate::reconcile::Stop;
use crate::report::events::{places, still_open};
use crate::text::count;
use crate::vault::{Outputs, Seal, arrives_within};
use crate::watch::{self, Config, Connection, Reader, Reload, SecretsFile, Settings, WatchEnded};
use observed::Observed;
use sink::Writer;

/// Keep applying: when a manifest changes, or a client disappears from Hydra
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// Folders (searched recursively for *.yaml, *.yml and *.json) and files
    /// [default: manifests]
    #[arg(value_name = "PATH", help_heading = None)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    values: ValueArgs,
    /// How often to check Hydra for clients that have disappeared; `0` means never
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_interval, allow_hyphen_values = true, help_heading = None)]
    interval: Duration,
    /// Poll files at this interval instead of using file-system events, for network file systems
    #[arg(long, value_name = "INTERVAL", value_parser = parse_poll, allow_hyphen_values = true, help_heading = None)]
    poll: Option<Duration>,
    /// Serve /healthz, /readyz and /metrics on this address, without authentication; port 0 picks a
    /// free port
    #[arg(long, value_name = "ADDRESS", help_heading = None)]
    health_listen: Option<SocketAddr>,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    secrets: SecretsFileArgs,
    #[command(flatten)]
    sops: SopsArgs,
    /// Write secrets unencrypted instead of encrypting them to recipients
    #[arg(long, help_heading = "Secrets")]
    allow_plaintext_secrets: bool,
    /// Output format of events; JSON is one object per line
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = None)]
    output: Format,
    #[command(flatten)]
    drift: DriftArgs,
}

impl WatchArgs {
    fn outputs(&self) -> Result<Outputs> {
        self.secrets
            .outputs(&self.sops, self.allow_plaintext_secrets)
    }
}

/// Shorter intervals would burden Hydra and the disk.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
const SHORTEST_POLL: Duration = Duration::from_millis(50);

/// How long the loop may be silent beyond what it may wait for: it may read a slow disk.
const GRACE: Duration = Duration::from_secs(60);

/// How long reloading may take: keys may have to be fetched, and a pipe may never end.
const RELOAD_PATIENCE: Duration = Duration::from_secs(30);

fn parse_interval(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        Duration::ZERO => Ok(Duration::ZERO),
        interval if interval < SHORTEST_INTERVAL => {
            Err("the shortest interval is `100ms`; write `0` for never".to_owned())
        }
        interval => Ok(interval),
    }
}

fn parse_poll(text: &str) -> Result<Duration, String> {
    match parse_timeout(text)? {
        poll if poll < SHORTEST_POLL => Err("the shortest interval is `50ms`".to_owned()),
        poll => Ok(poll),
    }
}

pub(super) fn run(args: &WatchArgs, ui: &Ui) -> Result<ExitCode> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Error::usage("standard input cannot be watched")
            .hint("name a folder or a file, or use `apply -`"));
    }
    for path in &named(&args.paths)? {
        // A pipe can be read only once, and may never end.
        let found = path.metadata();
        if found.is_ok_and(|found| !found.is_dir() && !found.is_file()) {
            let path = path.display();
            return Err(Error::usage(format!(
                "`{path}` cannot be watched: it is neither a folder nor a regular file"
            ))
            .hint("name a folder or a file, or use `apply`"));
        }
    }
    // Before signals are handled: fetching keys may take long.
    let seal = args.keys.seal(args.allow_plaintext_secrets, ui)?;
    // Creates run concurrently with the loop, on the same thread.
    block_on(LocalSet::new().run_until(run_until_signal(args, seal, ui)))
}

async fn run_until_signal(args: &WatchArgs, seal: Option<Seal>, ui: &Ui) -> Result<ExitCode> {
    let mut signals = Signals::new()?;
    let (reloads, receiver) = mpsc::unbounded_channel();
    let settings = settings(args, seal, receiver, ui).await?;
    let connector = &settings.connection.connector;
    let (hydra, is_sandbox) = (connector.name.clone(), connector.is_sandbox());
    let observed = Observed {
        monitor: monitor(args, &settings, ui)?,
        writer: Writer::new(args.output, ui)?,
    };
    let stop = Stop::default();
    let (ended, signal) = {
        let watching = watch::watch(settings, &observed, ui.events(), &stop);
        let mut watching = pin!(observed.attend(watching));
        let signal = tokio::select! {
            biased;
            signal = signals.next() => Err(signal),
            hung_up = hang_up(args, is_sandbox, ui, reloads) => {
                hung_up?;
                Err(ExitCode::Terminated)
            }
            ended = &mut watching => Ok(ended),
        };
        stop.interrupt();
        match signal {
            Ok(ended) => (ended, ExitCode::Done),
            Err(signal) => tokio::select! {
                biased;
                ended = &mut watching => (ended, signal),
                second = signals.next() => std::process::exit(i32::from(second.code())),
            },
        }
    };
    let is_written = observed.writer.finish();
    ui.show_status(None);
    say_end(args, &ended, &hydra, ui);
    let code = ended.is_pending.map(|is_pending| match is_pending {
        true => signal,
        false => ExitCode::Done,
    });
    if is_written {
        return code;
    }
    ui.alarm("not all events were written: nobody reads standard output");
    let code = code.unwrap_or_else(|error| {
        ui.error(&error);
        error.kind().exit_code()
    });
    // The thread holds standard output's lock, which a normal exit would wait for.
    std::process::exit(i32::from(code.code()))
}

/// Begins to serve health and metrics, if that is asked for.
fn monitor(args: &WatchArgs, settings: &Settings<'_>, ui: &Ui) -> Result<Option<Arc<Monitor>>> {
    let Some(address) = args.health_listen else {
        return Ok(None);
    };
    let longest_wait = settings.config.longest_wait();
    let silence = longest_wait.saturating_add(args.connection.request_timeout);
    let monitor = Monitor::new(silence.saturating_add(GRACE), Instant::now());
    let monitor = Arc::new(monitor);
    let address = Server::start(address, Arc::clone(&monitor))?.address;
    ui.notice(&format!(
        "serving /healthz, /readyz and /metrics on http://{address}"
    ));
    Ok(Some(monitor))
}

/// Resolves all arguments, takes the lock, and checks that the files can be written.
async fn settings<'a>(
    args: &'a WatchArgs,
    seal: Option<Seal>,
    reloads: mpsc::UnboundedReceiver<Option<Reload>>,
    ui: &Ui,
) -> Result<Settings<'a>> {
    let (only, ignored) = (args.only.filter()?, args.drift.ignored()?);
    // Whatever is wrong with the values now ends the program.
    args.values.values(Demand::All)?;
    let policy = args.rules.policy(None)?.awaiting_hydra();
    let connection = &args.connection;
    let connector = connection.connector(ui)?;
    let outputs = args.outputs()?;
    let secrets = SecretsFile::open(&outputs, seal, &connector.name, ui).await?;
    Ok(Settings {
        config: Config {
            endpoint: connector.name.clone(),
            interval: (!args.interval.is_zero()).then_some(args.interval),
            poll: args.poll,
            only,
            in_transit: arrives_within(connection.request_timeout),
        },
        reader: Reader::new(
            or_default(&args.paths),
            args.values.files(),
            move || {
                named(&args.paths)?;
                let values = args.values.values(Demand::All)?;
                Ok(policy.clone().with_values(values))
            },
            args.secrets.path(),
        ),
        secrets,
        connection: Connection::new(
            connector,
            connection.fail_after(),
            connection.request_timeout,
        ),
        ignored,
        look_ups: connection.parallelism.look_ups(),
        limit: connection.parallelism.limit(),
        reloads,
    })
}

/// Reloads keys, tokens and certificates after each SIGHUP. Returns when the terminal is gone, which ends the
/// program.
async fn hang_up(
    args: &WatchArgs,
    is_sandbox: bool,
    ui: &Ui,
    reloads: mpsc::UnboundedSender<Option<Reload>>,
) -> Result<()> {
    let mut hang_up = signal(SignalKind::hangup())
        .map_err(|error| Error::unexpected("cannot listen for signals").because(error))?;
    let had_terminal = std::io::stderr().is_terminal();
    loop {
        hang_up.recv().await;
        if had_terminal && !std::io::stderr().is_terminal() {
            return Ok(());
        }
        // The receiver lives as long as the program.
        let _ = reloads.send(read_again(args, is_sandbox, ui).await);
    }
}

/// Reloads on a separate thread, and waits for at most [`RELOAD_PATIENCE`].
async fn read_again(args: &WatchArgs, is_sandbox: bool, ui: &Ui) -> Option<Reload> {
    let (keys, in_clear) = (args.keys.clone(), args.allow_plaintext_secrets);
    // Reconnecting would start the sandbox in this process a second time.
    let connection = (!is_sandbox).then(|| args.connection.clone());
    let (ui, (done, read)) = (ui.clone(), oneshot::channel());
    std::thread::spawn(move || {
        let seal = keys.seal(in_clear, &ui);
        let connector = connection.map(|connection| connection.connector(&ui));
        // After the timeout, nobody receives this.
        let _ = done.send(Reload { seal, connector });
    });
    timeout(RELOAD_PATIENCE, read).await.ok()?.ok()
}

/// Reports what was recorded and what is still open.
fn say_end(args: &WatchArgs, ended: &WatchEnded, hydra: &str, ui: &Ui) {
    // They were resolved at the start.
    let Ok(outputs) = args.outputs() else {
        return;
    };
    let path = outputs.anchor();
    let (secrets, file) = (count(ended.recorded, "secret"), path.display());
    if ended.recorded > 0 && path.exists() {
        let places = places(&outputs);
        ui.notice(&format!("{secrets} recorded in {places}"));
    } else if ended.recorded > 0 {
        ui.alarm(&format!(
            "`{file}` is gone, in which {secrets} of this run were recorded"
        ));
    }
    if let Some(closed) = &ended.closed {
        for text in still_open(&closed.open, &outputs, hydra) {
            ui.alarm(&text);
        }
    }
}
