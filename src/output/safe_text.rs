//! Text of others, made safe for terminals and CI logs.
//!
//! A client's name, a path, or a server's answer may hold what a terminal or a CI runner obeys:
//! escape sequences, a carriage return that overwrites the line, text that runs backwards, or a
//! workflow command. GitHub's runner reads commands from standard output and standard error alike:
//! `::command::` at the start of a line, blanks before it or not, and the older `##[command]`
//! anywhere in a line.

use std::borrow::Cow;

/// The text as one line that commands nothing: control characters, line breaks and marks that
/// change the direction of text are written as `\u{…}`, and neither `::` at the start nor `##[`
/// anywhere is left as it was. Ordinary text comes back unchanged.
#[must_use]
pub fn safe_text(text: &str) -> Cow<'_, str> {
    let starts_command = text.trim_start().starts_with("::");
    if !starts_command && !text.contains("##[") && !text.contains(must_escape) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut colon = starts_command;
    for (at, char) in text.char_indices() {
        let breaks_command =
            char == '#' && text[at..].starts_with("#[") && text[..at].ends_with('#');
        if must_escape(char) || breaks_command || (colon && char == ':') {
            colon &= char != ':';
            safe.push_str(&escaped(char));
        } else {
            safe.push(char);
        }
    }
    Cow::Owned(safe)
}

/// How a character is written inside a line: itself, or its escape.
#[must_use]
pub fn escape_char(char: char) -> Option<String> {
    must_escape(char).then(|| escaped(char))
}

fn escaped(char: char) -> String {
    match char {
        '\n' | '\r' | '\t' => char.escape_default().to_string(),
        _ => char.escape_unicode().to_string(),
    }
}

/// Controls (C0, DEL, C1), line and paragraph separators, the byte order mark, and the marks that
/// change the direction of text (Unicode Standard Annex 9, section 2).
fn must_escape(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}')
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::safe_text;
    use proptest::prelude::*;

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "",
            "web app",
            "https://a.example:8443/cb::x",
            "# [x] ## [y]",
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
        assert_eq!(safe_text("a\r\n::x\u{1b}[2J"), r"a\r\n::x\u{1b}[2J");
        assert_eq!(safe_text("\n::x"), r"\n\u{3a}:x");
        assert_eq!(safe_text("abc\u{202e}fdp"), r"abc\u{202e}fdp");
    }

    proptest! {
        #[test]
        fn no_command_is_left(text in "[\\PC\\r\\n\\t\u{1b}:#\\[]{0,40}") {
            let safe = safe_text(&text);
            prop_assert!(!safe.contains("##["), "{safe}");
            prop_assert!(!safe.trim_start().starts_with("::"), "{safe}");
            prop_assert!(!safe.contains(char::is_control), "{safe}");
        }
    }
}
