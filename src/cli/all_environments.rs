//! `plan --all-environments`: one plan for each environment of the settings file.

use std::ffi::OsString;
use std::io::{self, Write};

use super::config::{self, Resolved, Sources, Stopped};
use super::plan::{self, PlanArgs};
use super::start::{Cli, say_stopped};
use super::ui::{Ui, to_stdout};
use super::values::PlanFormat;
use crate::error::{Error, Result, chain};
use crate::exit_code::ExitCode;
use crate::report::drift::SettingsFlags;
use crate::report::environments::{self, EnvironmentPlan};
use crate::report::markdown::{Environments, Place};

/// Where a plan is printed.
pub(super) enum Output {
    Stdout,
    /// What several plans share is kept until all are there, such as a document in JSON.
    Kept(Vec<u8>, Place),
}

impl Output {
    pub(super) fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        match self {
            Self::Stdout => to_stdout(write),
            Self::Kept(bytes, _) => write(bytes)
                .map_err(|error| Error::unexpected("cannot keep the plan").because(error)),
        }
    }

    /// Where the plan stands in a comment.
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Stdout => Place::Alone,
            Self::Kept(_, place) => *place,
        }
    }
}

/// What the plans become together.
enum Together<'e> {
    /// One below the other.
    Text { is_first: bool },
    /// One array.
    Json(Vec<EnvironmentPlan<'e>>),
    /// One comment.
    Markdown(Environments),
}

impl<'e> Together<'e> {
    fn new(format: PlanFormat, settings: SettingsFlags, environments: usize) -> Self {
        match format {
            PlanFormat::Json => Self::Json(Vec::new()),
            PlanFormat::Markdown => Self::Markdown(Environments::new(settings, environments)),
            PlanFormat::Text | PlanFormat::Patch => Self::Text { is_first: true },
        }
    }

    /// Where the plan of the next environment is printed.
    fn next(&mut self, environment: &'e str) -> Result<Output> {
        Ok(match self {
            Self::Text { is_first } => {
                let gap = if *is_first { "" } else { "\n" };
                *is_first = false;
                to_stdout(|out| writeln!(out, "{gap}environment {environment}"))?;
                Output::Stdout
            }
            Self::Json(_) => Output::Kept(Vec::new(), Place::Alone),
            Self::Markdown(comment) => {
                let room = comment.room();
                Output::Kept(Vec::new(), Place::Section { room })
            }
        })
    }

    fn add(&mut self, plan: EnvironmentPlan<'e>) {
        match self {
            Self::Text { .. } => {}
            Self::Json(plans) => plans.push(plan),
            Self::Markdown(comment) => comment.add(&plan),
        }
    }

    fn print(self) -> Result<()> {
        match self {
            Self::Text { .. } => Ok(()),
            Self::Json(plans) => to_stdout(|out| environments::plans(&plans, out)),
            Self::Markdown(comment) => to_stdout(|out| comment.write(out)),
        }
    }
}

/// Plans each environment by the same command line.
pub(super) fn run(
    args: &PlanArgs,
    environments: &[String],
    arguments: &[OsString],
    sources: &Sources,
    ui: &Ui,
) -> Result<ExitCode> {
    if environments.is_empty() {
        let what = "`--all-environments` needs a settings file with environments";
        return Err(Error::usage(what).hint(
            "name one with `--config`, and write `[environments.NAME]` in it: `hydra-gitops init`",
        ));
    }
    args.check_for_all()?;
    let mut together = Together::new(args.output(), sources.settings(), environments.len());
    let mut worst = ExitCode::Done;
    for name in environments {
        let mut output = together.next(name)?;
        let (code, error) = one(name, arguments, args.output(), &mut output, ui);
        worst = worst.worse(code);
        let document = match output {
            Output::Kept(document, _) => document,
            Output::Stdout => Vec::new(),
        };
        together.add(EnvironmentPlan {
            environment: name,
            exit_code: code.code(),
            error,
            document,
        });
        if matches!(code, ExitCode::Interrupted | ExitCode::Terminated) {
            break;
        }
    }
    together.print()?;
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
        true => plan::run(args, &sources, output, ui),
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
