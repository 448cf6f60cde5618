//! Events as text: one line each, with the time of day, a sign, the subject, and what happened.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::duration::show;
use crate::error::{Error, chain};
use crate::manifest::{Finding, totals as totals_of};
use crate::report::style::{BOLD, CREATE, DIM, ERROR, HINT, WARNING, paint};
use crate::report::text::{Detail, MAY_BE_OURS, at, name_or, who};
use crate::text::{count, safe_text};
use crate::watch::{Before, ClientNews, FileState, News, Status, Subject};

/// When manifests are removed, up to this many clients get a line each; more share one line.
const FEW: usize = 5;

/// Writes an event. Omits [`News::Idle`], which people do not need.
///
/// # Errors
/// Those of the writer.
pub(crate) fn text(
    news: &News,
    time: Timestamp,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    if detail == Detail::Quiet && is_good_news(news) {
        return Ok(());
    }
    let lines = match news {
        News::Client(subject, news) => vec![client(subject, news)],
        News::Clients(all) => clients(all, detail),
        News::File {
            path,
            findings,
            state,
        } => vec![file(path.as_deref(), findings, *state)],
        News::HydraDown { endpoint, error } => vec![hydra_down(endpoint, error)],
        News::HydraUp { version, after, .. } => vec![hydra_up(version.as_deref(), *after)],
        News::Idle(_) | News::Notice(_) => Vec::new(),
    };
    let local = time.to_zoned_datetime(TimeZone::system());
    let clock = paint(DIM, &local.strftime("%H:%M:%S").to_string());
    lines.iter().try_for_each(|line| line.write(&clock, out))
}

/// Whether the event requires no action.
fn is_good_news(news: &News) -> bool {
    match news {
        News::Client(_, news) => is_good(news),
        News::Clients(all) => all.iter().all(|(_, news)| is_good(news)),
        News::File { state, .. } => state.is_good(),
        News::HydraDown { .. } => false,
        News::HydraUp { .. } | News::Idle(_) | News::Notice(_) => true,
    }
}

fn is_good(news: &ClientNews) -> bool {
    match news {
        ClientNews::Created { unconfirmed, .. } | ClientNews::Raced { unconfirmed, .. } => {
            !unconfirmed
        }
        ClientNews::Unchanged(_) | ClientNews::Gone => true,
        ClientNews::Failed { .. } | ClientNews::Drifted(_) | ClientNews::Unmanaged { .. } => false,
    }
}

/// An event, but for the time of day.
struct Line {
    sign: String,
    subject: String,
    note: String,
    hints: Vec<String>,
}

impl Line {
    fn new(style: Style, sign: &str, subject: String, note: impl Into<String>) -> Self {
        Self {
            sign: paint(style, sign),
            subject,
            note: note.into(),
            hints: Vec::new(),
        }
    }

    fn hints(self, hints: Vec<String>) -> Self {
        Self { hints, ..self }
    }

    fn write(&self, clock: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{clock} {} {}  {}", self.sign, self.subject, self.note)?;
        let word = paint(HINT, "hint");
        let mut hints = self.hints.iter();
        hints.try_for_each(|hint| writeln!(out, "  {word}: {}", safe_text(hint)))
    }
}

fn client(client: &Subject, news: &ClientNews) -> Line {
    let line = |style, sign: &str, note: &str| {
        let at = at(client.location.as_ref());
        Line::new(style, sign, named(client), format!("{note}{at}"))
    };
    match news {
        ClientNews::Created { unconfirmed, took } => {
            let created = format!("created in {}", show(*took));
            let doubt = "but could not verify that the recorded secret is the client's";
            match unconfirmed {
                true => line(WARNING, "+", &format!("{created}, {doubt}")),
                false => line(CREATE, "+", &created),
            }
        }
        ClientNews::Raced { unconfirmed, took } => {
            let what = match unconfirmed {
                true => MAY_BE_OURS,
                false => "another program created this client first; it was left unchanged",
            };
            line(WARNING, "=", &format!("{what} ({})", show(*took)))
        }
        ClientNews::Failed { error, took } => {
            let (took, why) = (show(*took), chain(error));
            let note = format!("failed after {took}: {}", safe_text(&why));
            line(ERROR, "x", &note).hints(advice(error))
        }
        ClientNews::Drifted(differences) => {
            let fields: Vec<_> = differences.iter().map(|one| one.field.name()).collect();
            let note = format!("differs in Hydra: {}", fields.join(", "));
            line(WARNING, "~", &note)
        }
        ClientNews::Unchanged(Before::Failed) => line(CREATE, "v", "is in Hydra after all"),
        ClientNews::Unchanged(Before::Drifted) => {
            line(CREATE, "v", "as its manifest describes it again")
        }
        ClientNews::Gone => line(CREATE, "v", "its manifest is gone, and so is the client"),
        ClientNews::Unmanaged { delete } => {
            let note = "its manifest is gone, and the client stays in Hydra";
            let delete = delete.as_ref().map_or_else(
                || "no URL path can contain this id, so no request can delete it".to_owned(),
                |delete| format!("to delete it: {delete}"),
            );
            line(WARNING, "!", note).hints(vec![delete])
        }
    }
}

fn named(client: &Subject) -> String {
    let resource = client.resource.as_ref();
    who(
        client.id.as_ref(),
        name_or(client.name.as_deref(), resource),
    )
}

/// One line per client, or a single line for all that remain if there are many.
fn clients(all: &[(Subject, ClientNews)], detail: Detail) -> Vec<Line> {
    let staying = all.iter().filter_map(|(client, news)| match news {
        ClientNews::Unmanaged { delete } => Some((client, delete.as_deref())),
        _ => None,
    });
    let staying: Vec<_> = staying.collect();
    let is_one_line = staying.len() > FEW;
    let told = all.iter().filter(|(_, news)| {
        let is_staying = matches!(news, ClientNews::Unmanaged { .. });
        !(is_one_line && is_staying || detail == Detail::Quiet && is_good(news))
    });
    let mut lines: Vec<Line> = told.map(|(one, news)| client(one, news)).collect();
    if is_one_line {
        let first: Vec<_> = staying
            .iter()
            .take(FEW)
            .map(|(one, _)| named(one))
            .collect();
        let note = format!(
            "their manifests are gone, and the clients stay in Hydra: {} and {} more",
            first.join(", "),
            staying.len() - first.len()
        );
        let subject = paint(BOLD, &count(staying.len(), "client"));
        let delete = staying.iter().find_map(|(_, delete)| *delete);
        let delete = delete.map(|delete| format!("to delete the first of them: {delete}"));
        let line = Line::new(WARNING, "!", subject, note);
        lines.push(line.hints(delete.into_iter().collect()));
    }
    lines
}

fn file(path: Option<&str>, findings: &[Finding], state: FileState) -> Line {
    let path = paint(BOLD, &safe_text(path.unwrap_or("manifests")));
    let note = match state {
        FileState::Invalid => totals(findings),
        FileState::Absent { staying: 0 } => "does not exist; waiting for it".to_owned(),
        FileState::Absent { staying } => {
            let clients = count(staying, "client");
            let stay = if staying == 1 { "stays" } else { "stay" };
            format!("does not exist; waiting for it ({clients} from it {stay} in Hydra)")
        }
        FileState::Valid => "valid again".to_owned(),
        FileState::Gone => "gone".to_owned(),
        FileState::There => "exists now".to_owned(),
    };
    match state.is_good() {
        true => Line::new(CREATE, "v", path, note),
        false => Line::new(ERROR, "x", path, note),
    }
}

fn totals(findings: &[Finding]) -> String {
    let (errors, warnings) = totals_of(findings);
    let [errors_text, warnings_text] = [count(errors, "error"), count(warnings, "warning")];
    match (errors, warnings) {
        (0, _) => warnings_text,
        (_, 0) => format!("ignored: {errors_text}"),
        _ => format!("ignored: {errors_text}, {warnings_text}"),
    }
}

fn hydra_down(endpoint: &str, error: &Error) -> Line {
    let (endpoint, why) = (safe_text(endpoint), chain(error));
    let note = format!("{endpoint} is unavailable; retrying: {}", safe_text(&why));
    Line::new(ERROR, "x", paint(BOLD, "hydra"), note).hints(advice(error))
}

fn hydra_up(version: Option<&str>, after: Option<Duration>) -> Line {
    let version = version.map_or_else(String::new, |version| format!(" {}", safe_text(version)));
    let subject = format!("{}{version}", paint(BOLD, "hydra"));
    let note = after.map_or_else(
        || "answers now".to_owned(),
        |after| format!("is back after {}", show(after)),
    );
    Line::new(CREATE, "v", subject, note)
}

/// Hints for an error while the program keeps running.
fn advice(error: &Error) -> Vec<String> {
    let hints = error.hints().iter();
    let hints = hints.map(|hint| hint.text_while_running().to_owned());
    hints.collect()
}

/// The status line at the bottom of a terminal.
pub(crate) fn status(status: &Status) -> String {
    let (totals, creating) = (status.totals, status.creating);
    let failed = totals.failed.saturating_sub(creating);
    let invalid = count(totals.invalid, "file");
    let parts = [
        (creating, format!("{creating} being created")),
        (totals.drifted, format!("{} drifted", totals.drifted)),
        (failed, format!("{failed} not in Hydra")),
        (totals.invalid, format!("{invalid} invalid")),
    ];
    let mut text = format!("watching {}", count(totals.clients, "client"));
    for (_, part) in parts.iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!(", {part}"));
    }
    let version = status.version.as_deref().unwrap_or("");
    let hydra = match status.is_down {
        true => "waiting for Hydra".to_owned(),
        false => format!("Hydra {version}").trim_end().to_owned(),
    };
    safe_text(&format!("{text} | {hydra}")).into_owned()
}
