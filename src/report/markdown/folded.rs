//! The differences of drifted clients, folded: as many clients as there is room for.

use super::escape::{block, clipped};
use super::table::{number, who};
use crate::plan::{Action, Change, Drift, Plan};
use crate::report::drift::{Line, NOT_SHOWN, left_out, lines, sign};
use crate::text::{count, safe_text};

/// How many characters of a line are shown.
const LINE: usize = 500;

/// Room for what stands around the clients.
pub(super) const AROUND: usize = 300;

/// The differences, in at most so many bytes; empty if nothing drifted. Clients are whole: those that
/// do not fit are counted.
pub(super) fn folded(plan: &Plan, room: usize) -> String {
    let drifted = plan.changes.iter();
    let drifted = drifted.filter_map(|change| match &change.action {
        Action::Drifted(drift) => Some((change, drift)),
        _ => None,
    });
    let (mut clients, mut all, mut shown) = (String::new(), 0, 0);
    for (change, drift) in drifted {
        all += 1;
        if clients.len() + AROUND < room {
            let client = client(change, drift);
            if clients.len() + client.len() + AROUND <= room {
                clients.push_str(&client);
                shown += 1;
            }
        }
    }
    let rest = match all - shown {
        0 => String::new(),
        rest => format!("… and {} more\n\n", number(rest)),
    };
    match all {
        0 => String::new(),
        _ => format!(
            "<details>\n<summary>Differences of {}</summary>\n\n{clients}{rest}</details>\n\n",
            count(all, "client")
        ),
    }
}

fn client(change: &Change, drift: &Drift) -> String {
    let mut shown = Vec::new();
    for difference in &drift.differences {
        shown.push(format!("@@ {} @@", difference.field.name()));
        let lines = lines(difference).into_iter().map(|line| match line {
            Line::NotShown => format!("  {NOT_SHOWN}"),
            Line::LeftOut(lines) => format!("  {}", left_out(lines)),
            Line::Shown(tag, parts) => {
                let parts: String = parts.into_iter().map(|(_, part)| part).collect();
                // Two parts together may be a command again.
                let line = format!("{} {}", sign(tag), clipped(&parts, LINE));
                safe_text(&line).into_owned()
            }
        });
        shown.extend(lines);
    }
    format!("{}\n\n{}\n", who(change), block("diff", &shown))
}
