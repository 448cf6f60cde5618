//! The commands, and the global flags.

use clap::{Args, Parser, Subcommand};

use super::values::Colour;
use super::{apply, doctor, ory, plan, rule_args, sandbox, schema, secrets, validate, watch};

/// Creates OAuth 2.0 clients in Ory Hydra from manifests; never changes an existing client
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
    /// Print more: unchanged clients, and each request (see also RUST_LOG)
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, value_enum, global = true, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what apply would do; changes nothing
    Plan(Box<plan::PlanArgs>),
    /// Create the missing clients
    Apply(Box<apply::ApplyArgs>),
    /// Keep applying: when a manifest changes, or a client disappears from Hydra
    Watch(Box<watch::WatchArgs>),
    /// Create one client from flags; a safe `hydra clients create`
    Create(Box<ory::CreateArgs>),
    /// Create the clients in files; a safe `hydra clients import`
    Import(Box<ory::ImportArgs>),
    /// `create` and `import`, under the name that Ory's v1.11 gives them
    #[command(subcommand, hide = true)]
    Clients(ClientsCommand),
    /// Check manifests, without a server
    Validate(validate::ValidateArgs),
    /// Explain a rule that manifests are checked by, or list all rules
    Rule(rule_args::ShowRuleArgs),
    /// Work with the secrets file
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Check whether everything is ready for apply; changes nothing
    Doctor(Box<doctor::DoctorArgs>),
    /// Run an in-memory Hydra admin API for experiments
    Sandbox(sandbox::SandboxArgs),
    /// Print a JSON Schema: of manifests, for editors, or of JSON output
    Schema(schema::SchemaArgs),
}

/// `create` and `import`, as Ory's v1.11 names them.
#[derive(Debug, Subcommand)]
pub(super) enum ClientsCommand {
    /// Create one client from flags
    Create(Box<ory::CreateArgs>),
    /// Create the clients in files
    Import(Box<ory::ImportArgs>),
}
