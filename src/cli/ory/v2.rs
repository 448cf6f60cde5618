//! What `create client` and `import client` have in common: Ory's v2 flags and its output.

mod create;
mod import;
mod words;

use std::io::{self, Write};

use clap::{Args, ValueEnum};

pub(in crate::cli) use create::{ClientV2Args, run as create};
pub(in crate::cli) use import::{ImportV2Args, run as import};
pub(in crate::cli) use words::word_first;

use super::csv::{List, parse_list};
use crate::cli::connection::AccessArgs;
use crate::cli::ui::Ui;
use crate::error::{Error, Result};
use crate::report::ory_v2::{Rows, json, pretty_json, table, yaml};
use crate::report::text::Detail;

/// Flags of Ory's v2 command line
#[derive(Debug, Args)]
pub(super) struct V2Args {
    /// Additional request headers, such as `X-Tenant: blue`, separated by commas (repeatable)
    #[arg(
        long,
        short = 'H',
        value_name = "NAME: VALUE,…",
        conflicts_with = "sandbox",
        help_heading = "Connection"
    )]
    http_header: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = FormatV2::Table, value_name = "FORMAT", help_heading = None)]
    format: FormatV2,
}

/// How created clients are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatV2 {
    #[value(alias = "default")]
    Table,
    Json,
    JsonPretty,
    Yaml,
}

impl V2Args {
    /// The access with the headers of `-H`. A value is not repeated in an error: it may be a token.
    fn access(&self, access: &AccessArgs) -> Result<AccessArgs> {
        let mut access = access.clone();
        for value in &self.http_header {
            let List(headers) = parse_list(value).map_err(|why| {
                Error::usage(format!("a value of `--http-header` is not a list: {why}"))
            })?;
            access.connection.headers.extend(headers);
        }
        Ok(access)
    }

    /// Writes what was created. With `--quiet`, the ids alone.
    fn write(&self, rows: Rows<'_>, ui: &Ui, out: &mut dyn Write) -> io::Result<()> {
        if ui.detail() == Detail::Quiet {
            return rows.ids().try_for_each(|id| writeln!(out, "{id}"));
        }
        match self.format {
            FormatV2::Table => table(rows, out),
            FormatV2::Json => json(rows, out),
            FormatV2::JsonPretty => pretty_json(rows, out),
            FormatV2::Yaml => yaml(rows, out),
        }
    }
}
