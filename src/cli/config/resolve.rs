//! From the words of the command line to the arguments of a command, with all that the environment
//! and the settings file add.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command, FromArgMatches as _};

use super::by_owner;
use super::check::{check, own_file};
use super::document::{Document, Section, parse};
use super::file::SettingsFile;
use super::flags::{Flags, Leaf};
use super::layers::Layers;
use super::origin::{Origin, Sources};
use super::problem::errors;
use super::variables;
use crate::cli::help;
use crate::cli::start::Cli;
use crate::error::{Error, Result};

/// Hidden flags, by which the file's settings count less than flags do.
const DEFAULT_VARIABLE: &str = "default-var";
const DEFAULT_RECIPIENTS: &str = "default-recipients";
const DEFAULT_OUTPUT: &str = "default-secrets-out";

/// A command line with everything that belongs to it.
pub(in crate::cli) struct Resolved {
    pub(in crate::cli) cli: Cli,
    pub(in crate::cli) sources: Sources,
    /// The environments that the settings file has.
    pub(in crate::cli) environments: Vec<String>,
}

/// Why there is no command to run.
pub(in crate::cli) enum Stopped {
    /// What clap says of the arguments, and where those come from that nobody typed.
    Arguments(clap::Error, Vec<String>),
    /// Everything that is wrong with the settings.
    Settings(Vec<Error>),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Settings(vec![error])
    }
}

/// Which file and which environment are asked for.
struct Asked {
    named: Option<PathBuf>,
    none: bool,
    environment: Option<String>,
    /// What names the environment.
    by: &'static str,
}

/// Resolves a command line. With `environment`, that one counts whatever the command line says.
pub(in crate::cli) fn resolve(
    arguments: &[OsString],
    environment: Option<&str>,
) -> Result<Resolved, Stopped> {
    // Parsing builds the command that is given, and no other: all of them would take longer than
    // many a run.
    let mut root = help::command();
    let matches = probe(&mut root, arguments)?;
    let leaf = Leaf::find(&root, &matches);
    let (depth, is_for_all) = (leaf.depth, leaf.is_for_all());
    let mut asked = Asked::by(&matches)?;
    if environment.is_some() || is_for_all {
        asked.environment = environment.map(str::to_owned);
    }
    let (file, document) = read(&leaf, &asked)?;
    let section = section(&asked, file.as_ref(), &document, &leaf)?;
    let sections: Vec<&Section> = section.into_iter().chain([&document.defaults]).collect();
    let layers = layers(&leaf, &sections, file.as_ref())?;
    let mut sources = Sources {
        file: file.as_ref().map(SettingsFile::chosen),
        named: asked.named.filter(|_| file.is_some()),
        environment: asked.environment.filter(|_| section.is_some()),
        is_for_all,
        no_file: matches.get_flag("no_config"),
        has_variables: {
            let mut environments = document.environments.iter();
            environments.any(|section| !section.variables.is_empty())
        },
        values: Vec::new(),
    };
    let mut words = Vec::new();
    for value in layers.values {
        words.extend(value.words);
        sources.values.push((value.name.to_owned(), value.origin));
    }
    if let Some(file) = &file {
        add_variables(&leaf, &sections, file, &mut words, &mut sources);
        add_recipients(&leaf, &document, file, &mut words, &mut sources);
    }
    add_output(&leaf, &mut words, &mut sources);
    let cli = command_line(&mut root, arguments, words, depth);
    let cli = cli.map_err(|error| {
        let notes = sources.notes(&error.to_string());
        Stopped::Arguments(error, notes)
    })?;
    let environments = document.environments.into_iter();
    Ok(Resolved {
        cli,
        sources,
        environments: environments
            .filter_map(|section| section.environment)
            .collect(),
    })
}

/// What counts, of all that was said.
fn layers<'c>(
    leaf: &'c Leaf<'c>,
    sections: &[&Section],
    file: Option<&SettingsFile>,
) -> Result<Layers<'c>, Stopped> {
    let mut layers = Layers::new(leaf);
    for section in sections {
        if let Some(file) = file {
            layers.add_section(section, file);
        }
    }
    layers.drop_companions();
    match layers.errors.is_empty() {
        true => Ok(layers),
        false => Err(Stopped::Settings(layers.errors)),
    }
}

/// What the user typed. What is missing may come from elsewhere.
fn probe(root: &mut Command, arguments: &[OsString]) -> Result<ArgMatches, Stopped> {
    let parsed = match root.try_get_matches_from_mut(arguments) {
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            let lenient = help::command().ignore_errors(true);
            lenient.try_get_matches_from(arguments)
        }
        parsed => parsed,
    };
    parsed.map_err(|error| Stopped::Arguments(error, Vec::new()))
}

impl Asked {
    fn by(matches: &ArgMatches) -> Result<Self> {
        let (config, none) = (
            matches.get_one::<PathBuf>("config"),
            matches.get_flag("no_config"),
        );
        let environment = matches.get_one::<String>("environment");
        let variable = |flag| variables::own(&variables::name(flag));
        let no_file = variables::name("no-config");
        let no_file = match variables::own(&no_file)? {
            Some(value) => variables::switch(&no_file, &value)?,
            None => false,
        };
        let named = match config {
            Some(path) => Some(path.clone()),
            None if none => None,
            None => variable("config")?.map(PathBuf::from),
        };
        if config.is_none() && named.is_some() && no_file {
            let what = "`HYDRA_GITOPS_CONFIG` and `HYDRA_GITOPS_NO_CONFIG` exclude each other";
            return Err(Error::usage(what).hint("unset one of them"));
        }
        let (environment, by) = match environment {
            Some(name) => (Some(name.clone()), "--environment"),
            None => (variable("environment")?, "HYDRA_GITOPS_ENVIRONMENT"),
        };
        Ok(Self {
            none: none || (no_file && named.is_none()),
            named,
            environment,
            by,
        })
    }
}

/// The settings file, read and checked.
fn read(leaf: &Leaf<'_>, asked: &Asked) -> Result<(Option<SettingsFile>, Document), Stopped> {
    if asked.none || !leaf.has_settings() {
        return Ok((None, Document::default()));
    }
    let file = match &asked.named {
        Some(path) => Some(SettingsFile::named(path)?),
        None => SettingsFile::find()?,
    };
    let Some(file) = file else {
        return Ok((None, Document::default()));
    };
    let mut problems = Vec::new();
    let document = parse(&file.text, &mut problems);
    let mut root = help::command();
    root.build();
    check(&document, &Flags::of(&root), file.choice, &mut problems);
    match problems.is_empty() {
        true => Ok((Some(file), document)),
        false => Err(Stopped::Settings(errors(problems, &file.text, &file.path))),
    }
}

/// The environment that is asked for.
fn section<'d>(
    asked: &Asked,
    file: Option<&SettingsFile>,
    document: &'d Document,
    leaf: &Leaf<'_>,
) -> Result<Option<&'d Section>> {
    let Some(name) = asked.environment.as_deref().filter(|_| leaf.has_settings()) else {
        return Ok(None);
    };
    let by = asked.by;
    let Some(file) = file else {
        let what = format!("`{by}` names the environment `{name}`, but no settings file is used");
        return Err(Error::usage(what).hint(format!(
            "name one with `--config`, or write `{}` in the working folder: `hydra-gitops init`",
            super::NAME
        )));
    };
    let known = document.environments.iter();
    let names = || {
        known
            .clone()
            .filter_map(|section| section.environment.as_deref())
    };
    if let Some(section) = known
        .clone()
        .find(|section| section.environment.as_deref() == Some(name))
    {
        return Ok(Some(section));
    }
    let path = file.path.display();
    let error = Error::usage(format!("`{path}` has no environment `{name}` (`{by}`)"));
    let all: Vec<&str> = names().collect();
    Err(match (crate::manifest::closest(name, names()), &all[..]) {
        (Some(near), _) => error.hint(format!("did you mean `{near}`?")),
        (None, []) => error.hint("it has no environments: write `[environments.NAME]`"),
        (None, all) => error.hint(format!("there are `{}`", all.join("`, `"))),
    })
}

/// Variables for manifests: those of the environment win, and flags win over both.
fn add_variables(
    leaf: &Leaf<'_>,
    sections: &[&Section],
    file: &SettingsFile,
    words: &mut Vec<OsString>,
    sources: &mut Sources,
) {
    if !has(leaf, DEFAULT_VARIABLE) {
        return;
    }
    let mut defined = BTreeMap::new();
    for section in sections {
        for variable in &section.variables {
            defined.entry(&variable.name).or_insert((variable, section));
        }
    }
    for (name, (variable, section)) in defined {
        words.push(format!("--{DEFAULT_VARIABLE}={name}={}", variable.value).into());
        let origin = Origin::File {
            spot: file.spot(variable.at),
            environment: section.environment.clone(),
        };
        sources.values.push((format!("vars.{name}"), origin));
    }
}

/// Recipients by owner count beside those of the flags, which are for all others.
fn add_recipients(
    leaf: &Leaf<'_>,
    document: &Document,
    file: &SettingsFile,
    words: &mut Vec<OsString>,
    sources: &mut Sources,
) {
    if !has(leaf, DEFAULT_RECIPIENTS) {
        return;
    }
    for (group, rule) in by_owner::rules(document, leaf.command, file) {
        words.push(format!("--{DEFAULT_RECIPIENTS}={rule}").into());
        let origin = Origin::Recipients(file.spot(group.at));
        let name = format!("recipients.{}", group.owner);
        sources.values.push((name, origin));
    }
}

/// Without `--secrets-out`, each environment has a file of its own.
fn add_output(leaf: &Leaf<'_>, words: &mut Vec<OsString>, sources: &mut Sources) {
    let is_given = sources.values.iter().any(|(name, _)| name == "secrets-out");
    let Some(name) = sources
        .environment
        .clone()
        .filter(|_| has(leaf, DEFAULT_OUTPUT))
    else {
        return;
    };
    if !is_given {
        words.push(format!("--{DEFAULT_OUTPUT}={}", own_file(&name)).into());
        sources
            .values
            .push(("secrets-out".to_owned(), Origin::Environment(name)));
    }
}

fn has(leaf: &Leaf<'_>, flag: &str) -> bool {
    let mut args = leaf.command.get_arguments();
    args.any(|arg| arg.get_long() == Some(flag))
}

/// Parses the command line with the words that others add, which stand right behind the command.
fn command_line(
    root: &mut Command,
    arguments: &[OsString],
    words: Vec<OsString>,
    depth: usize,
) -> Result<Cli, clap::Error> {
    let at = behind_command(root, arguments, depth);
    let (front, back) = arguments.split_at(at.min(arguments.len()));
    let all = front
        .iter()
        .cloned()
        .chain(words)
        .chain(back.iter().cloned());
    let matches = root.try_get_matches_from_mut(all)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(root))
}

/// The number of words up to the command's name, which has `depth` words. Only flags of every command
/// can stand between them.
fn behind_command(root: &Command, arguments: &[OsString], depth: usize) -> usize {
    let takes_value = |word: &OsStr| {
        let name = word.to_str().and_then(|word| word.strip_prefix("--"));
        let flag = root.get_arguments().find(|arg| arg.get_long() == name);
        flag.is_some_and(|arg| name.is_some() && arg.get_action().takes_values())
    };
    let (mut found, mut at) = (0, 1);
    while found < depth && at < arguments.len() {
        let word = &arguments[at];
        if !word.as_encoded_bytes().starts_with(b"-") {
            found += 1;
        } else if takes_value(word) {
            at += 1;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Cli, behind_command};
    use clap::CommandFactory as _;
    use std::ffi::OsString;

    #[test]
    fn flags_of_every_command_may_stand_before_its_name() {
        for (line, depth, at) in [
            ("x plan a", 1, 2),
            ("x --color never plan a", 1, 4),
            ("x -q --color=never secrets --config plan list", 2, 7),
            ("x create client --id x", 2, 3),
        ] {
            let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
            assert_eq!(behind_command(&Cli::command(), &words, depth), at, "{line}");
        }
    }
}
