//! Text of others as code, in which Markdown has no meaning.
//!
//! A code span ends at the next run of exactly as many backticks as it began with (CommonMark 0.31,
//! section 6.1). In a table of GitHub's, a `|` ends a cell even in a code span, and readers disagree
//! on a backslash before it: so it stands between two spans, as a character reference.

use crate::text::safe_text;

const PIPE: &str = "&#124;";

/// A text as code, in one line, for any place of a page. A longer text is cut after so many
/// characters.
pub(super) fn code(text: &str, most: usize) -> String {
    let safe = clipped(&safe_text(text), most);
    let parts = safe.split('|').map(|part| match part {
        "" => String::new(),
        part => span(part),
    });
    parts.collect::<Vec<_>>().join(PIPE)
}

/// A text without line breaks and pipes.
fn span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    // One space is removed at each end, unless there are spaces alone.
    let is_spaced = text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty();
    match text.starts_with('`') || text.ends_with('`') || is_spaced {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// A block of code: lines without control characters.
pub(super) fn block(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max();
    let fence = "`".repeat(longest.map_or(3, |longest| 3.max(longest + 1)));
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{fence}{language}\n{lines}{fence}\n")
}

/// How many backticks stand side by side at most.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|char| char != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// The beginning of a text, with `…` where it is cut.
pub(super) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text in a comment of HTML, which ends at the first `-->`.
pub(super) fn in_comment(text: &str, most: usize) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/._~[]-".contains(&byte);
    let bytes = text.bytes().map(|byte| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    let mut text: String = bytes.collect();
    text.truncate(most);
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{PIPE, block, code, in_comment};
    use crate::text::safe_text;
    use proptest::prelude::*;

    /// Reads a cell that consists of code spans and pipes as CommonMark does, and gives its text.
    /// `None` if anything else stands in it.
    fn read(mut cell: &str) -> Option<String> {
        let mut text = String::new();
        while !cell.is_empty() {
            if let Some(rest) = cell.strip_prefix(PIPE) {
                text.push('|');
                cell = rest;
                continue;
            }
            let inside = cell.trim_start_matches('`');
            let (fence, inside) = cell.split_at(cell.len() - inside.len());
            let end = closing(inside, fence.len()).filter(|_| !fence.is_empty())?;
            let content = &inside[..end];
            let spaced = content
                .strip_prefix(' ')
                .and_then(|rest| rest.strip_suffix(' '));
            let stripped = spaced.filter(|_| content.chars().any(|char| char != ' '));
            text.push_str(stripped.unwrap_or(content));
            cell = &inside[end + fence.len()..];
        }
        Some(text)
    }

    /// Where the first run of exactly so many backticks begins.
    fn closing(text: &str, length: usize) -> Option<usize> {
        let mut at = 0;
        while let Some(start) = text[at..].find('`') {
            let run = text[at + start..].len() - text[at + start..].trim_start_matches('`').len();
            if run == length {
                return Some(at + start);
            }
            at += start + run;
        }
        None
    }

    #[test]
    fn odd_texts_are_code() {
        for (text, written) in [
            ("", ""),
            ("shop", "`shop`"),
            ("a|b", "`a`&#124;`b`"),
            ("|", "&#124;"),
            (r"a\|b", r"`a\`&#124;`b`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("``x`", "``` ``x` ```"),
            (" x ", "`  x  `"),
            ("  ", "`  `"),
            ("@octocat <img src=x> -->", "`@octocat <img src=x> -->`"),
            ("a\n# b\r\n", r"`a\n# b\r\n`"),
            ("[x](https://e.example)", "`[x](https://e.example)`"),
            ("&#124;", "`&#124;`"),
        ] {
            assert_eq!(code(text, 100), written, "{text}");
        }
        assert_eq!(code("12345", 5), "`12345`");
        assert_eq!(code("123456", 5), "`12345…`");
    }

    #[test]
    fn a_comment_ends_where_we_end_it() {
        let odd = in_comment("sandbox:a-->b --!> <!-- \u{fc}|", 100);
        assert_eq!(odd, "sandbox:a--%3Eb%20--%21%3E%20%3C%21--%20%C3%BC%7C");
        assert_eq!(in_comment("abcdef", 3), "abc");
    }

    #[test]
    fn a_block_ends_where_we_end_it() {
        let lines = ["- ```".to_owned(), "+ `".to_owned()];
        assert_eq!(block("diff", &lines), "````diff\n- ```\n+ `\n````\n");
        assert_eq!(block("sh", &[]), "```sh\n```\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        /// Any text is read as itself, and is nothing but code and references.
        #[test]
        fn every_text_is_code_and_nothing_else(text in r"[\PC\r\n\t`|\\@<>!\[\]()#* \-]{0,40}") {
            let written = code(&text, 1000);
            prop_assert!(!written.contains(['|', '\n', '\r']), "{written}");
            let all = read(&written);
            prop_assert_eq!(all.unwrap(), safe_text(&text), "{}", written);
        }
    }
}
