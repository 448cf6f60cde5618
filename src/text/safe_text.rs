//! Text of others, made safe for terminals and CI logs.
//!
//! A client's name, a path, or a server's answer may hold what a terminal or a CI runner obeys:
//! escape sequences, a carriage return that overwrites the line, text that runs backwards, or a
//! command to the runner. Runners read commands from standard output and standard error alike:
//! `::command::` at the start of a line, blanks before it or not, and `##[command]`, `##vso[…]`,
//! `##teamcity[…]` and the like anywhere in a line. Which commands there are is not listed here:
//! whatever has their form is broken.

use std::borrow::Cow;
use std::io::{self, Write};

/// The text as one line that commands nothing: control characters, line breaks and marks that
/// change the direction of text are written as `\u{…}`, and neither `::` at the start nor `##`
/// before a letter or `[` is left as it was. Ordinary text comes back unchanged.
#[must_use]
pub fn safe_text(text: &str) -> Cow<'_, str> {
    escape(text, |_| 0)
}

/// The same for a line that was put together here: its colours and tabs stay. A command is broken wherever
/// the parts of the line come from, and whether colours stand within it or not.
#[must_use]
pub fn safe_line(line: &str) -> Cow<'_, str> {
    escape(line, |rest| match rest.starts_with('\t') {
        true => 1,
        false => colour(rest),
    })
}

/// Escapes `text`. `kept` returns how many bytes at the start of a text stay as they are.
fn escape(text: &str, kept: fn(&str) -> usize) -> Cow<'_, str> {
    let starts_command = text.trim_start().starts_with("::");
    if !starts_command && !text.contains("##") && !text.contains(must_escape) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let (mut is_at_start, mut before) = (true, None);
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let length = kept(rest);
        if length > 0 {
            let (colour, after) = rest.split_at(length);
            safe.push_str(colour);
            rest = after;
            continue;
        }
        rest = &rest[char.len_utf8()..];
        let breaks_command = match (char, next_shown(rest, kept)) {
            (':', next) => is_at_start && next == Some(':'),
            ('#', Some(next)) => before == Some('#') && may_begin_command(next),
            _ => false,
        };
        if must_escape(char) || breaks_command {
            safe.push_str(&escaped(char));
        } else {
            safe.push(char);
        }
        is_at_start &= char.is_whitespace();
        before = Some(char);
    }
    Cow::Owned(safe)
}

/// Whether `##` before this character is the beginning of a command.
#[must_use]
pub fn may_begin_command(char: char) -> bool {
    char == '[' || char.is_alphabetic()
}

/// The first character that is not kept.
fn next_shown(mut text: &str, kept: fn(&str) -> usize) -> Option<char> {
    loop {
        match kept(text) {
            0 => return text.chars().next(),
            length => text = &text[length..],
        }
    }
}

/// The length of the escape sequence for a colour that the text starts with (ECMA-48, SGR); it
/// changes nothing but how text looks.
fn colour(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let is_parameter = |char: char| char.is_ascii_digit() || matches!(char, ';' | ':');
    let end = parameters.trim_start_matches(is_parameter);
    match end.starts_with('m') {
        true => text.len() - end.len() + 1,
        false => 0,
    }
}

fn escaped(char: char) -> String {
    match char {
        '\n' | '\r' | '\t' => char.escape_default().to_string(),
        _ => char.escape_unicode().to_string(),
    }
}

/// Controls (C0, DEL, C1), line and paragraph separators, the byte order mark, and the marks that
/// change the direction of text (Unicode Standard Annex 9, section 2).
pub(crate) fn must_escape(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}')
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The way out: a writer that makes each line command nothing. Colours stay; what follows the last
/// line break is written when it is flushed.
///
/// Texts of others are escaped where they are put into a line, or a line break in one could forge a
/// line. This is what holds for all the rest: for a text that somebody forgot, and for a command
/// that comes about only where two texts meet.
#[derive(Debug)]
pub struct SafeLines<W: Write> {
    out: W,
    /// The line that is not whole yet.
    line: Vec<u8>,
}

impl<W: Write> SafeLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        let line = Vec::new();
        Self { out, line }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        self.out.write_all(safe_lines(&line).as_bytes())
    }
}

impl<W: Write> Write for SafeLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.out.flush()
    }
}

/// The lines of a text, made to command nothing. Colours stay.
#[must_use]
pub fn safe_lines(text: &str) -> Cow<'_, str> {
    let lines: Vec<_> = text.split('\n').map(safe_line).collect();
    match lines.iter().all(|line| matches!(line, Cow::Borrowed(_))) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(lines.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{SafeLines, safe_line, safe_text};
    use proptest::prelude::*;
    use std::io::Write as _;

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "",
            "web app",
            "https://a.example:8443/cb::x",
            "# [x] ## [y] ##",
            "#1 ##2",
            "Größe 寸法",
        ] {
            assert_eq!(safe_text(text), text);
        }
    }

    #[test]
    fn commands_are_broken() {
        assert_eq!(safe_text("::error::x"), r"\u{3a}:error::x");
        assert_eq!(safe_text("\u{2003} ::x"), "\u{2003} \\u{3a}:x");
        assert_eq!(safe_text("a ##[add-mask]b"), r"a #\u{23}[add-mask]b");
        assert_eq!(
            safe_text("x ##vso[task.x]y ##teamcity[z] ###[a]"),
            r"x #\u{23}vso[task.x]y #\u{23}teamcity[z] ##\u{23}[a]"
        );
        assert_eq!(safe_text("a\r\n::x\u{1b}[2J"), r"a\r\n::x\u{1b}[2J");
        assert_eq!(safe_text("\n::x"), r"\n\u{3a}:x");
        assert_eq!(safe_text("abc\u{202e}fdp"), r"abc\u{202e}fdp");
    }

    #[test]
    fn colours_stay_and_hide_no_command() {
        let line = "\u{1b}[1;31mred\u{1b}[0m";
        assert_eq!(safe_line(line), line);
        assert_eq!(
            safe_line("#\u{1b}[1m#\u{1b}[0mvso["),
            "#\u{1b}[1m\\u{23}\u{1b}[0mvso["
        );
        assert_eq!(
            safe_line("\u{1b}[1m::x\u{1b}[2J"),
            "\u{1b}[1m\\u{3a}:x\\u{1b}[2J"
        );
        assert_eq!(safe_text("\u{1b}[1mx"), r"\u{1b}[1mx");
    }

    fn has_command(text: &str) -> bool {
        text.match_indices("##").any(|(at, _)| {
            text[at + 2..].starts_with(|char: char| char == '[' || char.is_alphabetic())
        })
    }

    proptest! {
        #[test]
        fn no_command_is_left(text in "[\\PC\\r\\n\\t\u{1b}:#\\[]{0,40}") {
            let safe = safe_text(&text);
            prop_assert!(!has_command(&safe), "{safe}");
            prop_assert!(!safe.contains("##["), "{safe}");
            prop_assert_eq!(&safe_text(&safe), &safe);
            prop_assert!(!safe.trim_start().starts_with("::"), "{safe}");
            prop_assert!(!safe.contains(char::is_control), "{safe}");
        }
    }

    #[test]
    fn a_command_is_broken_however_it_is_written() {
        let mut out = Vec::new();
        let mut lines = SafeLines::new(&mut out);
        for part in [
            "a #",
            "#vs",
            "o[x]\n:",
            ":error::\n",
            "\u{1b}[1mb\u{1b}[0m\n",
            "c\u{9b}2J",
        ] {
            lines.write_all(part.as_bytes()).unwrap();
        }
        lines.flush().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a #\\u{23}vso[x]\n\\u{3a}:error::\n\u{1b}[1mb\u{1b}[0m\nc\\u{9b}2J"
        );
    }
}
