//! The comment as a whole.

use std::io::{self, Write};

use super::escape::{block, code, in_comment};
use super::folded::{AROUND, folded};
use super::table::table;
use crate::endpoint_name::EndpointName;
use crate::plan::Plan;
use crate::report::drift::{LEGEND, Origin, WaysOut, ways_out};
use crate::report::text::totals_of;
use crate::text::{count, safe_lines, safe_text};

/// GitHub takes no comment of more than 65,536 characters. Bytes are never fewer.
pub(super) const MOST: usize = 65_535;

/// How many characters of an endpoint and of a version are shown.
const ENDPOINT: usize = 200;
const VERSION: usize = 64;

/// Commands that would take more than this part of the room are left out: one that is cut does
/// something else.
const COMMANDS: usize = 8;

/// The table leaves a third of the room to differences, if there are so many.
const FOLDED: usize = 3;

/// Where a plan stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// It is a comment of its own.
    Alone,
    /// It is a part of one, with room for so many bytes.
    Section { room: usize },
}

/// What a comment says about a plan.
pub(crate) struct Comment<'a> {
    pub(crate) place: Place,
    pub(crate) plan: &'a Plan,
    pub(crate) origin: Origin<'a>,
    /// How many findings about the manifests there were, none of them an error.
    pub(crate) findings: usize,
}

/// Writes a comment: a hidden line by which it is found again, unless it is a section, the Hydra and
/// the totals, the changes, the differences, what to do about drift, and the checksum.
///
/// A section is longer than its room if these alone, without changes and differences, are.
pub(crate) fn plan(comment: &Comment<'_>, out: &mut dyn Write) -> io::Result<()> {
    let room = match comment.place {
        Place::Alone => MOST,
        Place::Section { room } => room,
    };
    let (head, tail) = (safe(&head(comment)), safe(&tail(comment, room / COMMANDS)));
    let room = room.saturating_sub(head.len() + tail.len());
    let reserved = match folded(comment.plan, room / FOLDED).len() {
        0 => 0,
        length => (length + AROUND).min(room / FOLDED),
    };
    let table = safe(&table(comment.plan, room.saturating_sub(reserved)));
    let folded = safe(&folded(comment.plan, room.saturating_sub(table.len())));
    write!(out, "{head}{table}{folded}{tail}")
}

/// A part as it is printed, which is as long as it gets.
fn safe(part: &str) -> String {
    safe_lines(part).into_owned()
}

fn head(comment: &Comment<'_>) -> String {
    let hydra = comment.origin.hydra;
    let name = EndpointName::new(&hydra.name);
    let version = hydra.version().map(|version| code(version, VERSION) + " ");
    let marker = match comment.place {
        Place::Alone => {
            let name = in_comment(name.as_str(), ENDPOINT);
            format!("<!-- hydra-gitops plan {name} -->\n")
        }
        Place::Section { .. } => String::new(),
    };
    format!(
        "{marker}### Hydra {}at {}: {}\n\n",
        version.unwrap_or_default(),
        code(&hydra.name, ENDPOINT),
        totals_of(comment.plan.summary())
    )
}

fn tail(comment: &Comment<'_>, commands: usize) -> String {
    let checksum = comment.origin.checksum;
    let mut tail = String::new();
    if let Some(ways) = ways_out(comment.plan, &comment.origin) {
        tail.push_str(&about_drift(&ways, &comment.origin, commands));
    }
    if comment.findings > 0 {
        let (findings, are) = match comment.findings {
            1 => ("1 warning".to_owned(), "is"),
            many => (count(many, "warning"), "are"),
        };
        tail.push_str(&format!(
            "{findings} about the manifests {are} in the log of this run.\n\n"
        ));
    }
    let only_that = match comment.plan.summary().create {
        0 => String::new(),
        _ => {
            let expect = format!("--expect {checksum}");
            let apply = comment.origin.settings.command("apply", &expect);
            let apply = code(&apply, usize::MAX);
            format!("; {apply} applies this plan or nothing")
        }
    };
    tail.push_str(&format!("Checksum: `{checksum}`{only_that}\n"));
    tail
}

fn about_drift(ways: &WaysOut<'_>, origin: &Origin<'_>, room: usize) -> String {
    let which = match ways.drifted {
        1 => String::new(),
        all => format!(" The commands are for the first of {all} drifted clients."),
    };
    let mut lines = vec![
        "# change the manifest to what Hydra has:".to_owned(),
        ways.export.clone(),
    ];
    if let Some(patch) = &ways.patch {
        lines.push("# or change Hydra to what the manifest says:".to_owned());
        lines.push(patch.clone());
    }
    lines.push("# or accept the differences, in `plan` and `apply`:".to_owned());
    lines.push(format!("# {}", ways.ignore));
    let lines: Vec<_> = lines
        .iter()
        .map(|line| safe_text(line).into_owned())
        .collect();
    let commands = match lines.iter().map(String::len).sum::<usize>() <= room {
        true => block("sh", &lines),
        false => {
            let command = origin.plan(&[]);
            match command.len() <= room {
                true => format!("{} prints the commands.\n", code(&command, usize::MAX)),
                false => "The text of this plan has the commands.\n".to_owned(),
            }
        }
    };
    format!("In the differences, {LEGEND}.{which}\n\n{commands}\n")
}
