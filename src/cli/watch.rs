//! `watch`: apply again when a manifest changes, or Hydra lost a client.

mod busy;
mod clients;
mod connect;
mod create;
mod files;
mod findings;
mod hydra;
mod late;
mod later;
mod left_out;
mod news;
mod outcome;
mod read;
mod reload;
mod say;
mod secrets;
mod shown;
mod task;
mod turn;
mod under_way;
mod wake;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::task::LocalSet;

use super::connection::ConnectionArgs;
use super::manifest_args::{OnlyArgs, named};
use super::recipient_args::{KeyArgs, SecretsFileArgs};
use super::runtime::block_on;
use super::signals::Signals;
use super::ui::Ui;
use super::values::Format;
use super::values::{parse_duration, parse_timeout};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use turn::Watch;

/// Keep applying: when a manifest changes, or a client disappears from Hydra
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// Folders (searched recursively for *.yaml, *.yml and *.json) and files
    /// [default: manifests]
    #[arg(value_name = "PATH", help_heading = "Manifests")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    only: OnlyArgs,
    /// How often to check Hydra for clients that have disappeared; `0` means never
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_interval, allow_hyphen_values = true, help_heading = "Watching")]
    interval: Duration,
    /// Poll files at this interval instead of using file-system events, for network file systems
    #[arg(long, value_name = "INTERVAL", value_parser = parse_poll, allow_hyphen_values = true, help_heading = "Watching")]
    poll: Option<Duration>,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    secrets: SecretsFileArgs,
    /// Write secrets unencrypted instead of encrypting them to recipients
    #[arg(long, help_heading = "Secrets")]
    allow_plaintext_secrets: bool,
    /// Output format of events; JSON is one object per line
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

/// More often than this would be a burden to Hydra, and to the disk.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
const SHORTEST_POLL: Duration = Duration::from_millis(50);

fn parse_interval(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        Duration::ZERO => Ok(Duration::ZERO),
        interval if interval < SHORTEST_INTERVAL => Err(
            "Hydra is looked at ten times a second at most; write `100ms` or more, or `0` for never"
                .to_owned(),
        ),
        interval => Ok(interval),
    }
}

fn parse_poll(text: &str) -> Result<Duration, String> {
    match parse_timeout(text)? {
        poll if poll < SHORTEST_POLL => {
            Err("files are read twenty times a second at most; write `50ms` or more".to_owned())
        }
        poll => Ok(poll),
    }
}

pub(super) fn run(args: &WatchArgs, ui: &Ui) -> Result<ExitCode> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Error::usage("standard input cannot be watched")
            .hint("name a folder or a file, or use `apply -`"));
    }
    for path in &named(&args.paths)? {
        // A pipe can be read once, and may never end.
        if path
            .metadata()
            .is_ok_and(|found| !found.is_dir() && !found.is_file())
        {
            let path = path.display();
            return Err(Error::usage(format!(
                "`{path}` cannot be watched: it is neither a folder nor a regular file"
            ))
            .hint("name a folder or a file, or use `apply`"));
        }
    }
    // Before signals are listened for: keys that are fetched may be long in coming.
    let seal = args.keys.seal(args.allow_plaintext_secrets, ui)?;
    // Creates run beside the loop, on the same thread.
    block_on(LocalSet::new().run_until(async {
        let mut signals = Signals::new()?;
        let mut watch = Watch::new(args, seal, ui).await?;
        watch.say_start();
        let ended = watch.run(&mut signals).await;
        let is_written = watch.say.finish();
        ui.show_status(None);
        watch.close();
        // Lets go of the lock, which the exit below would not.
        drop(watch);
        if is_written {
            return ended;
        }
        ui.alarm("not all events were written: nobody reads standard output");
        let code = ended.unwrap_or_else(|error| {
            ui.error(&error);
            error.kind().exit_code()
        });
        // The thread holds standard output, which an orderly end would wait for.
        std::process::exit(i32::from(code.code()))
    }))
}
