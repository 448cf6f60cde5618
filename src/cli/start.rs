//! The commands and the global flags, and the program from process start to exit code.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process;

use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::all_environments::Output;
use super::config::{self, Resolved, Sources, Stopped};
use super::runtime::block_on;
use super::sources::variable;
use super::ui::Ui;
use super::values::Colour;
use super::{
    advice, all_environments, apply, completions, doctor, export, help, init, man, ory, plan,
    rule_args, sandbox, schema, secrets, validate, version, watch,
};
use crate::client::{text_without_passwords, without_passwords};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::linux::forbid_core_dumps;
use crate::report::Whole;
use crate::text::{safe_line, safe_lines, safe_text};

/// Creates OAuth 2.0 clients in Ory Hydra from manifests; never changes an existing client
#[derive(Debug, Parser)]
#[command(name = "hydra-gitops", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Print only failures and totals
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print more: unchanged clients, and each request (see also RUST_LOG)
    #[arg(long, short, global = true)]
    verbose: bool,
    /// When to use colours
    #[arg(long, value_enum, global = true, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
    /// Settings file [default: hydra-gitops.toml in the working folder] [env: HYDRA_GITOPS_CONFIG]
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Use no settings file
    #[arg(long, global = true)]
    no_config: bool,
    /// Environment in the settings file [env: HYDRA_GITOPS_ENVIRONMENT]
    #[arg(long, global = true, value_name = "NAME", add = completions::environments())]
    environment: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Show what apply would do; changes nothing
    Plan(Box<plan::PlanArgs>),
    /// Create the missing clients
    Apply(Box<apply::ApplyArgs>),
    /// Keep applying: when a manifest changes, or a client disappears from Hydra
    Watch(Box<watch::WatchArgs>),
    /// Create one client from flags; a safe `hydra clients create`
    Create(Box<CreateCommand>),
    /// Create the clients in files; a safe `hydra clients import`
    Import(Box<ImportCommand>),
    /// `create` and `import`, under the name that Ory's v1.11 gives them
    #[command(subcommand, hide = true)]
    Clients(ClientsCommand),
    /// Write existing clients as manifests; changes nothing
    Export(Box<export::ExportArgs>),
    /// Check manifests, without a server
    Validate(validate::ValidateArgs),
    /// Explain a rule that manifests are checked by, or list all rules
    Rule(rule_args::ShowRuleArgs),
    /// Print a JSON Schema: of manifests, for editors, or of JSON output
    Schema(schema::SchemaArgs),
    /// Work with the secrets file
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Write a commented settings file; never overwrites one
    Init(init::InitArgs),
    /// Check whether everything is ready for apply; changes nothing
    Doctor(Box<doctor::DoctorArgs>),
    /// Print the script that completes commands, flags and values in a shell
    Completions(completions::CompletionsArgs),
    /// Print a manual page, or write all of them into a folder
    Man(man::ManArgs),
    /// Print the version, the commit, and the target that it was built for
    Version(version::VersionArgs),
    /// Run an in-memory Hydra admin API for experiments
    Sandbox(sandbox::SandboxArgs),
}

/// Create one client from flags
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    args_conflicts_with_subcommands = true,
    subcommand_value_name = "client"
)]
struct CreateCommand {
    #[command(subcommand)]
    v2: Option<CreateV2>,
    #[command(flatten)]
    args: ory::CreateArgs,
}

#[derive(Debug, Subcommand)]
enum CreateV2 {
    /// The same with the flags and the output of Ory's v2
    #[command(name = "client", visible_alias = "oauth2-client")]
    Client(Box<ory::ClientV2Args>),
}

/// Create the clients in files
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    subcommand_value_name = "client"
)]
struct ImportCommand {
    #[command(subcommand)]
    v2: Option<ImportV2>,
    #[command(flatten)]
    args: ory::ImportArgs,
}

#[derive(Debug, Subcommand)]
enum ImportV2 {
    /// The same with the flags and the output of Ory's v2
    #[command(name = "client", visible_aliases = ["clients", "oauth2-client", "oauth2-clients"])]
    Client(Box<ory::ImportV2Args>),
}

/// `create` and `import`, as Ory's v1.11 names them.
#[derive(Debug, Subcommand)]
enum ClientsCommand {
    /// Create one client from flags
    Create(Box<ory::CreateArgs>),
    /// Create the clients in files
    Import(Box<ory::ImportArgs>),
}

/// Runs the command line, and returns the process's exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> process::ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(code) = completions::answer(&arguments, help::command) {
        return code.code().into();
    }
    forbid_core_dumps();
    outlive_file_limit();
    say_nothing_foreign_in_panics();
    let arguments = ory::word_first(arguments);
    let Resolved {
        cli,
        sources,
        environments,
    } = match config::resolve(&arguments, None) {
        Ok(resolved) => resolved,
        Err(stopped) => return say_stopped(stopped, &arguments).code().into(),
    };
    set_colours(cli.global.color);
    start_log(&cli.global);
    let ui = Ui::new(cli.global.quiet, cli.global.verbose);
    let ended = match Cli::plan(&cli).filter(|args| args.is_for_all()) {
        Some(args) => all_environments::run(args, &environments, &arguments, &sources, &ui),
        None => run(cli.command, &sources, &ui),
    };
    let code = ended.unwrap_or_else(|error| {
        let error = sources.explain(error);
        ui.error(&error);
        error.kind().exit_code()
    });
    if !matches!(code, ExitCode::Done | ExitCode::Changes | ExitCode::Drift) {
        ui.release();
        if let Some(hint) = sources.unchosen(code, &environments) {
            ui.line(&format!("  hint: {hint}"));
        }
    }
    // A failure to flush standard output cannot be reported.
    let _ = io::stdout().flush();
    code.code().into()
}

impl Cli {
    /// The arguments of a plan, if this is one.
    pub(super) fn plan(&self) -> Option<&plan::PlanArgs> {
        match &self.command {
            Command::Plan(args) => Some(args),
            _ => None,
        }
    }
}

/// Says why there is no command to run, or prints the help that was asked for.
pub(super) fn say_stopped(stopped: Stopped, arguments: &[OsString]) -> ExitCode {
    let ui = Ui::new(false, false);
    match stopped {
        Stopped::Arguments(error, notes) => {
            let error = advice::advise(error, &help::command());
            // A closed pipe does not change the exit code.
            let _ = print(&error, arguments);
            for note in notes {
                ui.line(&format!("  hint: {}", safe_text(&note)));
            }
            match error.use_stderr() {
                true => ExitCode::Usage,
                false => ExitCode::Done,
            }
        }
        Stopped::Settings(errors) => {
            errors.iter().for_each(|error| ui.error(error));
            let first = errors.first();
            first.map_or(ExitCode::Usage, |error| error.kind().exit_code())
        }
    }
}

/// Prints help, or what is wrong with the arguments. Repeated arguments are made safe to print.
fn print(error: &clap::Error, arguments: &[OsString]) -> io::Result<()> {
    if !error.use_stderr() {
        return error.print();
    }
    let mut text = error.render().ansi().to_string();
    for argument in arguments {
        let argument = argument.to_string_lossy();
        let value = argument.split_once('=').map(|(_, value)| value);
        for part in [Some(&*argument), value].into_iter().flatten() {
            // A URL with a password may have been passed to the wrong flag.
            let shown = without_passwords(part);
            let shown = safe_text(&shown);
            if !part.trim().is_empty() && shown != part {
                text = text.replace(part, &shown);
            }
        }
    }
    // The message may contain part of a value.
    let text = text_without_passwords(&text);
    let mut stderr = Whole::new(io::stderr().lock());
    stderr.write_all(safe_lines(&text).as_bytes())
}

/// A panic's message can contain anything, even a secret; its location is enough to fix the bug.
fn say_nothing_foreign_in_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let place = place.map_or_else(String::new, |place| format!(" at {place}"));
        let mut text = format!("error: hydra-gitops panicked{place}, which is a bug\n");
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            text.push_str(&backtrace.to_string());
        }
        // A failure to write cannot be reported.
        let _ = io::stderr().write_all(text.as_bytes());
    }));
}

fn run(command: Command, sources: &Sources, ui: &Ui) -> Result<ExitCode> {
    match command {
        Command::Plan(args) => plan::run(&args, sources, &mut Output::Stdout, ui),
        Command::Apply(args) => apply::run(*args, sources, ui),
        Command::Watch(args) => watch::run(&args, ui),
        Command::Create(command) => match command.v2 {
            Some(CreateV2::Client(args)) => ory::create_v2(&args, ui),
            None => ory::create(&command.args, ui),
        },
        Command::Import(command) => match command.v2 {
            Some(ImportV2::Client(args)) => ory::import_v2(&args, ui),
            None => ory::import(&command.args, ui),
        },
        Command::Clients(ClientsCommand::Create(args)) => ory::create(&args, ui),
        Command::Clients(ClientsCommand::Import(args)) => ory::import(&args, ui),
        Command::Export(args) => export::run(&args, ui),
        Command::Validate(args) => validate::run(&args, ui),
        Command::Rule(args) => rule_args::run(&args),
        Command::Secrets(command) => secrets::run(command, ui),
        Command::Init(args) => init::run(&args),
        Command::Doctor(args) => doctor::run(*args, sources, ui),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Version(args) => version::run(&args),
        Command::Sandbox(args) => sandbox::run(&args, ui),
        Command::Schema(args) => schema::run(&args),
    }
}

/// Makes a write beyond the file size limit (`ulimit -f`) fail with an error, as on a full disk,
/// instead of ending the process: requests that were sent must be accounted for. Best effort.
fn outlive_file_limit() {
    let exceeded = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
    // The signal stays handled after the runtime is gone.
    let _ = block_on(async { Ok(signal(exceeded).map(drop)) });
}

fn set_colours(colour: Colour) {
    match colour {
        Colour::Auto => {}
        Colour::Always => anstream::ColorChoice::Always.write_global(),
        Colour::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// The log goes to standard error. `RUST_LOG` selects what is logged; by default, `--verbose` logs
/// this program's own messages.
fn start_log(global: &Global) {
    let filter = match variable("RUST_LOG") {
        Some(directives) => EnvFilter::new(directives),
        None if global.verbose => EnvFilter::new("hydra_gitops=debug"),
        None => EnvFilter::new("off"),
    };
    let colours = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| LogWriter)
        .with_ansi(colours)
        .with_target(false)
        // A failure to write the log must not end the run.
        .log_internal_errors(false)
        .init();
}

/// Standard error for the log. Libraries may log text that others wrote; each event becomes one
/// line that is safe to print.
struct LogWriter;

impl io::Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = safe_line(text.strip_suffix('\n').unwrap_or(&text));
        io::stderr().write_all(format!("{line}\n").as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
