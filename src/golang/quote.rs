//! Go's error messages, and the quoted text in them.

/// A text that Go refuses. It displays as Go's error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid<F> {
    pub(super) text: String,
    /// What is wrong with the text.
    pub fault: F,
}

impl<F> Invalid<F> {
    pub(crate) fn new(text: &str, fault: F) -> Self {
        let text = text.to_owned();
        Self { text, fault }
    }
}

/// Quotes bytes as Go's `strconv.Quote` does.
pub(super) fn quote(bytes: impl AsRef<[u8]>) -> String {
    let mut quoted = String::from('"');
    for chunk in bytes.as_ref().utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '"' | '\\' => quoted.extend(['\\', char]),
                '\x07' => quoted.push_str("\\a"),
                '\x08' => quoted.push_str("\\b"),
                '\t' => quoted.push_str("\\t"),
                '\n' => quoted.push_str("\\n"),
                '\x0b' => quoted.push_str("\\v"),
                '\x0c' => quoted.push_str("\\f"),
                '\r' => quoted.push_str("\\r"),
                _ if is_printable(char) => quoted.push(char),
                '\0'..='\x7f' => quoted.push_str(&hex(&[char as u8])),
                '\0'..='\u{ffff}' => quoted.push_str(&format!("\\u{:04x}", u32::from(char))),
                _ => quoted.push_str(&format!("\\U{:08x}", u32::from(char))),
            }
        }
        quoted.push_str(&hex(chunk.invalid()));
    }
    quoted.push('"');
    quoted
}

/// Quotes text as Go's package `time` does, which escapes everything that is not ASCII.
pub(super) fn quote_ascii(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            ' '..='\x7f' => quoted.push(char),
            _ => quoted.push_str(&hex(char.to_string().as_bytes())),
        }
    }
    quoted.push('"');
    quoted
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

/// Rust escapes the characters that Go does, and also a combining character at the start of a text.
fn is_printable(char: char) -> bool {
    let text = ['a', char].iter().collect::<String>();
    matches!(char, '\'') || text.escape_debug().eq(text.chars())
}
