//! What becomes of drift, and how many creates are expected.

use clap::Args;

use super::completions;
use super::values::parse_count;
use crate::error::{Error, Kind, Result};
use crate::plan::{IgnoredDrift, Plan};
use crate::reconcile::Target;
use crate::text::count;

/// Which differences do not count
#[derive(Debug, Args)]
#[command(next_help_heading = None)]
pub(super) struct DriftArgs {
    /// Ignore differences in this field, or in `metadata.KEY` alone (repeatable)
    #[arg(long, value_name = "FIELD", add = completions::fields())]
    ignore_drift: Vec<String>,
}

impl DriftArgs {
    pub(super) fn ignored(&self) -> Result<IgnoredDrift> {
        IgnoredDrift::parse(&self.ignore_drift)
    }

    /// The same flags again.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        let fields = self.ignore_drift.iter();
        fields.map(|field| format!("--ignore-drift={field}"))
    }
}

/// How many creates are expected
#[derive(Debug, Args)]
#[command(next_help_heading = None)]
pub(super) struct MaxCreates {
    /// Exit with 7, and send nothing, if more clients than this would be created
    #[arg(long, value_name = "N", value_parser = parse_count, allow_hyphen_values = true)]
    max_creates: Option<usize>,
}

impl MaxCreates {
    /// Fails if the plan creates more clients (exit 7): it may be about the wrong Hydra, or one that
    /// has lost its clients.
    pub(super) fn check(&self, plan: &Plan, hydra: &Target) -> Result<()> {
        let creates = plan.summary().create;
        match self.max_creates {
            Some(most) if creates > most => {
                let (clients, name) = (count(creates, "client"), &hydra.name);
                let what = format!(
                    "{clients} would be created in `{name}`, more than `--max-creates {most}` allows; nothing was sent"
                );
                Err(Error::new(Kind::TooManyCreates, what).hint("check that this is the right Hydra and that it still has its clients; if so, raise `--max-creates`"))
            }
            _ => Ok(()),
        }
    }
}
