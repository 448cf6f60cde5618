//! `--expect`: apply the plan that was reviewed, or nothing.

use clap::Args;

use crate::error::{Error, Kind, Result};
use crate::plan::{Change, Checksum, Plan};
use crate::reconcile::Target;
use crate::report::text::name_or;
use crate::text::count;

/// At most this many clients are named.
const FEW: usize = 5;

/// Which plan is expected
#[derive(Debug, Args)]
#[command(next_help_heading = None)]
pub(super) struct Expect {
    /// Apply the plan that has this checksum; otherwise exit with 8, and send nothing
    #[arg(long = "expect", value_name = "CHECKSUM")]
    checksum: Option<Checksum>,
}

impl Expect {
    pub(super) fn is_given(&self) -> bool {
        self.checksum.is_some()
    }

    /// Fails if the plan is another one (exit 8). `command` is what plans the same again.
    pub(super) fn check(
        &self,
        plan: &Plan,
        checksum: Checksum,
        hydra: &Target,
        command: &str,
    ) -> Result<()> {
        match self.checksum {
            Some(expected) if expected != checksum => {
                let (name, now) = (&hydra.name, creates(plan));
                let what = format!(
                    "the plan for `{name}` is not the one that `--expect` names: {now}; its checksum is `{checksum}`, not `{expected}`; nothing was sent"
                );
                Err(Error::new(Kind::OtherPlan, what)
                    .hint("since the plan was reviewed, the manifests, the clients in Hydra, the endpoint or Hydra's version changed; the checksum does not tell which")
                    .hint(format!("review the new plan with `{command}`, then apply it with `--expect {checksum}`")))
            }
            _ => Ok(()),
        }
    }
}

/// What a plan would create, in short.
fn creates(plan: &Plan) -> String {
    let all: Vec<&Change> = plan.creations().map(|(change, _)| change).collect();
    let names: Vec<_> = all.iter().take(FEW).map(|change| name(change)).collect();
    let rest = match all.len() - names.len() {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    match all.len() {
        0 => "nothing would be created".to_owned(),
        number => format!(
            "{} would be created ({}{rest})",
            count(number, "client"),
            names.join(", ")
        ),
    }
}

fn name(change: &Change) -> String {
    let name = name_or(change.client_name.as_deref(), change.resource.as_ref());
    let id = change.client_id.as_ref().map(|id| id.as_str());
    format!("`{}`", id.or(name).unwrap_or_default())
}
