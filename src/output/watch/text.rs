//! Events as text: a line each, with the time of day, a sign, who it is about, and what happened.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Client, Event, News};
use crate::duration;
use crate::error::chain;
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
        Event::Client(client, news) => client_line(&clock, *client, news, detail, out),
        Event::File {
            path,
            findings,
            is_gone,
        } => {
            let path = paint(BOLD, &safe_text(path.unwrap_or("manifests")));
            if findings.is_empty() {
                let sign = paint(CREATE, "v");
                let news = if *is_gone { "gone" } else { "valid again" };
                return writeln!(out, "{clock} {sign} {path}  {news}");
            }
            let sign = paint(ERROR, "x");
            writeln!(out, "{clock} {sign} {path}  {}", totals(findings))
        }
        Event::HydraDown { endpoint, error } => {
            let (sign, word) = (paint(ERROR, "x"), paint(BOLD, "hydra"));
            let why = chain(*error);
            writeln!(
                out,
                "{clock} {sign} {word}  {} does not serve us, waiting for it: {}",
                safe_text(endpoint),
                safe_text(&why)
            )?;
            // It is waited for in any case.
            let advice: Vec<String> = error
                .hints()
                .iter()
                .map(|hint| match hint.split_once("or wait longer with") {
                    Some((advice, _)) => advice.trim_end_matches([',', ';', ' ']).to_owned(),
                    None => hint.clone(),
                })
                .collect();
            hints(&advice, out)
        }
        Event::HydraUp { version, after, .. } => {
            let (sign, word) = (paint(CREATE, "v"), paint(BOLD, "hydra"));
            let version = version.map_or_else(String::new, |version| format!(" {version}"));
            let version = safe_text(&version).into_owned();
            match after {
                Some(after) => {
                    let after = duration::show(*after);
                    writeln!(out, "{clock} {sign} {word}{version}  is back after {after}")
                }
                None => writeln!(out, "{clock} {sign} {word}{version}  answers now"),
            }
        }
        Event::Idle(_) => Ok(()),
    }
}

fn client_line(
    clock: &str,
    client: Client<'_>,
    news: &News<'_>,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Client { id, name, place } = client;
    let (who, at) = (who(id, name), at(place));
    let is_quiet = detail == Detail::Quiet;
    match news {
        News::Created { unconfirmed, took } => {
            let took = duration::show(*took);
            if *unconfirmed {
                let sign = paint(WARNING, "+");
                let doubt = "but nothing proves that the recorded secret is its own";
                return writeln!(out, "{clock} {sign} {who}  created in {took}, {doubt}{at}");
            }
            if is_quiet {
                return Ok(());
            }
            let sign = paint(CREATE, "+");
            writeln!(out, "{clock} {sign} {who}  created in {took}{at}")
        }
        News::Raced { .. } if is_quiet => Ok(()),
        News::Raced { took } => {
            let (sign, took) = (paint(WARNING, "="), duration::show(*took));
            let note = "somebody else created it first; theirs stands";
            writeln!(out, "{clock} {sign} {who}  {note} ({took}){at}")
        }
        News::Failed { error, took } => {
            let (sign, took) = (paint(ERROR, "x"), duration::show(*took));
            let why = chain(*error);
            let why = safe_text(&why);
            writeln!(out, "{clock} {sign} {who}  failed after {took}: {why}{at}")?;
            hints(error.hints(), out)
        }
        News::Drifted(differences) => {
            let sign = paint(WARNING, "~");
            let fields: Vec<_> = differences.iter().map(|one| one.field.name()).collect();
            let fields = fields.join(", ");
            writeln!(out, "{clock} {sign} {who}  differs in Hydra: {fields}{at}")
        }
        News::Unchanged if is_quiet => Ok(()),
        News::Unchanged => {
            let sign = paint(CREATE, "v");
            writeln!(
                out,
                "{clock} {sign} {who}  as its manifest describes it again{at}"
            )
        }
        News::Gone if is_quiet => Ok(()),
        News::Gone => {
            let sign = paint(CREATE, "v");
            writeln!(
                out,
                "{clock} {sign} {who}  its manifest is gone, and so is the client{at}"
            )
        }
        News::Unmanaged { delete } => {
            let sign = paint(WARNING, "!");
            let note = "its manifest is gone, and the client stays in Hydra";
            writeln!(out, "{clock} {sign} {who}  {note}{at}")?;
            let delete = delete.map_or_else(
                || "no address names this id, so that nothing can delete it".to_owned(),
                |delete| format!("to delete it: {delete}"),
            );
            hints(&[delete], out)
        }
    }
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
