//! `schema`: the JSON Schema of manifests, and of what this program prints.

use clap::{Args, ValueEnum};

use super::ui::to_stdout;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::report::{Schema, schema};

/// Print a JSON Schema (draft-07): of manifests, for editors, or of JSON output
///
/// The schemas of `plan`, `apply`, `create`, `validate`, `watch`, `doctor`, `secrets` and `version`
/// describe what these commands print with `--output json` (`--format json` of `create`); that of
/// `watch` describes one line, and `secrets` stands for `secrets list`.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// What the schema describes
    #[arg(value_enum, default_value_t = Name::Manifest, value_name = "NAME")]
    name: Name,
}

/// The names of the schemas.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Manifest,
    Plan,
    Apply,
    Create,
    Validate,
    Watch,
    Doctor,
    Secrets,
    Version,
}

pub(super) fn run(args: &SchemaArgs) -> Result<ExitCode> {
    let of = match args.name {
        Name::Manifest => Schema::Manifest,
        Name::Plan => Schema::Plan,
        Name::Apply => Schema::Apply,
        Name::Create => Schema::Create,
        Name::Validate => Schema::Validate,
        Name::Watch => Schema::Watch,
        Name::Doctor => Schema::Doctor,
        Name::Secrets => Schema::Secrets,
        Name::Version => Schema::Version,
    };
    to_stdout(|out| schema(of, out))?;
    Ok(ExitCode::Done)
}
