//! Drift as text: what differs, line by line, and the ways out of it.

use std::io::{self, Write};

use globset::escape;
use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};

use super::events::connection_flag;
use super::style::{CREATE, DIM, HINT, REMOVED, paint};
use crate::client::{ClientId, Field, Shape};
use crate::plan::{Action, Checksum, Difference, Drift, Plan};
use crate::reconcile::Target;
use crate::shell;
use crate::text::{count, safe_text};

/// The run that made a plan, as far as its report and the commands in it say so.
pub(crate) struct Origin<'a> {
    pub(crate) hydra: &'a Target,
    pub(crate) checksum: Checksum,
    /// The paths and flags that say what is compared, quoted for a shell.
    pub(crate) arguments: &'a [String],
}

/// Writes the difference in one field, line by line: `-` is what Hydra has, `+` is what the manifest
/// says. Equal lines that are left out are counted.
pub(super) fn difference(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let Difference {
        field,
        manifest,
        hydra,
    } = difference;
    writeln!(out, "    {}", field.name())?;
    let (old, new) = (value_lines(*field, hydra), value_lines(*field, manifest));
    if old == new {
        return writeln!(out, "      (what differs is not shown)");
    }
    let diff = TextDiff::from_lines(&old, &new);
    let mut next = 0;
    for group in diff.grouped_ops(1) {
        let range = |at: usize| group.get(at).map(|op| op.old_range());
        let start = range(0).map_or(next, |range| range.start);
        left_out(start - next, out)?;
        next = range(group.len() - 1).map_or(start, |range| range.end);
        for change in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", REMOVED),
                ChangeTag::Insert => ("+", CREATE),
                ChangeTag::Equal => (" ", DIM),
            };
            let mut line = String::new();
            for (emphasized, part) in change.iter_strings_lossy() {
                let part = safe_text(part.trim_end_matches('\n')).into_owned();
                let style = if emphasized { style.underline() } else { style };
                line.push_str(&paint(style, &part));
            }
            writeln!(out, "      {} {line}", paint(style, sign))?;
        }
    }
    left_out(old.lines().count() - next, out)
}

fn left_out(lines: usize, out: &mut dyn Write) -> io::Result<()> {
    match lines {
        0 => Ok(()),
        lines => writeln!(
            out,
            "      {}",
            paint(DIM, &format!("… {}", count(lines, "equal line")))
        ),
    }
}

/// A value as lines. Lists are sorted, because their order has no meaning; JSON is indented.
fn value_lines(field: Field, value: &Json) -> String {
    let mut lines: Vec<String> = match (field.shape(), value) {
        (_, Json::Null) => return "(nothing)\n".to_owned(),
        (Shape::Scope, Json::String(scope)) => {
            scope.split_whitespace().map(str::to_owned).collect()
        }
        (Shape::List, Json::Array(items)) => {
            let text = |item: &Json| item.as_str().map(str::to_owned);
            let texts = items.iter();
            texts
                .map(|item| text(item).unwrap_or_else(|| item.to_string()))
                .collect()
        }
        (Shape::Json, value) => return format!("{value:#}\n"),
        (_, Json::String(text)) if text.is_empty() => return "(empty)\n".to_owned(),
        (_, Json::String(text)) => return format!("{}\n", safe_text(text)),
        (_, value) => return format!("{value}\n"),
    };
    lines.sort_unstable();
    lines.dedup();
    if lines.is_empty() {
        return "(empty)\n".to_owned();
    }
    lines
        .iter()
        .map(|line| format!("{}\n", safe_text(line)))
        .collect()
}

/// Writes what can be done about drift. The commands are those for the first client that drifted.
pub(super) fn ways_out(plan: &Plan, origin: &Origin<'_>, out: &mut dyn Write) -> io::Result<()> {
    let drifted = plan
        .changes
        .iter()
        .filter_map(|change| match &change.action {
            Action::Drifted(drift) => Some((change.client_id.as_ref()?, drift)),
            _ => None,
        });
    let drifted: Vec<_> = drifted.collect();
    let Some((id, drift)) = drifted.first() else {
        return Ok(());
    };
    let legend =
        "`-` is what Hydra has, `+` what the manifest says; an existing client is never changed";
    writeln!(out, "{}", paint(DIM, legend))?;
    if drifted.len() > 1 {
        let all = drifted.len();
        let which =
            format!("the commands below are for `{id}`, the first of {all} drifted clients");
        writeln!(out, "{}", paint(DIM, &safe_text(&which)))?;
    }
    let fields = drift.differences.iter();
    let fields = fields.map(|one| format!(" --ignore-drift {}", one.field.name()));
    let fields: String = fields.collect();
    let export = export(id, origin);
    let mut hints = vec![format!("change the manifest to what Hydra has: {export}")];
    if let Some(patch) = patch(id, drift, origin) {
        hints.push(format!(
            "or change Hydra to what the manifest says: {patch}"
        ));
    }
    hints.push(format!("or accept the differences:{fields}"));
    let word = paint(HINT, "hint");
    let mut hints = hints.iter();
    hints.try_for_each(|hint| writeln!(out, "  {word}: {}", safe_text(hint)))
}

/// The flags that select the Hydra and the client.
fn selection(id: &ClientId, origin: &Origin<'_>) -> String {
    let only = shell::word(escape(id.as_str()));
    let equals = if only.starts_with('-') { "=" } else { " " };
    format!(
        "{} --only{equals}{only}",
        connection_flag(&origin.hydra.name)
    )
}

fn export(id: &ClientId, origin: &Origin<'_>) -> String {
    format!("hydra-gitops export {}", selection(id, origin))
}

/// The command that patches the client; `None` if no patch would change anything, or there is no
/// address to send it to.
fn patch(id: &ClientId, drift: &Drift, origin: &Origin<'_>) -> Option<String> {
    let url = origin
        .hydra
        .client_url(id)
        .filter(|_| !drift.patch.operations.is_empty())?;
    let header = "-H 'Content-Type: application/json-patch+json' --data @-";
    let send = shell::curl(
        &format!("-X PATCH {header}"),
        origin.hydra.socket(),
        url.as_str(),
    );
    let (arguments, select) = (origin.arguments, selection(id, origin));
    let arguments: String = arguments.iter().map(|word| format!(" {word}")).collect();
    Some(format!(
        "hydra-gitops plan{arguments} {select} --output patch | {send}"
    ))
}
