//! The table of changes: a row a client, as many as there is room for.

use super::escape::code;
use crate::client::ClientId;
use crate::error::chain;
use crate::plan::{Action, Change, Plan};
use crate::report::text::{name_or, secret_of};

/// How many characters of a text are shown.
const ID: usize = 200;
const NAME: usize = 100;
const PATH: usize = 200;
const REASON: usize = 500;

const HEAD: &str = "| change | client | | manifest |\n| --- | --- | --- | --- |\n";

/// Room for the line that counts what is left out.
const NOTE: usize = 200;

/// The kinds of changes that have rows. What needs somebody's attention comes first.
const KINDS: [Kind; 4] = [Kind::Failed, Kind::Create, Kind::Drifted, Kind::Unmanaged];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Failed,
    Create,
    Drifted,
    Unmanaged,
}

impl Kind {
    fn of(change: &Change) -> Option<Self> {
        match change.action {
            Action::Create(_) => Some(Self::Create),
            Action::Drifted(_) => Some(Self::Drifted),
            Action::Failed(_) => Some(Self::Failed),
            Action::Unmanaged => Some(Self::Unmanaged),
            Action::Unchanged => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Drifted => "drifted",
            Self::Failed => "failed",
            Self::Unmanaged => "unmanaged",
        }
    }
}

/// The table, in at most so many bytes; empty if nothing changes. Rows are whole: from the first that
/// does not fit, all are counted.
pub(super) fn table(plan: &Plan, room: usize) -> String {
    let mut rows = KINDS.into_iter().flat_map(|kind| {
        let changes = plan.changes.iter();
        let changes = changes.filter(move |change| Kind::of(change) == Some(kind));
        changes.map(move |change| (kind, change))
    });
    let mut table = String::new();
    let mut left_out = Vec::new();
    for (kind, change) in rows.by_ref() {
        let row = row(kind, change);
        if HEAD.len() + table.len() + row.len() + NOTE > room {
            left_out.push(kind);
            break;
        }
        table.push_str(&row);
    }
    left_out.extend(rows.map(|(kind, _)| kind));
    match (table.is_empty(), left_out.is_empty()) {
        (true, true) => String::new(),
        (_, true) => format!("{HEAD}{table}\n"),
        (_, false) => format!("{HEAD}{table}\n{}\n", note(&left_out)),
    }
}

/// How many rows are left out, of each kind.
fn note(left_out: &[Kind]) -> String {
    let of = |kind: &Kind| left_out.iter().filter(|other| *other == kind).count();
    let kinds = KINDS.iter().map(|kind| (of(kind), kind.word()));
    let kinds = kinds.filter(|(missing, _)| *missing > 0);
    let kinds = kinds.map(|(missing, word)| format!("{} {word}", number(missing)));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    format!("… and {} more: {kinds}\n", number(left_out.len()))
}

fn row(kind: Kind, change: &Change) -> String {
    let what = match &change.action {
        Action::Create(creation) => secret_of(creation.secret).to_owned(),
        Action::Drifted(drift) => {
            let fields = drift.differences.iter();
            let fields = fields.map(|one| code(one.field.name(), NAME));
            fields.collect::<Vec<_>>().join(", ")
        }
        Action::Failed(error) => code(&chain(error), REASON),
        Action::Unmanaged => "no manifest".to_owned(),
        Action::Unchanged => String::new(),
    };
    let place = change.place.as_ref();
    let place = place.map(|place| code(&format!("{}:{}", place.path, place.line), PATH));
    let (place, who) = (place.unwrap_or_default(), who(change));
    format!("| {} | {who} | {what} | {place} |\n", kind.word())
}

/// A client's id, with its name if that adds information.
pub(super) fn who(change: &Change) -> String {
    let name = name_or(change.client_name.as_deref(), change.resource.as_ref());
    let id = change.client_id.as_ref().map(ClientId::as_str);
    match (id, name.filter(|name| Some(*name) != id)) {
        (Some(id), Some(name)) => format!("{} ({})", code(id, ID), code(name, NAME)),
        (Some(only), None) | (None, Some(only)) => code(only, ID),
        (None, None) => "(unnamed)".to_owned(),
    }
}

/// A number as people write it: `9,123`.
pub(super) fn number(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn thousands_are_grouped() {
        let all = [0, 12, 999, 1000, 12_345, 1_234_567].map(number);
        assert_eq!(all, ["0", "12", "999", "1,000", "12,345", "1,234,567"]);
    }
}
