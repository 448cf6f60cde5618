//! The line of a file that a finding shows: short, safe and without secrets.

use std::ops::Range;

use crate::output::safe_text;

use super::finding::{Source, Span};

const MASK: &str = "***";

/// A line as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// The bytes of `text` to underline.
    pub(crate) marked: Range<usize>,
}

/// The first line of `span`, with what is `hidden` (in order, without overlap) masked, comments left
/// out, and cut to about `width` characters around the start of the span. `None` where the span
/// lies within something hidden.
pub(crate) fn line(
    source: &Source,
    span: Span,
    hidden: &[Range<usize>],
    width: usize,
) -> Option<Line> {
    let text = source.text.as_str();
    let start = text
        .get(..span.range().start)?
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let end = start + text.get(start..)?.find('\n').unwrap_or(text.len() - start);
    let end = start + text.get(start..end)?.trim_end_matches('\r').len();
    let marked =
        span.range().start.min(end)..span.range().end.clamp(span.range().start.min(end), end);
    let hidden = overlapping(hidden, start..end);
    if hidden
        .iter()
        .any(|hidden| hidden.start < marked.start && hidden.end >= marked.end)
    {
        return None;
    }
    let line = start..comment(text, marked.end, end).unwrap_or(end);
    let part = window(text, &line, marked.start, width);
    let mut shown = Line {
        text: String::new(),
        marked: 0..0,
    };
    shown.text.extend((part.start > line.start).then_some('…'));
    fill(&mut shown, text, part.clone(), &marked, hidden);
    shown.text.extend((part.end < line.end).then_some('…'));
    Some(shown)
}

fn overlapping(hidden: &[Range<usize>], line: Range<usize>) -> &[Range<usize>] {
    let from = hidden.partition_point(|range| range.end <= line.start);
    let to = hidden.partition_point(|range| range.start < line.end);
    hidden.get(from..to).unwrap_or_default()
}

/// Where a comment behind the span starts. It may name old secrets.
fn comment(text: &str, from: usize, end: usize) -> Option<usize> {
    let rest = text.get(from..end)?;
    [" #", "\t#"]
        .iter()
        .filter_map(|start| rest.find(start))
        .min()
        .map(|at| from + at)
}

/// The part of the line to show: all, or `width` characters around `at`. A line may be the whole
/// of a large JSON file, so that no more of it is looked at than is shown.
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
        .take(width / 3)
        .last();
    let from = before.map_or(at, |(offset, _)| line.start + offset);
    from..forward(from, width)
}

fn fill(
    shown: &mut Line,
    text: &str,
    part: Range<usize>,
    marked: &Range<usize>,
    hidden: &[Range<usize>],
) {
    let mut at = part.start;
    shown.marked = shown.text.len()..shown.text.len();
    while at < part.end {
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
}

/// Writes the first character of `text`, and returns its length there.
fn push_safe(shown: &mut String, text: &str) -> usize {
    let Some(char) = text.chars().next() else {
        return 1;
    };
    let length = char.len_utf8();
    match char {
        // A runner obeys `##[` anywhere in a line.
        '#' if shown.ends_with('#') && text.starts_with("#[") => shown.push_str(r"\u{23}"),
        '\t' => shown.push(' '),
        _ => shown.push_str(&safe_text(&text[..length])),
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, marked: &str, hidden: &[&str], width: usize) -> Option<(String, String)> {
        let range = |part: &str| {
            let start = text.find(part).unwrap_or_default();
            start..start + part.len()
        };
        let Range { start, end } = range(marked);
        let span = Span {
            start: start as u32,
            end: end as u32,
            line: 1,
            column: 1,
        };
        let hidden: Vec<_> = hidden.iter().map(|part| range(part)).collect();
        let source = Source {
            path: "x".into(),
            text: text.to_owned(),
        };
        let line = line(&source, span, &hidden, width)?;
        let marked = line.text[line.marked.clone()].to_owned();
        Some((line.text, marked))
    }

    #[test]
    fn one_line_is_shown_without_its_secrets_and_comments() {
        let text = "a: 1\nscope: \"x\" # S\r\nclient_secret: S\n";
        assert_eq!(
            show(text, "\"x\"", &[], 80),
            Some(("scope: \"x\"".into(), "\"x\"".into()))
        );
        assert_eq!(
            show("s: S, a: 1", "1", &["S"], 80),
            Some(("s: ***, a: 1".into(), "1".into()))
        );
        assert_eq!(
            show("s: Secret", "Secret", &["Secret"], 80),
            Some(("s: ***".into(), "***".into()))
        );
        assert_eq!(show("s: Secret", "cre", &["Secret"], 80), None);
        assert_eq!(
            show("s: Secret", "s: Secret", &["Secret"], 80),
            Some(("s: ***".into(), "s: ***".into()))
        );
    }

    #[test]
    fn long_lines_are_cut_and_commands_broken() {
        let text = format!("{}MARK{}", "é".repeat(500), "b".repeat(500));
        let (line, marked) = show(&text, "MARK", &[], 30).unwrap_or_default();
        assert_eq!(line, format!("…{}MARK{}…", "é".repeat(10), "b".repeat(16)));
        assert_eq!(marked, "MARK");
        let (line, _) = show("##[x]\u{1b}", "##", &[], 80).unwrap_or_default();
        assert_eq!(line, r"#\u{23}[x]\u{1b}");
    }
}
