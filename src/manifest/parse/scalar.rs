//! The value of a plain scalar (one without quotes).
//!
//! YAML 1.2's core schema (section 10.3.2), limited to what JSON can express. Where YAML 1.1 and 1.2
//! disagree, as on `no` (false or text) and `0755` (493 or 755), a guess could change a client
//! silently, so such scalars are ambiguous and refused.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    /// Nothing, `~` or `null`.
    Null,
    Flag(bool),
    /// A number in JSON's own spelling (RFC 8259, section 6).
    Number(&'a str),
    Text(&'a str),
    /// Read differently by different parsers, or not expressible in JSON.
    Ambiguous(Ambiguity),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ambiguity {
    /// `yes`, `no`, `on`, `off`: a boolean in YAML 1.1, text in YAML 1.2.
    Boolean(bool),
    /// `0755`, `0x1f`, `1_000`, `+1`, `.5`: a number, but not in JSON's spelling.
    Number,
    /// `.inf`, `.nan`: a number that JSON cannot express.
    NotFinite,
}

pub(crate) fn resolve(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Flag(true),
        "false" | "False" | "FALSE" => Scalar::Flag(false),
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Scalar::Ambiguous(Ambiguity::Boolean(true)),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => Scalar::Ambiguous(Ambiguity::Boolean(false)),
        _ => number(text),
    }
}

fn number(text: &str) -> Scalar<'_> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Scalar::Text(text);
    }
    if is_json_number(text) {
        return Scalar::Number(text);
    }
    match unsigned.to_ascii_lowercase().as_str() {
        ".inf" | ".nan" => Scalar::Ambiguous(Ambiguity::NotFinite),
        lower if is_other_number(lower) => Scalar::Ambiguous(Ambiguity::Number),
        _ => Scalar::Text(text),
    }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    // A part that is missing is as good as a zero.
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let has_no_zeros = whole == "0" || !whole.starts_with('0');
    has_no_zeros && [whole, fraction, exponent].into_iter().all(are_digits)
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether YAML 1.1 or 1.2 has a number that JSON does not, in lower case and without a sign.
fn is_other_number(text: &str) -> bool {
    let of = |prefix: &str, radix| {
        let digits = text.strip_prefix(prefix).unwrap_or_default();
        let is_digit = |char: char| char == '_' || char.is_digit(radix);
        !digits.is_empty() && digits.chars().all(is_digit)
    };
    if of("0x", 16) || of("0o", 8) || of("0b", 2) {
        return true;
    }
    let plain = text.replace('_', "");
    let (mantissa, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.is_empty() || are_digits(part);
    let is_empty = whole.is_empty() && fraction.is_empty();
    are_digits(exponent) && digits(whole) && digits(fraction) && !is_empty
}

#[cfg(test)]
mod tests {
    use super::{Ambiguity, Scalar, resolve};

    #[test]
    fn numbers_are_those_of_json() {
        for text in [
            "0",
            "-0",
            "12",
            "1.0",
            "1e400",
            "-1.5E+7",
            "12345678901234567890",
        ] {
            assert_eq!(resolve(text), Scalar::Number(text));
        }
        for text in [
            "0755", "-01", "0x1F", "0o17", "0b1", "1_000", "+5", ".5", "5.", "1.e3", "1e_5",
        ] {
            assert_eq!(
                resolve(text),
                Scalar::Ambiguous(Ambiguity::Number),
                "{text}"
            );
        }
        for text in [".inf", "-.Inf", ".NaN", "+.inf"] {
            assert_eq!(
                resolve(text),
                Scalar::Ambiguous(Ambiguity::NotFinite),
                "{text}"
            );
        }
    }

    #[test]
    fn the_rest_is_null_flag_doubt_or_text() {
        assert_eq!(resolve("~"), Scalar::Null);
        assert_eq!(resolve("True"), Scalar::Flag(true));
        assert_eq!(resolve("no"), Scalar::Ambiguous(Ambiguity::Boolean(false)));
        for text in [
            "y",
            "2024-01-01",
            "12:30:45",
            "1.2.3",
            "0xyz",
            ".",
            "-",
            "...",
            "1e",
            "e5",
            "1h",
            "+",
            "nO",
            "_1",
        ] {
            assert_eq!(resolve(text), Scalar::Text(text));
        }
    }
}
