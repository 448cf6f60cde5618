//! Quoting for shell commands that users copy: foreign text stays a single word.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Quotes a word for a shell if necessary, as `$'…'` (POSIX.1-2024, section 2.2.4) if it contains
/// characters that cannot be shown.
pub(crate) fn word(text: impl AsRef<OsStr>) -> String {
    let text = text.as_ref();
    let shown = text.to_str().filter(|text| !text.chars().any(is_hidden));
    match shown {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) => quoted(text),
        None => {
            let escaped: String = text.as_bytes().iter().copied().map(escape).collect();
            format!("$'{escaped}'")
        }
    }
}

pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Quotes a path for a shell so that no command mistakes it for a flag.
pub(crate) fn path(path: &Path) -> String {
    let is_like_flag = path.as_os_str().as_bytes().starts_with(b"-");
    match is_like_flag {
        true => word(Path::new(".").join(path)),
        false => word(path),
    }
}

/// A curl command with these arguments, through the unix socket if there is one.
pub(crate) fn curl(arguments: &str, socket: Option<&Path>, url: &str) -> String {
    let socket = socket.map(|socket| format!("--unix-socket {} ", path(socket)));
    let socket = socket.unwrap_or_default();
    format!("curl {arguments} {socket}{}", quoted(url))
}

fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-_./:@%+=,".contains(char)
}

/// Whether a reader does not see the character, or sees something else.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn escape(byte: u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{path, word};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn plain_words_stay_as_they_are() {
        for plain in ["s.jsonl", "/a/b-c_d", "http://127.0.0.1:4445", "a=b,c"] {
            assert_eq!(word(plain), plain);
        }
        assert_eq!(word(""), "''");
        assert_eq!(path(Path::new("-rf")), "./-rf");
    }

    /// `printf` in a real shell gives back what was put in.
    #[test]
    fn a_shell_reads_back_each_word() {
        let words: [&[u8]; 9] = [
            b"a b",
            b"$(touch x)",
            b"`id`;id&&id|id>x",
            b"it's",
            b"*?[a]~{a,b}!#",
            b"\n\x1b[2J\t'\\",
            b"\xff\xfe",
            "\u{202e}x".as_bytes(),
            "caf\u{e9}".as_bytes(),
        ];
        for bytes in words {
            let quoted = word(OsStr::from_bytes(bytes));
            assert!(!quoted.chars().any(char::is_control), "{quoted}");
            let command = format!("printf %s {quoted}");
            let output = Command::new("bash").args(["-c", &command]).output();
            assert_eq!(output.unwrap().stdout, bytes, "{quoted}");
        }
    }
}
