//! Words of the command line that stand for values.

use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};

use crate::duration;
use crate::error::{Error, Result};

/// How many requests at once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parallelism {
    Auto,
    Fixed(usize),
}

/// Reads a header. The parser of arguments would repeat a wrong value, which may hold a token.
pub(super) fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue)> {
    let wrong = |why| Error::usage(format!("a `--header` {why}")).hint("write it as `Name: value`");
    let (name, value) = text.split_once(':').ok_or_else(|| wrong("has no colon"))?;
    let name: HeaderName = name
        .trim()
        .parse()
        .map_err(|_| wrong("has a name that is none of a header"))?;
    let mut value: HeaderValue = value
        .trim()
        .parse()
        .map_err(|_| wrong("has a value with characters that no header can hold"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    duration::parse(text).ok_or_else(|| "write it as `1m30s`, `500ms` or `0`".to_owned())
}

pub(super) fn parse_timeout(text: &str) -> Result<Duration, String> {
    let timeout = duration::parse(text).filter(|timeout| !timeout.is_zero());
    timeout.ok_or_else(|| "write it as `1m30s` or `500ms`; it cannot be zero".to_owned())
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
    use super::super::args::Cli;
    use clap::Parser as _;

    #[test]
    fn a_sandbox_needs_no_file_and_takes_no_path_for_one() {
        let taken = |words: &str| Cli::try_parse_from(words.split(' ')).is_ok();
        assert!(taken("hydra-gitops plan --sandbox"));
        assert!(taken("hydra-gitops plan --sandbox manifests"));
        assert!(taken("hydra-gitops plan --sandbox=clients.json manifests"));
        assert!(!taken("hydra-gitops plan --sandbox --endpoint http://h"));
    }
}
