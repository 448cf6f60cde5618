//! The values of flags, and their parsers.

use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::duration;
use crate::reconcile::Limit;
use crate::sandbox::Version;

const LOOK_UPS: usize = 8;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How results are written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Human-readable text.
    Text,
    /// JSON in a versioned format.
    Json,
}

/// How a plan is written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// Human-readable text.
    Text,
    /// JSON in a versioned format.
    Json,
    /// Markdown, for a comment on a pull request.
    Markdown,
    /// The JSON Patch (RFC 6902) that makes Hydra agree with the manifest of one client.
    Patch,
}

/// How manifests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ManifestFormat {
    /// YAML, one document a client.
    Yaml,
    /// JSON; a stream is one list.
    Json,
}

/// A version of the sandbox, with or without the `v`.
pub(super) fn sandbox_version() -> impl TypedValueParser<Value = Version> {
    let names = Version::ALL.iter().map(|version| version.as_str());
    let values = names.map(|name| PossibleValue::new(name).alias(name.trim_start_matches('v')));
    PossibleValuesParser::new(values).try_map(|name| name.parse())
}

/// How many requests run in parallel.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parallelism {
    Auto,
    Fixed(usize),
}

impl Parallelism {
    /// How many look-ups run in parallel.
    pub(super) fn look_ups(self) -> usize {
        match self {
            Self::Auto => LOOK_UPS,
            Self::Fixed(number) => number,
        }
    }

    /// How many creates run in parallel.
    pub(super) fn limit(self) -> Limit {
        match self {
            Self::Auto => Limit::auto(),
            Self::Fixed(number) => Limit::fixed(number),
        }
    }
}

/// A duration in Go's syntax.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|why| format!("{why}; write it as `1m30s`, `500ms` or `0`"))
}

/// A duration greater than zero.
pub(super) fn parse_timeout(text: &str) -> Result<Duration, String> {
    match duration::parse(text) {
        Ok(Duration::ZERO) => Err("it cannot be zero; write it as `1m30s` or `500ms`".to_owned()),
        Ok(timeout) => Ok(timeout),
        Err(why) => Err(format!("{why}; write it as `1m30s` or `500ms`")),
    }
}

/// A number of clients.
pub(super) fn parse_count(text: &str) -> Result<usize, String> {
    let number = text.parse();
    number.map_err(|_| format!("write a number from 0 to {}", usize::MAX))
}

pub(super) fn parse_parallelism(text: &str) -> Result<Parallelism, String> {
    match text.parse() {
        _ if text == "auto" => Ok(Parallelism::Auto),
        Ok(number @ 1..=1024) => Ok(Parallelism::Fixed(number)),
        _ => Err("write `auto` or a number from 1 to 1024".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::start::Cli;
    use clap::Parser as _;

    #[test]
    fn a_sandbox_needs_no_file_and_does_not_take_a_path_for_one() {
        let taken = |words: &str| Cli::try_parse_from(words.split(' ')).is_ok();
        assert!(taken("hydra-gitops plan --sandbox"));
        assert!(taken("hydra-gitops plan --sandbox manifests"));
        assert!(taken("hydra-gitops plan --sandbox=clients.json manifests"));
        assert!(!taken("hydra-gitops plan --sandbox --endpoint http://h"));
    }

    #[test]
    fn a_negative_duration_is_not_taken_for_a_flag() {
        for flag in ["--fail-after", "--request-timeout"] {
            let words = ["hydra-gitops", "plan", flag, "-1s"];
            let error = Cli::try_parse_from(words)
                .map(drop)
                .map_err(|error| error.to_string());
            assert!(error.is_err_and(|said| said.contains("it cannot be negative")));
        }
    }
}
