//! `--deny` and `--allow`, and `rule`: what the rules are.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Args;

use super::completions;
use super::ui::to_stdout;
use crate::client::{HydraVersion, Namespace};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::{Policy, Rule, did_you_mean};
use crate::text::count;

/// How manifests are judged
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArgs {
    /// Treat this rule as an error; `warnings` means every warning (repeatable)
    #[arg(long, value_name = "RULE", add = completions::denied())]
    deny: Vec<String>,
    /// Silence a rule, if it is a warning (repeatable)
    #[arg(long, value_name = "RULE", add = completions::allowed())]
    allow: Vec<String>,
    /// Namespace of Kubernetes resources that do not name theirs
    #[arg(long, value_name = "NS", help_heading = "Manifests")]
    namespace: Option<Namespace>,
}

impl RuleArgs {
    /// Every rule by its own level.
    pub(super) fn in_namespace(namespace: Option<Namespace>) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// The flag that decides what clients there are.
    pub(super) fn words(&self) -> impl Iterator<Item = OsString> {
        let namespace = self.namespace.iter();
        namespace.map(|namespace| format!("--namespace={}", namespace.as_str()).into())
    }

    /// The policy that the flags ask for.
    pub(super) fn policy(&self, hydra: Option<HydraVersion>) -> Result<Policy> {
        let policy = Policy::new(&self.deny, &self.allow, hydra)?;
        Ok(policy.in_namespace(self.namespace.clone()))
    }
}

/// Explain a rule that manifests are checked by, or list all rules
#[derive(Debug, Args)]
pub(super) struct ShowRuleArgs {
    /// Name of the rule, as findings have it in brackets
    #[arg(value_name = "NAME", add = completions::rules())]
    name: Option<String>,
}

pub(super) fn run(args: &ShowRuleArgs) -> Result<ExitCode> {
    match &args.name {
        None => to_stdout(list)?,
        Some(name) => {
            let rule = Rule::from_name(name).ok_or_else(|| {
                Error::usage(format!("there is no rule `{name}`")).hint(did_you_mean(name))
            })?;
            to_stdout(|out| writeln!(out, "{}\n\n{}", rule.name(), rule.page()))?;
        }
    }
    Ok(ExitCode::Done)
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    let longest = Rule::ALL.iter().map(|rule| rule.name().len()).max();
    let width = longest.unwrap_or_default();
    for rule in Rule::ALL {
        let (name, level) = (rule.name(), rule.severity().name());
        writeln!(out, "{name:width$}  {level:7}  {}", rule.summary())?;
    }
    writeln!(out, "{}", count(Rule::ALL.len(), "rule"))
}
