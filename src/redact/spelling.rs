//! The ways a text may be repeated: unchanged, or encoded as JSON, URLs and forms, HTML, base64 or
//! hexadecimal.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};

/// A match of fewer characters than this does not count, unless the text itself is shorter.
const FEW: usize = 8;

/// In base64, a match of fewer characters is likely a coincidence.
const FEW_OF_BASE64: usize = 5;

/// HTML entity names of the characters that servers escape (`html.EscapeString` and its kin).
const ENTITIES: &[(char, &str)] = &[
    ('&', "amp"),
    ('<', "lt"),
    ('>', "gt"),
    ('"', "quot"),
    ('\'', "apos"),
    ('+', "plus"),
    ('/', "sol"),
    ('=', "equals"),
    (':', "colon"),
    ('@', "commat"),
];

/// The texts to search for: the text itself, and its base64 and hexadecimal encodings.
pub(crate) fn forms(text: &str) -> Vec<SecretString> {
    let mut forms = vec![text.to_owned()];
    for before in 0..3 {
        forms.extend(within_base64(&STANDARD_NO_PAD, before, text));
        forms.extend(within_base64(&URL_SAFE_NO_PAD, before, text));
    }
    if text.chars().count() >= FEW_OF_BASE64 {
        forms.push(text.bytes().map(|byte| format!("{byte:02x}")).collect());
    }
    forms.into_iter().map(SecretString::from).collect()
}

/// The part of the text's base64 encoding that does not depend on its neighbours (RFC 4648, section
/// 4), given `before` preceding bytes and any following ones. Each character encodes 6 bits; those
/// that include bits of a neighbour are left out.
fn within_base64(engine: &impl base64::Engine, before: usize, text: &str) -> Option<String> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(text.as_bytes());
    let encoded = engine.encode(&bytes);
    let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    let same = encoded.get(from..to)?;
    (same.len() >= FEW_OF_BASE64).then(|| same.to_owned())
}

/// How many bytes at the start of `text` repeat the secret, or a prefix of it that is longer than a
/// few characters.
pub(crate) fn repeated(secret: &SecretString, text: &str) -> Option<usize> {
    // A text that looks like an escape itself may also be repeated unchanged. JSON within JSON
    // writes a backslash as four.
    let spellings = [as_it_is, in_any_spelling::<2>, in_any_spelling::<4>];
    let lengths = spellings.map(|spelling| matched(secret.expose_secret(), text, spelling));
    lengths.into_iter().flatten().max()
}

/// Returns the length of the encoded character if the text starts with it.
type Spelling = fn(char, &str) -> Option<usize>;

fn matched(secret: &str, text: &str, spelling: Spelling) -> Option<usize> {
    let (mut length, mut count) = (0, 0);
    let mut rest = secret.chars();
    for char in rest.by_ref() {
        match text.get(length..).and_then(|text| spelling(char, text)) {
            Some(more) => length += more,
            None if count < FEW => return None,
            None => break,
        }
        count += 1;
    }
    (count > 0).then_some(length)
}

/// Ignores case, because host names are lower-cased.
fn as_it_is(char: char, text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    first.eq_ignore_ascii_case(&char).then(|| first.len_utf8())
}

fn in_any_spelling<const BACKSLASHES: usize>(char: char, text: &str) -> Option<usize> {
    let escaped = match text.as_bytes().first()? {
        b'\\' => in_json(char, text, BACKSLASHES),
        b'%' => in_url(char, text),
        b'&' => in_html(char, text),
        b'+' => (char == ' ').then_some(1),
        _ => None,
    };
    escaped.or_else(|| as_it_is(char, text))
}

/// RFC 8259, section 7. JSON within JSON has more backslashes before every other character.
fn in_json(char: char, text: &str, backslashes: usize) -> Option<usize> {
    let rest = text.trim_start_matches('\\');
    let slashes = text.len() - rest.len();
    if char == '\\' {
        return (slashes >= backslashes).then_some(backslashes);
    }
    if let Some(digits) = rest.strip_prefix('u') {
        let mut units = [0; 2];
        let units = char.encode_utf16(&mut units);
        let mut rest = digits;
        for (index, unit) in units.iter().enumerate() {
            if index > 0 {
                rest = rest.trim_start_matches('\\').strip_prefix('u')?;
            }
            let digits = rest.get(..4)?;
            (u16::from_str_radix(digits, 16).ok()? == *unit).then_some(())?;
            rest = &rest[4..];
        }
        return Some(text.len() - rest.len());
    }
    let short = match char {
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '"' | '/' | '\'' => char,
        _ => return None,
    };
    rest.starts_with(short).then_some(slashes + 1)
}

/// RFC 3986, section 2.1. In double encoding, a `%` is `%25`.
fn in_url(char: char, text: &str) -> Option<usize> {
    let mut rest = text;
    for byte in char.encode_utf8(&mut [0; 4]).bytes() {
        rest = rest.strip_prefix('%')?;
        while !is_byte(rest, byte) {
            rest = rest.strip_prefix("25")?;
        }
        rest = &rest[2..];
    }
    Some(text.len() - rest.len())
}

/// Whether the text starts with the byte in hexadecimal.
fn is_byte(text: &str, byte: u8) -> bool {
    let digits = text.get(..2);
    digits.is_some_and(|digits| u8::from_str_radix(digits, 16) == Ok(byte))
}

/// HTML, section 13.5. In double encoding, an `&` is `&amp;`.
fn in_html(char: char, text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('&')?;
    let end = loop {
        if let Some(end) = entity(char, rest) {
            break end;
        }
        rest = rest.strip_prefix("amp;")?;
    };
    Some(text.len() - end.len())
}

/// Returns what follows a reference to this character; `text` starts after the `&`.
fn entity(char: char, text: &str) -> Option<&str> {
    let end = match text.strip_prefix('#') {
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let (digits, radix) = hexadecimal.map_or((number, 10), |digits| (digits, 16));
            let end = digits.trim_start_matches(|digit: char| digit.is_digit(radix));
            let digits = &digits[..digits.len() - end.len()];
            (u32::from_str_radix(digits, radix).ok()? == u32::from(char)).then_some(end)?
        }
        None => {
            let (_, name) = ENTITIES.iter().find(|(other, _)| *other == char)?;
            text.strip_prefix(name)?
        }
    };
    Some(end.strip_prefix(';').unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::{forms, repeated};
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;
    use secrecy::SecretString;

    fn is_found(secret: &str, text: &str) -> bool {
        let forms = forms(secret);
        let mut starts = text.char_indices().map(|(at, _)| &text[at..]);
        starts.any(|text| forms.iter().any(|form| repeated(form, text).is_some()))
    }

    #[test]
    fn every_spelling_of_a_character_is_known() {
        for (secret, text, length) in [
            ("a\"b", r#"a\"b"#, 4),
            ("a\"b", r#"a\\\"b"#, 6),
            ("a<b", r"a\u003cb", 8),
            ("a\u{1f600}b", r"a\ud83D\uDe00b", 14),
            (r"a\b", r"a\\b", 4),
            (r"a\b", r"a\\\\b", 6),
            (r#"a\"b"#, r#"a\\\"b"#, 6),
            ("a/b", r"a\/b", 4),
            ("a/b", "a%2Fb", 5),
            ("a/b", "a%2fb", 5),
            ("a/b", "a%252fb", 7),
            ("a%b", "a%25b", 5),
            ("a b", "a+b", 3),
            ("\u{e9}\u{e9}", "%C3%A9%c3%a9", 12),
            ("a&b", "a&amp;b", 7),
            ("a\"b", "a&#34;b", 7),
            ("a'b", "a&#x27;b", 8),
            ("a'b", "a&amp;#39;b", 11),
            ("&amp;%41", "&amp;%41", 8),
            ("Secret", "sECRET", 6),
        ] {
            assert_eq!(
                repeated(&SecretString::from(secret), text),
                Some(length),
                "{text}"
            );
        }
        for (secret, text) in [
            ("a/b", "a%2"),
            ("ab", "a"),
            ("a<b", r"a\u003"),
            ("a\"b", "a&#35;b"),
        ] {
            assert_eq!(repeated(&SecretString::from(secret), text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_found_in_what_servers_make_of_it(
            secret in "[ -~\u{e9}]{6,24}",
            before in "[a-z:]{0,4}",
            after in "[a-z]{0,4}",
        ) {
            let whole = format!("{before}{secret}{after}");
            let json = serde_json::Value::from(&*whole).to_string();
            let html: String = whole.chars().map(|char| format!("&#{};", u32::from(char))).collect();
            let form: String = url::form_urlencoded::byte_serialize(whole.as_bytes()).collect();
            for text in [
                whole.clone(),
                json.clone(),
                serde_json::Value::from(json).to_string(),
                html,
                form,
                utf8_percent_encode(&whole, NON_ALPHANUMERIC).to_string(),
                STANDARD.encode(&whole),
                URL_SAFE.encode(&whole),
                utf8_percent_encode(&STANDARD.encode(&whole), NON_ALPHANUMERIC).to_string(),
                whole.bytes().map(|byte| format!("{byte:02X}")).collect(),
            ] {
                prop_assert!(is_found(&secret, &text), "{secret:?} in {text:?}");
            }
        }
    }
}
