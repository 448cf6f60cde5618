//! What may stand for the values of flags, sorted.

use std::ffi::OsStr;

use clap_complete::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use super::in_manifests::ids_in_default_folder;
use crate::cli::config;
use crate::client::Field;
use crate::manifest::Rule;

/// The most ids to offer: nobody reads more.
const MOST_IDS: usize = 1000;

/// All rules.
pub(crate) fn rules() -> ArgValueCandidates {
    ArgValueCandidates::new(|| named_rules(|_| true))
}

/// The values of `--deny`.
pub(crate) fn denied() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let mut rules = named_rules(|_| true);
        rules.push(CompletionCandidate::new("warnings").help(Some("Every warning".into())));
        rules.sort();
        rules
    })
}

/// The values of `--allow`.
pub(crate) fn allowed() -> ArgValueCandidates {
    ArgValueCandidates::new(|| named_rules(Rule::can_be_allowed))
}

/// The fields of a client.
pub(crate) fn fields() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let fields = Field::ALL.iter();
        sorted(fields.map(|field| CompletionCandidate::new(field.name())))
    })
}

/// The environments of the settings file.
pub(crate) fn environments() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let names = config::environments().into_iter();
        sorted(names.map(CompletionCandidate::new))
    })
}

/// The ids of clients in the manifests of the working folder.
pub(crate) fn client_ids() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let ids = ids_in_default_folder().into_iter();
        let ids = ids.filter(|id| id.starts_with(&*typed)).take(MOST_IDS);
        ids.map(CompletionCandidate::new).collect()
    })
}

fn named_rules(is_wanted: impl Fn(Rule) -> bool) -> Vec<CompletionCandidate> {
    let rules = Rule::ALL.iter().filter(|rule| is_wanted(**rule));
    sorted(rules.map(|rule| {
        let help = rule.summary().into();
        CompletionCandidate::new(rule.name()).help(Some(help))
    }))
}

fn sorted(candidates: impl Iterator<Item = CompletionCandidate>) -> Vec<CompletionCandidate> {
    let mut sorted: Vec<_> = candidates.collect();
    sorted.sort();
    sorted
}
