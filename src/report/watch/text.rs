//! Events as text: one line each, with the time of day, a sign, the subject, and what happened.

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::duration;
use crate::error::{Error, chain};
use crate::manifest::{Finding, totals as totals_of};
use crate::report::style::{BOLD, CREATE, DIM, ERROR, HINT, WARNING, paint};
use crate::report::text::MAY_BE_OURS;
use crate::report::text::{Detail, at, who};
use crate::text::{count, safe_text};
use crate::watch::{Before, ClientNews, FileState, News, Status, Subject, Totals};

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
    let clock = paint(DIM, &clock(time));
    match news {
        News::Client(who, news) => client(&clock, who, news, out),
        News::Clients(all) => clients(&clock, all, detail, out),
        News::File {
            path,
            findings,
            state,
        } => {
            let path = paint(BOLD, &safe_text(path.as_deref().unwrap_or("manifests")));
            let sign = match state.is_good() {
                true => paint(CREATE, "v"),
                false => paint(ERROR, "x"),
            };
            let news = file(*state, findings);
            writeln!(out, "{clock} {sign} {path}  {news}")
        }
        News::HydraDown { endpoint, error } => hydra_down(&clock, endpoint, error, out),
        News::HydraUp { version, after, .. } => hydra_up(&clock, version.as_deref(), *after, out),
        News::Idle(_) | News::Notice(_) => Ok(()),
    }
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

/// Whether a client remains without a manifest, and the command that deletes it.
fn unmanaged(news: &ClientNews) -> Option<Option<&str>> {
    match news {
        ClientNews::Unmanaged { delete } => Some(delete.as_deref()),
        _ => None,
    }
}

fn client(clock: &str, client: &Subject, news: &ClientNews, out: &mut dyn Write) -> io::Result<()> {
    let Subject { id, name, location } = client;
    let (who, at) = (who(id.as_ref(), name.as_deref()), at(location.as_ref()));
    let Line { sign, note, more } = line(news);
    writeln!(out, "{clock} {sign} {who}  {note}{at}")?;
    hints(&more, out)
}

/// Writes one line per client, or a single line for all that remain if there are many.
fn clients(
    clock: &str,
    all: &[(Subject, ClientNews)],
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let staying = all
        .iter()
        .filter_map(|(client, news)| Some((client, unmanaged(news)?)));
    let staying: Vec<_> = staying.collect();
    let is_one_line = staying.len() > FEW;
    for (one, news) in all {
        let is_told = (detail == Detail::Quiet && is_good(news))
            || (is_one_line && unmanaged(news).is_some());
        if !is_told {
            client(clock, one, news, out)?;
        }
    }
    if !is_one_line {
        return Ok(());
    }
    let first = staying.iter().take(FEW);
    let first: Vec<_> = first
        .map(|(one, _)| who(one.id.as_ref(), one.name.as_deref()))
        .collect();
    writeln!(
        out,
        "{clock} {} {}  their manifests are gone, and the clients stay in Hydra: {} and {} more",
        paint(WARNING, "!"),
        paint(BOLD, &count(staying.len(), "client")),
        first.join(", "),
        staying.len() - first.len()
    )?;
    let delete = staying.iter().find_map(|(_, delete)| *delete);
    let delete = delete.map(|delete| format!("to delete the first of them: {delete}"));
    hints(delete.as_slice(), out)
}

fn file(state: FileState, findings: &[Finding]) -> String {
    match state {
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
    }
}

/// The line for a client.
struct Line {
    sign: String,
    note: String,
    /// Hints.
    more: Vec<String>,
}

fn line(news: &ClientNews) -> Line {
    let line = |style, sign: &str, note: String| Line {
        sign: paint(style, sign),
        note,
        more: Vec::new(),
    };
    match news {
        ClientNews::Created { unconfirmed, took } => {
            let took = duration::show(*took);
            if *unconfirmed {
                let doubt = "but could not verify that the recorded secret is the client's";
                line(WARNING, "+", format!("created in {took}, {doubt}"))
            } else {
                line(CREATE, "+", format!("created in {took}"))
            }
        }
        ClientNews::Raced { unconfirmed, took } => {
            let took = duration::show(*took);
            let what = match unconfirmed {
                true => MAY_BE_OURS,
                false => "somebody else created it first; theirs stands",
            };
            let note = format!("{what} ({took})");
            line(WARNING, "=", note)
        }
        ClientNews::Failed { error, took } => {
            let (took, why) = (duration::show(*took), chain(error));
            let note = format!("failed after {took}: {}", safe_text(&why));
            let more = advice(error);
            Line {
                more,
                ..line(ERROR, "x", note)
            }
        }
        ClientNews::Drifted(differences) => {
            let fields: Vec<_> = differences.iter().map(|one| one.field.name()).collect();
            let note = format!("differs in Hydra: {}", fields.join(", "));
            line(WARNING, "~", note)
        }
        ClientNews::Unchanged(before) => {
            let note = match before {
                Before::Failed => "is in Hydra after all",
                Before::Drifted => "as its manifest describes it again",
            };
            line(CREATE, "v", note.to_owned())
        }
        ClientNews::Gone => {
            let note = "its manifest is gone, and so is the client";
            line(CREATE, "v", note.to_owned())
        }
        ClientNews::Unmanaged { delete } => {
            let note = "its manifest is gone, and the client stays in Hydra";
            let delete = delete.as_ref().map_or_else(
                || "no URL path can contain this id, so no request can delete it".to_owned(),
                |delete| format!("to delete it: {delete}"),
            );
            Line {
                more: vec![delete],
                ..line(WARNING, "!", note.to_owned())
            }
        }
    }
}

fn hydra_down(clock: &str, endpoint: &str, error: &Error, out: &mut dyn Write) -> io::Result<()> {
    let (sign, word) = (paint(ERROR, "x"), paint(BOLD, "hydra"));
    let (endpoint, why) = (safe_text(endpoint), chain(error));
    writeln!(
        out,
        "{clock} {sign} {word}  {endpoint} is unavailable; retrying: {}",
        safe_text(&why)
    )?;
    hints(&advice(error), out)
}

/// Hints for an error while the program keeps running.
fn advice(error: &Error) -> Vec<String> {
    let hints = error.hints().iter();
    hints
        .map(|hint| hint.text_while_running().to_owned())
        .collect()
}

fn hydra_up(
    clock: &str,
    version: Option<&str>,
    after: Option<Duration>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (sign, word) = (paint(CREATE, "v"), paint(BOLD, "hydra"));
    let version = version.map_or_else(String::new, |version| format!(" {}", safe_text(version)));
    let news = match after {
        Some(after) => format!("is back after {}", duration::show(after)),
        None => "answers now".to_owned(),
    };
    writeln!(out, "{clock} {sign} {word}{version}  {news}")
}

fn hints(hints: &[String], out: &mut dyn Write) -> io::Result<()> {
    let word = paint(HINT, "hint");
    hints
        .iter()
        .try_for_each(|hint| writeln!(out, "  {word}: {}", safe_text(hint)))
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

/// The local time of day.
fn clock(time: Timestamp) -> String {
    let local = time.to_zoned_datetime(TimeZone::system());
    local.strftime("%H:%M:%S").to_string()
}

/// The status line at the bottom of a terminal.
pub(crate) fn status(status: &Status) -> String {
    let Totals {
        clients,
        drifted,
        failed,
        invalid,
    } = status.totals;
    let creating = status.creating;
    let failed = failed.saturating_sub(creating);
    let parts = [
        (creating, format!("{creating} being created")),
        (drifted, format!("{drifted} drifted")),
        (failed, format!("{failed} not in Hydra")),
        (invalid, format!("{} invalid", count(invalid, "file"))),
    ];
    let mut text = format!("watching {}", count(clients, "client"));
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
