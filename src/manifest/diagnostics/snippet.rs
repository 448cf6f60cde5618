//! The line of a file that a finding shows: short, safe and without secrets.

use std::ops::Range;

use super::location::{Source, Span};
use super::mask::Secrets;
use crate::text::{may_begin_command, safe_text};

const MASK: &str = "***";

/// A line as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// The bytes of `text` to underline.
    pub(crate) marked: Range<usize>,
}

/// The first line of `span` without secrets and comments, cut to about `width` characters around
/// the start of the span. `None` where the span lies within a secret.
pub(crate) fn line(source: &Source, span: Span, secrets: &Secrets, width: usize) -> Option<Line> {
    let text = source.text.as_str();
    let line = near(text, span.range().start, width)?;
    let from = span.range().start.min(line.end);
    let marked = from..span.range().end.clamp(from, line.end);
    if secrets.contains(&marked) {
        return None;
    }
    let line = line.start..comment(text, marked.end, line.end).unwrap_or(line.end);
    let part = window(text, &line, marked.start, width);
    let mut shown = Line {
        text: String::new(),
        marked: 0..0,
    };
    shown.text.extend((part.start > line.start).then_some('…'));
    let hidden = secrets.within(text, &part);
    let end = fill(&mut shown, text, part, &marked, &hidden, width);
    shown.text.extend((end < line.end).then_some('…'));
    Some(shown)
}

/// The line around a byte, without its line break; of a long line slightly more than may be shown,
/// so that the cut is visible. A large file may be a single line that many findings show.
fn near(text: &str, at: usize, width: usize) -> Option<Range<usize>> {
    // A character takes at most four bytes.
    let reach = 4 * (width + 2);
    let first = text.floor_char_boundary(at.saturating_sub(reach));
    let last = text.ceil_char_boundary(at.saturating_add(reach).min(text.len()));
    let start = text.get(first..at)?.rfind('\n');
    let start = start.map_or(first, |newline| first + newline + 1);
    let end = text.get(at..last)?.find('\n');
    let end = end.map_or(last, |newline| at + newline);
    let kept = text.get(start..end)?.trim_end_matches('\r').len();
    Some(start..start + kept)
}

/// Where a comment after the span starts. Comments may contain old secrets.
fn comment(text: &str, from: usize, end: usize) -> Option<usize> {
    let rest = text.get(from..end)?;
    [" #", "\t#"]
        .iter()
        .filter_map(|start| rest.find(start))
        .min()
        .map(|at| from + at)
}

/// The part of the line to show: all of it, or `width` characters around `at`. No more of the line
/// is examined than is shown, because a large JSON file may be a single line.
fn window(text: &str, line: &Range<usize>, at: usize, width: usize) -> Range<usize> {
    let forward = |from: usize, count: usize| {
        text[from..line.end]
            .char_indices()
            .nth(count)
            .map_or(line.end, |(offset, _)| from + offset)
    };
    if forward(line.start, width) == line.end {
        return line.clone();
    }
    let before = text[line.start..at]
        .char_indices()
        .rev()
        .take(width / 2)
        .last();
    let from = before.map_or(at, |(offset, _)| line.start + offset);
    from..forward(from, width)
}

/// Writes as much of the part as fits into `width`, and returns where that ends.
fn fill(
    shown: &mut Line,
    text: &str,
    part: Range<usize>,
    marked: &Range<usize>,
    hidden: &[Range<usize>],
    width: usize,
) -> usize {
    let mut at = part.start;
    shown.marked = shown.text.len()..shown.text.len();
    while at < part.end && (at <= marked.start || shown.text.chars().count() < width) {
        let from = shown.text.len();
        let masked = hidden.iter().find(|range| range.contains(&at));
        let next = match masked {
            Some(range) => {
                shown.text.push_str(MASK);
                range.end
            }
            None => at + push_safe(&mut shown.text, &text[at..]),
        };
        if at <= marked.start && marked.start < next {
            shown.marked = from..from;
        }
        if at < marked.end && marked.start < next {
            shown.marked.end = shown.text.len();
        }
        at = next;
    }
    if marked.start >= part.end {
        shown.marked = shown.text.len()..shown.text.len();
    }
    at
}

/// Writes the first character of `text` and returns its length in `text`.
fn push_safe(shown: &mut String, text: &str) -> usize {
    let Some(char) = text.chars().next() else {
        return 1;
    };
    let length = char.len_utf8();
    match char {
        // CI runners execute `##command[` anywhere in a line.
        '#' if shown.ends_with('#') && text[length..].starts_with(may_begin_command) => {
            shown.push_str(r"\u{23}")
        }
        '\t' => shown.push(' '),
        _ => shown.push_str(&safe_text(&text[..length])),
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn show(text: &str, marked: &str, width: usize) -> Option<(String, String)> {
        let start = text.find(marked).unwrap_or_default();
        let end = (start + marked.len()) as u32;
        let span = Span {
            start: start as u32,
            end,
            line: 1,
            column: 1,
        };
        let source = Arc::new(Source {
            path: "x".into(),
            text: text.to_owned(),
        });
        let line = line(&source, span, &Secrets::of(&source), width)?;
        let marked = line.text[line.marked.clone()].to_owned();
        Some((line.text, marked))
    }

    fn some(line: &str, marked: &str) -> Option<(String, String)> {
        Some((line.to_owned(), marked.to_owned()))
    }

    #[test]
    fn one_line_is_shown_without_its_secrets_and_comments() {
        let text = "owner: 1\nscope: \"x\" # S\r\nclient_secret: Secret\n";
        assert_eq!(show(text, "\"x\"", 80), some("scope: \"x\"", "\"x\""));
        assert_eq!(show(text, "Secret", 80), some("client_secret: ***", "***"));
        assert_eq!(show(text, "Sec", 80), some("client_secret: ***", "***"));
        assert_eq!(show("client_secret: one two", "two", 80), None);
        let text = "{client_secret: Secret, scope: a}";
        assert_eq!(
            show(text, "a}", 80),
            some("{client_secret: ***, scope: a}", "a}")
        );
        assert_eq!(
            show(text, text, 80),
            some(
                "{client_secret: ***, scope: a}",
                "{client_secret: ***, scope: a}"
            )
        );
    }

    #[test]
    fn long_lines_are_cut_and_commands_broken() {
        let text = format!("scope: {}MARK{}", "é".repeat(500), "b".repeat(500));
        let (line, marked) = show(&text, "MARK", 30).unwrap_or_default();
        assert_eq!(line, format!("…{}MARK{}…", "é".repeat(15), "b".repeat(10)));
        assert_eq!(marked, "MARK");
        let (line, _) = show("scope: '##[x]\u{202e}'", "##", 80).unwrap_or_default();
        assert_eq!(line, r"scope: '#\u{23}[x]\u{202e}'");
    }
}
