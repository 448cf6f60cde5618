//! The plans of several environments in one comment.

use std::io::{self, Write};

use super::comment::MOST;
use super::escape::code;
use super::table::number;
use crate::report::drift::SettingsFlags;
use crate::report::environments::EnvironmentPlan;
use crate::text::safe_lines;

/// By this line the comment is found again. It does not depend on what is planned.
const MARKER: &str = "<!-- hydra-gitops plan of all environments -->\n";

/// Room for the line that counts what is left out.
const NOTE: usize = 100;

/// How many characters of an error are shown, if they take no more bytes than that.
const ERROR: usize = 500;
const ERROR_BYTES: usize = 600;

/// Room for what stands around a plan.
const AROUND: usize = 800;

/// A comment that grows by one section for each environment.
pub(crate) struct Environments {
    text: String,
    /// By what the environments are found.
    settings: SettingsFlags,
    /// How many sections still have to share the room.
    to_come: usize,
    left_out: usize,
    /// How many of those could not be planned, or not be applied.
    failed: usize,
}

impl Environments {
    /// A comment for so many environments.
    pub(crate) fn new(settings: SettingsFlags, count: usize) -> Self {
        Self {
            text: MARKER.to_owned(),
            settings,
            failed: 0,
            to_come: count,
            left_out: 0,
        }
    }

    /// How long the next plan should be at most, in bytes. What a section leaves, the others share.
    pub(crate) fn room(&self) -> usize {
        self.share().saturating_sub(AROUND)
    }

    fn share(&self) -> usize {
        MOST.saturating_sub(self.text.len() + NOTE) / self.to_come.max(1)
    }

    /// Adds a section. A plan that turned out too long is replaced by the way to see it, and a
    /// section without room is counted.
    pub(crate) fn add(&mut self, plan: &EnvironmentPlan<'_>) {
        let body = String::from_utf8_lossy(&plan.document);
        let environment = format!("--environment {}", plan.environment);
        let command = self.settings.command("plan", &environment);
        let command = code(&command, usize::MAX);
        let short = format!("The plan is too long for this comment. {command} shows it.\n");
        let share = self.share();
        let bodies = [&*body, &*short].into_iter();
        let bodies = bodies.filter(|body| body.len() <= share);
        let mut sections = bodies.map(|body| section(plan, body));
        match sections.find(|section| section.len() <= share) {
            Some(section) => self.text.push_str(&section),
            None => {
                self.left_out += 1;
                self.failed += usize::from(plan.error.is_some());
            }
        }
        self.to_come = self.to_come.saturating_sub(1);
    }

    /// Writes the comment. Environments that were not planned are counted, too.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())?;
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {} of them failed", number(failed)),
        };
        match self.left_out + self.to_come {
            0 => Ok(()),
            1 => writeln!(out, "\n… and 1 more environment{failed}"),
            rest => writeln!(out, "\n… and {} more environments{failed}", number(rest)),
        }
    }
}

/// An error as code. What is escaped can take several times its length.
fn error_text(error: &str) -> String {
    let lengths = std::iter::successors(Some(ERROR), |length| Some(length / 2));
    let mut texts = lengths
        .take_while(|length| *length > 0)
        .map(|length| code(error, length));
    let short = texts.find(|text| text.len() <= ERROR_BYTES);
    short.unwrap_or_default()
}

fn section(plan: &EnvironmentPlan<'_>, body: &str) -> String {
    let error = plan.error.as_ref().map(|error| {
        let (error, exit_code) = (error_text(error), plan.exit_code);
        format!("\nExit code {exit_code}: {error}\n")
    });
    let body = match body {
        "" => String::new(),
        body => format!("\n{body}"),
    };
    let (name, error) = (plan.environment, error.unwrap_or_default());
    let section = format!("\n## `{name}`\n{error}{body}");
    safe_lines(&section).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Environments, MOST};
    use crate::report::drift::SettingsFlags;
    use crate::report::environments::EnvironmentPlan;

    fn comment(environments: usize, document: &str, error: Option<&str>) -> String {
        let mut comment = Environments::new(SettingsFlags::default(), environments);
        for _ in 0..environments {
            comment.add(&EnvironmentPlan {
                environment: "production",
                exit_code: 1,
                error: error.map(str::to_owned),
                document: document.as_bytes().to_vec(),
            });
        }
        let mut page = Vec::new();
        assert!(comment.write(&mut page).is_ok());
        String::from_utf8_lossy(&page).into_owned()
    }

    #[test]
    fn sections_without_room_are_counted() {
        for count in [1, 2, 700] {
            for document in ["", "short\n", &"long\n".repeat(20_000)] {
                for error in [None, Some("`|`".repeat(900))] {
                    let page = comment(count, document, error.as_deref());
                    assert!(page.len() <= MOST, "{}", page.len());
                    let shown = page.matches("\n## ").count();
                    let last = page.lines().last().unwrap_or_default();
                    let rest = last.strip_prefix("… and ").unwrap_or("0 ");
                    let rest = rest.split(' ').next().unwrap_or_default();
                    let rest = rest.replace(',', "").parse::<usize>().unwrap_or(0);
                    assert_eq!(shown + rest, count, "{last}");
                    assert!(rest == 0 || page.len() > MOST / 2, "{}", page.len());
                }
            }
        }
    }

    #[test]
    fn what_was_not_planned_is_counted() {
        let mut page = Vec::new();
        assert!(
            Environments::new(SettingsFlags::default(), 2)
                .write(&mut page)
                .is_ok()
        );
        assert!(page.ends_with("\n… and 2 more environments\n".as_bytes()));
    }
}
