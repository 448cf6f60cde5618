//! JSON that contains no commands for the terminal or the CI runner.
//!
//! Both interpret raw bytes and know nothing of JSON. What [`super::safe_text`] escapes in text is
//! written here as `\uXXXX`, which every parser reads as the same character.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::text::{may_begin_command, must_escape};

/// Writes a document on several lines.
pub(super) fn pretty(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(document, PrettyFormatter::new(), out)
}

/// Writes a document on one line.
pub(super) fn compact(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(document, CompactFormatter, out)
}

fn write(document: &impl Serialize, layout: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Safe(layout));
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// A formatter that escapes commands inside strings.
struct Safe<F>(F);

impl<F: Formatter> Formatter for Safe<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // A fragment ends at a JSON escape or at the end of the string, never within a command.
        let mut written = 0;
        for (at, char) in fragment.char_indices() {
            let after = &fragment[at + char.len_utf8()..];
            let is_command = char == '#'
                && fragment[..at].ends_with('#')
                && after.starts_with(may_begin_command);
            if must_escape(char) || is_command {
                out.write_all(&fragment.as_bytes()[written..at])?;
                for unit in char.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                written = at + char.len_utf8();
            }
        }
        out.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
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
