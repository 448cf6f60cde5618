//! `sandbox`: an in-memory Hydra admin API to try things out.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::runtime::{Signals, block_on};
use super::ui::{Ui, to_stdout};
use super::values::sandbox_version;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::sandbox::{Sandbox, Settings, Version};

/// Run an in-memory Hydra admin API for experiments
#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// Address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4445")]
    listen: SocketAddr,
    /// File to keep the clients in
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The Hydra version to emulate
    #[arg(long, value_name = "VERSION", default_value_t, value_parser = sandbox_version())]
    sandbox_version: Version,
}

pub(super) fn run(args: &SandboxArgs, ui: &Ui) -> Result<ExitCode> {
    block_on(async {
        let mut signals = Signals::new()?;
        let sandbox = Sandbox::start(Settings {
            listen: args.listen,
            version: args.sandbox_version,
            store: args.store.clone(),
        })?;
        to_stdout(|out| writeln!(out, "{}", sandbox.url()))?;
        ui.notice(&format!(
            "a sandbox that answers as Hydra {} listens there; Ctrl-C ends it",
            args.sandbox_version
        ));
        Ok(signals.next().await)
    })
}
