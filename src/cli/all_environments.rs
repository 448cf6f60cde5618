//! `plan --all-environments`: one plan for each environment of the settings file.

use std::ffi::OsString;
use std::io::{self, Write};

use super::config::{self, Resolved, Stopped};
use super::plan::{self, PlanArgs};
use super::start::{Cli, say_stopped};
use super::ui::{Ui, to_stdout};
use super::values::PlanFormat;
use crate::error::{Error, Result, chain};
use crate::exit_code::ExitCode;
use crate::report::environments::{self, EnvironmentPlan};

/// Where a plan is printed.
pub(super) enum Output {
    Stdout,
    /// JSON is kept until all plans are there: they are one document.
    Kept(Vec<u8>),
}

impl Output {
    pub(super) fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        match self {
            Self::Stdout => to_stdout(write),
            Self::Kept(bytes) => write(bytes)
                .map_err(|error| Error::unexpected("cannot keep the plan").because(error)),
        }
    }
}

/// Plans each environment by the same command line.
pub(super) fn run(
    args: &PlanArgs,
    environments: &[String],
    arguments: &[OsString],
    ui: &Ui,
) -> Result<ExitCode> {
    if environments.is_empty() {
        let what = "`--all-environments` needs a settings file with environments";
        return Err(Error::usage(what).hint(
            "name one with `--config`, and write `[environments.NAME]` in it: `hydra-gitops init`",
        ));
    }
    args.check_for_all()?;
    let mut plans = Vec::new();
    let mut worst = ExitCode::Done;
    for name in environments {
        let is_json = args.output() == PlanFormat::Json;
        let mut output = match is_json {
            true => Output::Kept(Vec::new()),
            false => {
                let gap = if plans.is_empty() { "" } else { "\n" };
                to_stdout(|out| writeln!(out, "{gap}environment {name}"))?;
                Output::Stdout
            }
        };
        let (code, error) = one(name, arguments, args.output(), &mut output, ui);
        worst = worst.worse(code);
        let document = match output {
            Output::Kept(document) => document,
            Output::Stdout => Vec::new(),
        };
        plans.push(EnvironmentPlan {
            environment: name,
            exit_code: code.code(),
            error,
            document,
        });
        if matches!(code, ExitCode::Interrupted | ExitCode::Terminated) {
            break;
        }
    }
    if args.output() == PlanFormat::Json {
        to_stdout(|out| environments::plans(&plans, out))?;
    }
    Ok(worst)
}

/// Plans one environment: how that ended, and why if it failed.
fn one(
    name: &str,
    arguments: &[OsString],
    format: PlanFormat,
    output: &mut Output,
    ui: &Ui,
) -> (ExitCode, Option<String>) {
    let Resolved { cli, sources, .. } = match config::resolve(arguments, Some(name)) {
        Ok(resolved) => resolved,
        Err(stopped) => {
            let error = match &stopped {
                Stopped::Settings(errors) => errors.first().map(|error| chain(error)),
                Stopped::Arguments(error, _) => Some(error.kind().to_string()),
            };
            return (say_stopped(stopped, arguments), error);
        }
    };
    let Some(args) = Cli::plan(&cli) else {
        return (ExitCode::Usage, None);
    };
    let planned = match args.output() == format {
        true => plan::run(args, output, ui),
        false => Err(
            Error::usage(format!("the environment `{name}` has another `output`"))
                .hint("give `--output`, or set it in `[defaults]`"),
        ),
    };
    match planned {
        Ok(ExitCode::InvalidManifest) => {
            let why = "the manifests are invalid";
            (ExitCode::InvalidManifest, Some(why.to_owned()))
        }
        Ok(code) => (code, None),
        Err(error) => {
            let about = format!("this is about the environment `{name}`");
            let error = sources.explain(error).hint(about);
            ui.error(&error);
            (error.kind().exit_code(), Some(chain(&error)))
        }
    }
}
