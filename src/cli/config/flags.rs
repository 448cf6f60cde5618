//! The flags that commands have, as clap knows them.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};

use super::guarded::is_choosing;

/// The heading of the flags that describe a client, which are no settings.
const OF_A_CLIENT: &str = "Client";

/// The flags of all commands, by their long names.
pub(super) struct Flags<'c>(BTreeMap<&'c str, Vec<&'c Arg>>);

impl<'c> Flags<'c> {
    pub(super) fn of(root: &'c Command) -> Self {
        let (mut flags, mut commands) = (Self(BTreeMap::new()), vec![root]);
        while let Some(command) = commands.pop() {
            for (name, arg) in settable(command) {
                flags.0.entry(name).or_default().push(arg);
            }
            commands.extend(command.get_subcommands());
        }
        flags
    }

    /// The flags of this name. Commands may have different ones.
    pub(super) fn named(&self, name: &str) -> &[&'c Arg] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names of all settings.
    pub(super) fn settings(&self) -> impl Iterator<Item = &'c str> + Clone {
        let flags = self.0.iter();
        flags
            .filter(|(_, args)| args.iter().any(|arg| is_setting(arg)))
            .map(|(name, _)| *name)
    }
}

/// The flags of a command whose values can come from elsewhere, with their long names.
pub(super) fn settable(command: &Command) -> impl Iterator<Item = (&str, &Arg)> {
    let args = command.get_arguments().filter(|arg| !arg.is_hide_set());
    args.filter_map(|arg| Some((arg.get_long()?, arg)))
        .filter(|(name, _)| !is_choosing(name))
}

/// The argument for manifests, where they can be left out.
pub(super) fn paths(command: &Command) -> Option<&Arg> {
    let names_manifests =
        |arg: &&Arg| arg.is_positional() && arg.get_id() == "paths" && !arg.is_required_set();
    let is_default = |arg: &&Arg| {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().any(|name| name.as_str() == "PATH")
    };
    command
        .get_arguments()
        .filter(names_manifests)
        .find(is_default)
}

/// Whether a settings file can set it. What describes a client belongs into a manifest.
pub(super) fn is_setting(arg: &Arg) -> bool {
    arg.get_help_heading() != Some(OF_A_CLIENT)
}

/// How many values a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Optional,
    One,
    Many,
}

pub(super) fn takes(arg: &Arg) -> Takes {
    let least = arg.get_num_args().map(|range| range.min_values());
    match arg.get_action() {
        ArgAction::SetTrue => Takes::Nothing,
        ArgAction::Append => Takes::Many,
        _ if least == Some(0) => Takes::Optional,
        _ => Takes::One,
    }
}

pub(super) fn is_path(arg: &Arg) -> bool {
    matches!(
        arg.get_value_hint(),
        ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath
    )
}

/// Whether one of two flags excludes the other.
pub(super) fn conflict(command: &Command, one: &Arg, other: &Arg) -> bool {
    let excludes = |one: &Arg, other: &Arg| {
        let excluded = command.get_arg_conflicts_with(one);
        excluded.iter().any(|arg| arg.get_id() == other.get_id())
    };
    excludes(one, other) || excludes(other, one)
}

/// The command that was given, with what it was given.
pub(super) struct Leaf<'c> {
    pub(super) command: &'c Command,
    pub(super) matches: &'c ArgMatches,
    /// How many words name it.
    pub(super) depth: usize,
}

impl<'c> Leaf<'c> {
    pub(super) fn find(root: &'c Command, matches: &'c ArgMatches) -> Self {
        let (mut command, mut matches, mut depth) = (root, matches, 0);
        while let Some((name, inner)) = matches.subcommand()
            && let Some(found) = command.find_subcommand(name)
        {
            (command, matches, depth) = (found, inner, depth + 1);
        }
        Self {
            command,
            matches,
            depth,
        }
    }

    /// Whether the user gave this argument.
    pub(super) fn is_given(&self, arg: &Arg) -> bool {
        let source = self.matches.value_source(arg.get_id().as_str());
        source == Some(clap::parser::ValueSource::CommandLine)
    }

    /// Whether it is about all environments, whatever a variable says.
    pub(super) fn is_for_all(&self) -> bool {
        let flag = self.matches.try_get_one::<bool>("all_environments");
        flag.ok().flatten() == Some(&true)
    }

    /// Whether it has flags of its own, which a settings file can set.
    pub(super) fn has_settings(&self) -> bool {
        settable(self.command).any(|(_, arg)| !arg.is_global_set())
    }
}
