//! Only candidates that mean nothing to a shell are offered: bash inserts them unquoted, so that a
//! file named `$(…)` would be run by the next Enter.

/// Whether a character means nothing to any shell, wherever it stands in a word.
pub(super) fn is_safe_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '/' | '-')
}

/// Whether a whole candidate is safe. `=` may stand between a flag and its value.
pub(super) fn is_safe(candidate: &str) -> bool {
    let value = match candidate.split_once('=') {
        Some((flag, value)) if flag.starts_with('-') && flag.chars().all(is_safe_char) => value,
        _ => candidate,
    };
    value.chars().all(is_safe_char)
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn only_plain_words_are_safe() {
        for word in [
            "--only",
            "svc-a",
            "--only=svc-a",
            "a/b.yaml",
            "v2.3.0",
            "-e",
            "",
        ] {
            assert!(is_safe(word), "{word}");
        }
        for word in [
            "a b",
            "$(x)",
            "`x`",
            "a;b",
            "a&b",
            "a|b",
            "a>b",
            "a'b",
            "a\"b",
            "a\\b",
            "~",
            "a*",
            "a?",
            "[a]",
            "{a,b}",
            "!x",
            "#x",
            "a:b",
            "a\nb",
            "a\tb",
            "é",
            "x=y",
            "--only=$(x)",
            "$x=y",
            "--a;b=c",
            "--a=b=c",
        ] {
            assert!(!is_safe(word), "{word}");
        }
    }
}
