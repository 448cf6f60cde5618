//! The words of the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{apply, doctor, ory, plan, sandbox, secrets, validate, watch};

/// Creates the OAuth 2.0 clients that your manifests describe and Ory Hydra lacks; never changes
/// one that exists.
#[derive(Debug, Parser)]
#[command(name = "hydra-gitops", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Print only failures and totals
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more: unchanged clients too, and each request (see also RUST_LOG)
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
    /// Colours: by themselves on a terminal (NO_COLOR is obeyed), always, or never
    #[arg(long, value_enum, global = true, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
}

/// When there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How results are written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// One versioned JSON object.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what apply would do; changes nothing, ever
    Plan(Box<plan::PlanArgs>),
    /// Create the missing clients
    Apply(Box<apply::ApplyArgs>),
    /// Apply again when a manifest changes, or Hydra lost a client
    Watch(Box<watch::WatchArgs>),
    /// Create one client, described by flags (`hydra clients create`, made safe)
    Create(Box<ory::CreateArgs>),
    /// Create the clients that files describe (`hydra clients import`, made safe)
    Import(Box<ory::ImportArgs>),
    /// The same two, as Ory's v1.11 names them
    #[command(subcommand, hide = true)]
    Clients(ClientsCommand),
    /// Check manifests; no server, no network
    Validate(validate::ValidateArgs),
    /// The secrets file: list, recover, check, verify
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Say whether everything is ready for an apply; changes nothing
    Doctor(Box<doctor::DoctorArgs>),
    /// An in-memory Hydra admin API to play with
    Sandbox(sandbox::SandboxArgs),
}

/// `create` and `import`, behind the word that Ory's v1.11 puts before them.
#[derive(Debug, Subcommand)]
pub(super) enum ClientsCommand {
    /// Create one client, described by flags
    Create(Box<ory::CreateArgs>),
    /// Create the clients that files describe
    Import(Box<ory::ImportArgs>),
}
