//! Events as text: a line each, with the time of day, a sign, who it is about, and what happened.

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Before, Client, Event, FileState, News};
use crate::duration;
use crate::error::{Error, chain};
use crate::manifest::{Finding, totals as totals_of};
use crate::report::style::{BOLD, CREATE, DIM, ERROR, HINT, WARNING, paint};
use crate::report::text::MAY_BE_OURS;
use crate::report::text::{Detail, at, who};
use crate::text::{count, safe_text};

/// Clients whose manifests went at once have a line each up to so many, and one together otherwise.
const FEW: usize = 5;

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
    if detail == Detail::Quiet && event.is_good() {
        return Ok(());
    }
    let clock = paint(DIM, &clock(time));
    match event {
        Event::Client(who, news) => client(&clock, who, news, out),
        Event::Clients(all) => clients(&clock, all, detail, out),
        Event::File {
            path,
            findings,
            state,
        } => {
            let path = paint(BOLD, &safe_text(path.unwrap_or("manifests")));
            let sign = match state.is_good() {
                true => paint(CREATE, "v"),
                false => paint(ERROR, "x"),
            };
            let news = file(*state, findings);
            writeln!(out, "{clock} {sign} {path}  {news}")
        }
        Event::HydraDown { endpoint, error } => hydra_down(&clock, endpoint, error, out),
        Event::HydraUp { version, after, .. } => hydra_up(&clock, *version, *after, out),
        Event::Idle(_) => Ok(()),
    }
}

fn client(
    clock: &str,
    client: &Client<'_>,
    news: &News<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Client { id, name, place } = client;
    let (who, at) = (who(*id, *name), at(*place));
    let Line { sign, note, more } = line(news);
    writeln!(out, "{clock} {sign} {who}  {note}{at}")?;
    hints(&more, out)
}

/// A line for each, or one for all that stay where those are many.
fn clients(
    clock: &str,
    all: &[(Client<'_>, News<'_>)],
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let staying = all
        .iter()
        .filter_map(|(client, news)| Some((client, news.unmanaged()?)));
    let staying: Vec<_> = staying.collect();
    let is_one_line = staying.len() > FEW;
    for (one, news) in all {
        let is_told = (detail == Detail::Quiet && news.is_good())
            || (is_one_line && news.unmanaged().is_some());
        if !is_told {
            client(clock, one, news, out)?;
        }
    }
    if !is_one_line {
        return Ok(());
    }
    let first = staying.iter().take(FEW);
    let first: Vec<_> = first.map(|(one, _)| who(one.id, one.name)).collect();
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

fn file(state: FileState, findings: &[&Finding]) -> String {
    match state {
        FileState::Invalid => totals(findings),
        FileState::Absent { staying: 0 } => "is not there; waiting for it".to_owned(),
        FileState::Absent { staying } => {
            let clients = count(staying, "client");
            let stay = if staying == 1 { "stays" } else { "stay" };
            format!("is not there; waiting for it, and {clients} of it {stay} in Hydra")
        }
        FileState::Valid => "valid again".to_owned(),
        FileState::Gone => "gone".to_owned(),
        FileState::There => "is there now".to_owned(),
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
        News::Raced { unconfirmed, took } => {
            let took = duration::show(*took);
            let what = match unconfirmed {
                true => MAY_BE_OURS,
                false => "somebody else created it first; theirs stands",
            };
            let note = format!("{what} ({took})");
            line(WARNING, "=", note)
        }
        News::Failed { error, took } => {
            let (took, why) = (duration::show(*took), chain(*error));
            let note = format!("failed after {took}: {}", safe_text(&why));
            let more = advice(error);
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
            let delete = delete.as_ref().map_or_else(
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
    hints(&advice(error), out)
}

/// What to do about an error, by whoever leaves this program running: it waits in any case, tries
/// again by itself, and holds the lock that another command would need.
fn advice(error: &Error) -> Vec<String> {
    let advice = error.hints().iter().map(|hint| {
        let hint = match hint.split_once("or wait longer with") {
            Some((advice, _)) => advice.trim_end_matches([',', ';', ' ']),
            None => hint,
        };
        hint.replace(
            "run the same command again, or `hydra-gitops secrets recover`",
            "it is tried again, and the journal settled, by itself",
        )
        .replace("run the same command again", "it is tried again by itself")
    });
    advice.collect()
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
    let local = time.to_zoned_datetime(TimeZone::system());
    local.strftime("%H:%M:%S").to_string()
}
