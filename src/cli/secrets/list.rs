//! `secrets list`: whose secrets are recorded.

use std::collections::HashSet;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::read;
use crate::cli::output_args::SecretsFileArgs;
use crate::cli::recipient_args::KeyArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::cli::values::Format;
use crate::duration;
use crate::endpoint_name::same_endpoint;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::recipients::Recipients;
use crate::report::{json, secrets as output};
use crate::vault::{Content, Record, Standing};

/// List the recorded secrets
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// Limit to the secrets of these clients
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    file: SecretsFileArgs,
    /// Leave out what a later line supersedes
    #[arg(long, help_heading = None)]
    latest: bool,
    /// Limit to secrets of this Hydra
    #[arg(long, value_name = "URL", help_heading = None)]
    endpoint: Option<String>,
    /// Limit to secrets that count and are older than this, such as `90d`; exit with 1 if there are any
    #[arg(long, value_name = "AGE", value_parser = parse_age, help_heading = None)]
    older_than: Option<SignedDuration>,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    /// Output format of the list
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = None)]
    output: Format,
}

/// An age in days, or a duration.
fn parse_age(text: &str) -> std::result::Result<SignedDuration, String> {
    if let Some(days) = text.strip_suffix('d')
        && let Ok(days) = days.parse::<u32>()
    {
        return Ok(SignedDuration::from_hours(24 * i64::from(days)));
    }
    let wrong = || "it is not an age; write it as `90d` or `36h`".to_owned();
    let duration = duration::parse(text).map_err(|_| wrong())?;
    SignedDuration::try_from(duration).map_err(|_| wrong())
}

pub(super) fn list(args: &ListArgs, keys: Option<&Recipients>, ui: &Ui) -> Result<ExitCode> {
    let content = read(&args.file.single()?)?;
    let chosen = Chosen::new(args);
    let chosen = |record: &Record, standing| chosen.has(record, standing);
    let mut old = 0;
    for (_, record, standing) in content.standings() {
        old += usize::from(args.older_than.is_some() && chosen(record, standing));
    }
    to_stdout(|out| match args.output {
        Format::Text => output::list(&content, &chosen, keys, ui.detail(), out),
        Format::Json => json::secrets(&content, &chosen, out),
    })?;
    Ok(exit_code(&content, old))
}

fn exit_code(content: &Content, old: usize) -> ExitCode {
    match (content.broken.is_empty(), old) {
        (false, _) => ExitCode::Secret,
        (true, 0) => ExitCode::Done,
        (true, _) => ExitCode::Failed,
    }
}

/// Which secrets are listed.
struct Chosen<'a> {
    args: &'a ListArgs,
    ids: HashSet<&'a str>,
    /// Only those that were made before this.
    before: Option<Timestamp>,
}

impl<'a> Chosen<'a> {
    fn new(args: &'a ListArgs) -> Self {
        let before = |age: SignedDuration| {
            let then = crate::now::now().checked_sub(age);
            then.unwrap_or(Timestamp::MIN)
        };
        Self {
            args,
            ids: args.ids.iter().map(String::as_str).collect(),
            before: args.older_than.map(before),
        }
    }

    fn has(&self, record: &Record, standing: Standing) -> bool {
        let endpoint = self.args.endpoint.as_deref();
        let is_client = self.ids.is_empty() || self.ids.contains(&*record.client_id);
        let is_here = endpoint.is_none_or(|name| same_endpoint(name, &record.endpoint));
        let is_latest = standing != Standing::Superseded;
        let is_old = self.before.is_none_or(|before| record.created_at < before);
        let wants_latest = self.args.latest || self.before.is_some();
        is_client && is_here && is_old && (is_latest || !wants_latest)
    }
}
