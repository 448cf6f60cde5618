//! Events as text: a line each, with the time of day, a sign, who it is about, and what happened.

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Before, Client, Event, News};
use crate::duration;
use crate::error::{Error, chain};
use crate::manifest::{Finding, totals as totals_of};
use crate::output::style::{BOLD, CREATE, DIM, ERROR, HINT, WARNING, paint};
use crate::output::text::{Detail, at, who};
use crate::output::{count, safe_text};

/// Writes an event. [`Event::Idle`] is no news for people.
///
/// # Errors
/// The writer's own.
pub fn text(
    event: &Event<'_>,
    time: Timestamp,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let clock = paint(DIM, &clock(time));
    match event {
        Event::Client(_, news) if detail == Detail::Quiet && news.is_good() => Ok(()),
        Event::Client(client, news) => {
            let Client { id, name, place } = client;
            let (who, at) = (who(*id, *name), at(*place));
            let Line { sign, note, more } = line(news);
            writeln!(out, "{clock} {sign} {who}  {note}{at}")?;
            hints(&more, out)
        }
        Event::File {
            path,
            findings,
            is_gone,
        } => {
            let path = paint(BOLD, &safe_text(path.unwrap_or("manifests")));
            let (sign, news) = match (findings.is_empty(), is_gone) {
                (true, true) => (paint(CREATE, "v"), "gone".to_owned()),
                (true, false) => (paint(CREATE, "v"), "valid again".to_owned()),
                (false, _) => (paint(ERROR, "x"), totals(findings)),
            };
            writeln!(out, "{clock} {sign} {path}  {news}")
        }
        Event::HydraDown { endpoint, error } => hydra_down(&clock, endpoint, error, out),
        Event::HydraUp { version, after, .. } => hydra_up(&clock, *version, *after, out),
        Event::Idle(_) => Ok(()),
    }
}

/// What is said of a client.
struct Line {
    sign: String,
    note: String,
    /// What to do about it.
    more: Vec<String>,
}

fn line(news: &News<'_>) -> Line {
    let line = |style, sign: &str, note: String| Line {
        sign: paint(style, sign),
        note,
        more: Vec::new(),
    };
    match news {
        News::Created { unconfirmed, took } => {
            let took = duration::show(*took);
            if *unconfirmed {
                let doubt = "but nothing proves that the recorded secret is its own";
                line(WARNING, "+", format!("created in {took}, {doubt}"))
            } else {
                line(CREATE, "+", format!("created in {took}"))
            }
        }
        News::Raced { took } => {
            let took = duration::show(*took);
            let note = format!("somebody else created it first; theirs stands ({took})");
            line(WARNING, "=", note)
        }
        News::Failed { error, took } => {
            let (took, why) = (duration::show(*took), chain(*error));
            let note = format!("failed after {took}: {}", safe_text(&why));
            let more = error.hints().to_vec();
            Line {
                more,
                ..line(ERROR, "x", note)
            }
        }
        News::Drifted(differences) => {
            let fields: Vec<_> = differences.iter().map(|one| one.field.name()).collect();
            let note = format!("differs in Hydra: {}", fields.join(", "));
            line(WARNING, "~", note)
        }
        News::Unchanged(before) => {
            let note = match before {
                Before::Failed => "is in Hydra after all",
                Before::Drifted => "as its manifest describes it again",
            };
            line(CREATE, "v", note.to_owned())
        }
        News::Gone => {
            let note = "its manifest is gone, and so is the client";
            line(CREATE, "v", note.to_owned())
        }
        News::Unmanaged { delete } => {
            let note = "its manifest is gone, and the client stays in Hydra";
            let delete = delete.map_or_else(
                || "no address names this id, so that nothing can delete it".to_owned(),
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
        "{clock} {sign} {word}  {endpoint} does not serve us, waiting for it: {}",
        safe_text(&why)
    )?;
    // It is waited for in any case.
    let advice = error.hints().iter();
    let advice = advice.map(|hint| match hint.split_once("or wait longer with") {
        Some((advice, _)) => advice.trim_end_matches([',', ';', ' ']).to_owned(),
        None => hint.clone(),
    });
    hints(&advice.collect::<Vec<_>>(), out)
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

fn totals(findings: &[&Finding]) -> String {
    let (errors, warnings) = totals_of(findings.iter().copied());
    let [errors_text, warnings_text] = [count(errors, "error"), count(warnings, "warning")];
    match (errors, warnings) {
        (0, _) => warnings_text,
        (_, 0) => format!("not used: {errors_text}"),
        _ => format!("not used: {errors_text}, {warnings_text}"),
    }
}

/// The time of day where the user is.
fn clock(time: Timestamp) -> String {
    let local = time.to_zoned(TimeZone::system());
    local.strftime("%H:%M:%S").to_string()
}
