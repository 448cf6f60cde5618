//! JSON that contains no commands for the terminal or the CI runner.
//!
//! Both interpret raw bytes and know nothing of JSON. What [`crate::text::safe_text`] escapes in text is
//! written here as `\uXXXX`, which every parser reads as the same character.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;

use crate::text::{may_begin_command, must_escape};

pub(super) fn pretty(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    document.serialize(&mut Serializer::pretty(Safe(&mut *out)))?;
    out.write_all(b"\n")
}

pub(super) fn compact(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    document.serialize(&mut Serializer::new(Safe(&mut *out)))?;
    out.write_all(b"\n")
}

/// Escapes commands. They are inside of strings, because JSON has no other place for them.
struct Safe<'o>(&'o mut dyn Write);

impl Write for Safe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The serializer writes the part of a string up to the next JSON escape, or to the end of
        // the string, in one piece, and no command goes on after it.
        let part = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        let mut written = 0;
        for (at, char) in part.char_indices() {
            let after = &part[at + char.len_utf8()..];
            let is_command =
                char == '#' && part[..at].ends_with('#') && after.starts_with(may_begin_command);
            // A line break is between members; in a string it is written as `\n`.
            if must_escape(char) && char != '\n' || is_command {
                self.0.write_all(&bytes[written..at])?;
                for unit in char.encode_utf16(&mut [0; 2]) {
                    write!(self.0, "\\u{unit:04x}")?;
                }
                written = at + char.len_utf8();
            }
        }
        self.0.write_all(&bytes[written..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{compact, pretty};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn nothing_commands_and_everything_is_still_there() {
        let value = json!({
            "##[add-mask]": ["##vso[x]", "##", "[", "##\"[", "## [", "###teamcity["],
            "\u{9b}2J\u{7f}": "\u{202e}\u{2028}\u{feff}\u{1b}\n::error::",
            "nested": {"empty": {}, "none": [], "number": 1.5},
        });
        for is_pretty in [true, false] {
            let mut out = Vec::new();
            match is_pretty {
                true => pretty(&value, &mut out).unwrap(),
                false => compact(&value, &mut out).unwrap(),
            }
            let text = String::from_utf8(out).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
            for command in [
                "##[", "##vso", "##team", "\u{9b}", "\u{7f}", "\u{202e}", "\u{2028}", "\u{feff}",
            ] {
                assert!(!text.contains(command), "{command:?} in {text}");
            }
        }
        let mut out = Vec::new();
        pretty(&value, &mut out).unwrap();
        let lines = String::from_utf8(out).unwrap().lines().count();
        let plain = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(lines, plain.lines().count(), "the layout stays");
    }

    proptest! {
        #[test]
        fn it_is_read_as_what_was_written(text in "[\\PC\\r\\n\u{1b}\u{9b}\u{2028}#:\\[\"a]{0,40}") {
            let mut out = Vec::new();
            compact(&text, &mut out).unwrap();
            prop_assert_eq!(&serde_json::from_slice::<String>(&out).unwrap(), &text);
            let shown = String::from_utf8(out).unwrap();
            let shown = shown.trim_end_matches('\n');
            prop_assert!(!shown.contains(char::is_control) && !shown.contains("##["), "{shown}");
        }
    }
}
