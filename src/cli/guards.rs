//! Findings that count only where a client would be created: Hydra refuses no client that it has.

use super::manifest_args::show_findings;
use super::report_file::ReportFile;
use super::ui::Ui;
use crate::error::{Error, Result};
use crate::manifest::{Finding, Loaded, Manifest, Policy};
use crate::plan::Plan;
use crate::reconcile::{Target, judge};
use crate::text::count;

/// Manifests without an error, but for what Hydra may refuse.
pub(super) struct Checked {
    pub(super) manifests: Vec<Manifest>,
    pub(super) guards: Guards,
}

/// What Hydra may refuse: judged when it is known which clients exist, and how old Hydra is.
pub(super) struct Guards {
    findings: Vec<Finding>,
    policy: Policy,
    report: Option<ReportFile>,
    /// How many findings were shown before.
    shown: usize,
}

impl Checked {
    /// Shows the findings that are final; `None` if there is an error among them.
    pub(super) fn new(
        loaded: Loaded,
        policy: Policy,
        mut report: Option<ReportFile>,
        ui: &Ui,
    ) -> Option<Self> {
        let stops = |finding: &Finding| finding.is_error() && !finding.guards_creating();
        if loaded.findings.iter().any(stops) {
            show_findings(&policy.apply(loaded.findings), ui);
            return None;
        }
        let guards_creating = |finding: &Finding| finding.guards_creating();
        let (findings, shown): (Vec<_>, Vec<_>) =
            loaded.findings.into_iter().partition(guards_creating);
        show_findings(&shown, ui);
        if let Some(report) = &mut report {
            report.add(&shown);
        }
        Some(Self {
            manifests: loaded.manifests,
            guards: Guards {
                findings,
                policy,
                report,
                shown: shown.len(),
            },
        })
    }
}

impl Guards {
    /// Fails if a client that would be created violates a rule (exit 3). Shows the findings, also
    /// those about fields that this Hydra drops, and completes the report. Returns how many findings
    /// there were, none of them an error.
    pub(super) fn check(&self, plan: &mut Plan, target: &Target, ui: &Ui) -> Result<usize> {
        let version = target.version().and_then(|version| version.parse().ok());
        let judged = judge(self.findings.clone(), plan, &self.policy, version);
        plan.forget_dropped();
        show_findings(&judged, ui);
        if let Some(report) = &self.report {
            report.rewrite(&judged)?;
        }
        fail(&judged)?;
        Ok(self.shown + judged.len())
    }

    /// Shows the findings where Hydra could not be asked: they have to be fixed all the same.
    pub(super) fn or_unasked<T>(&self, asked: Result<T>, ui: &Ui) -> Result<T> {
        asked.map_err(|error| {
            let findings = self.policy.apply(self.findings.clone());
            show_findings(&findings, ui);
            if let Err(invalid) = fail(&findings) {
                ui.error(&error);
                return invalid;
            }
            error
        })
    }
}

fn fail(findings: &[Finding]) -> Result<()> {
    match findings.iter().filter(|finding| finding.is_error()).count() {
        0 => Ok(()),
        errors => {
            let message = format!("{} in the manifests", count(errors, "error"));
            Err(Error::manifest(message).hint("fix the manifests; nothing was sent to Hydra"))
        }
    }
}
