//! Drift: what differs, line by line, and the ways out of it; both as text.

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
    pub(crate) settings: &'a SettingsFlags,
}

/// The flags by which another command has the settings that were used.
#[derive(Debug, Default)]
pub(crate) struct SettingsFlags {
    /// `--config`, `--environment` and `--no-config`, quoted for a shell.
    pub(crate) flags: Vec<String>,
    /// Whether it is the settings that say which Hydra is asked.
    pub(crate) name_hydra: bool,
}

impl SettingsFlags {
    /// A command with the same settings.
    pub(crate) fn command(&self, name: &str, more: &str) -> String {
        let flags = self.flags.iter().map(String::as_str);
        let words = ["hydra-gitops", name].into_iter().chain(flags);
        words.chain([more]).collect::<Vec<_>>().join(" ")
    }
}

impl Origin<'_> {
    /// The command that plans the same of the same Hydra.
    pub(crate) fn plan(&self, more: &[String]) -> String {
        self.command("plan", self.arguments, more)
    }

    /// A command with these arguments that asks the same Hydra, with the same settings.
    fn command(&self, name: &str, arguments: &[String], more: &[String]) -> String {
        let settings = self.settings;
        let hydra = (!settings.name_hydra).then(|| connection_flag(&self.hydra.name));
        let words = ["hydra-gitops", name].into_iter();
        let flags = arguments
            .iter()
            .chain(&settings.flags)
            .chain(&hydra)
            .chain(more);
        let words = words.chain(flags.map(String::as_str));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// One line of a difference.
pub(super) enum Line {
    /// Both sides look the same, because what differs is masked.
    NotShown,
    /// So many equal lines are left out.
    LeftOut(usize),
    /// `Delete` is what Hydra has, `Insert` what the manifest says. Parts that differ are marked.
    Shown(ChangeTag, Vec<(bool, String)>),
}

/// How a line begins.
pub(super) fn sign(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Delete => "-",
        ChangeTag::Insert => "+",
        ChangeTag::Equal => " ",
    }
}

/// The difference in one field, line by line. Equal lines that are left out are counted.
pub(super) fn lines(difference: &Difference) -> Vec<Line> {
    let Difference {
        field,
        manifest,
        hydra,
    } = difference;
    let (old, new) = (value_lines(*field, hydra), value_lines(*field, manifest));
    if old == new {
        return vec![Line::NotShown];
    }
    let diff = TextDiff::from_lines(&old, &new);
    let (mut lines, mut next) = (Vec::new(), 0);
    for group in diff.grouped_ops(1) {
        let range = |at: usize| group.get(at).map(|op| op.old_range());
        let start = range(0).map_or(next, |range| range.start);
        lines.push(Line::LeftOut(start - next));
        next = range(group.len() - 1).map_or(start, |range| range.end);
        for change in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let parts = change.iter_strings_lossy().map(|(is_marked, part)| {
                let part = safe_text(part.trim_end_matches('\n')).into_owned();
                (is_marked, part)
            });
            lines.push(Line::Shown(change.tag(), parts.collect()));
        }
    }
    lines.push(Line::LeftOut(old.lines().count() - next));
    lines.retain(|line| !matches!(line, Line::LeftOut(0)));
    lines
}

pub(super) const NOT_SHOWN: &str = "(what differs is not shown)";

pub(super) fn left_out(lines: usize) -> String {
    format!("… {}", count(lines, "equal line"))
}

/// Writes the difference in one field.
pub(super) fn difference(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {}", difference.field.name())?;
    for line in lines(difference) {
        let (sign, line) = match line {
            Line::NotShown => (String::new(), NOT_SHOWN.to_owned()),
            Line::LeftOut(lines) => (String::new(), paint(DIM, &left_out(lines))),
            Line::Shown(tag, parts) => {
                let style = match tag {
                    ChangeTag::Delete => REMOVED,
                    ChangeTag::Insert => CREATE,
                    ChangeTag::Equal => DIM,
                };
                let parts = parts.iter().map(|(is_marked, part)| {
                    let style = if *is_marked { style.underline() } else { style };
                    paint(style, part)
                });
                (paint(style, sign(tag)) + " ", parts.collect())
            }
        };
        writeln!(out, "      {sign}{line}")?;
    }
    Ok(())
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

/// The ways out of drift, for the first client that drifted.
pub(super) struct WaysOut<'p> {
    pub(super) id: &'p ClientId,
    /// How many clients drifted.
    pub(super) drifted: usize,
    /// The command that prints the client as it is in Hydra.
    pub(super) export: String,
    /// The command that changes the client, if there is one.
    pub(super) patch: Option<String>,
    /// The flags that accept the differences.
    pub(super) ignore: String,
}

/// `None` if nothing drifted.
pub(super) fn ways_out<'p>(plan: &'p Plan, origin: &Origin<'_>) -> Option<WaysOut<'p>> {
    let drifted = plan
        .changes
        .iter()
        .filter_map(|change| match &change.action {
            Action::Drifted(drift) => Some((change.client_id.as_ref()?, drift)),
            _ => None,
        });
    let drifted: Vec<_> = drifted.collect();
    let (id, drift) = drifted.first()?;
    let fields = drift.differences.iter();
    let fields = fields.map(|one| format!("--ignore-drift {}", one.field.name()));
    Some(WaysOut {
        id,
        drifted: drifted.len(),
        export: export(id, origin),
        patch: patch(id, drift, origin),
        ignore: fields.collect::<Vec<_>>().join(" "),
    })
}

pub(super) const LEGEND: &str =
    "`-` is what Hydra has, `+` what the manifest says; an existing client is never changed";

/// Writes what can be done about drift.
pub(super) fn write_ways_out(
    plan: &Plan,
    origin: &Origin<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(ways) = ways_out(plan, origin) else {
        return Ok(());
    };
    writeln!(out, "{}", paint(DIM, LEGEND))?;
    let WaysOut { id, drifted, .. } = &ways;
    if *drifted > 1 {
        let which =
            format!("the commands below are for `{id}`, the first of {drifted} drifted clients");
        writeln!(out, "{}", paint(DIM, &safe_text(&which)))?;
    }
    let mut hints = vec![format!(
        "change the manifest to what Hydra has: {}",
        ways.export
    )];
    if let Some(patch) = &ways.patch {
        hints.push(format!(
            "or change Hydra to what the manifest says: {patch}"
        ));
    }
    hints.push(format!("or accept the differences: {}", ways.ignore));
    let word = paint(HINT, "hint");
    let mut hints = hints.iter();
    hints.try_for_each(|hint| writeln!(out, "  {word}: {}", safe_text(hint)))
}

/// The flag that selects the client.
fn only(id: &ClientId) -> String {
    let only = shell::word(escape(id.as_str()));
    let equals = if only.starts_with('-') { "=" } else { " " };
    format!("--only{equals}{only}")
}

fn export(id: &ClientId, origin: &Origin<'_>) -> String {
    origin.command("export", &[], &[only(id)])
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
    let plan = origin.plan(&[only(id), "--output patch".to_owned()]);
    Some(format!("{plan} | {send}"))
}
