//! Whether output is what the page shows: line by line, where `…` stands for anything.

/// The first difference, in words.
pub(crate) fn compare(shown: &[String], real: &[&str]) -> Result<(), String> {
    for (index, line) in shown.iter().enumerate() {
        let Some(found) = real.get(index) else {
            return Err(format!("shown, but not there: {line}"));
        };
        if !matches(line, found) {
            return Err(format!("shown: {line}\n real: {found}"));
        }
    }
    match real.get(shown.len()) {
        Some(more) => Err(format!("not shown, but there: {more}")),
        None => Ok(()),
    }
}

/// Whether a line is the shown one; each `…` stands for one character or more.
fn matches(shown: &str, line: &str) -> bool {
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        let mut characters = rest.chars();
        if characters.next().is_none() {
            return false;
        }
        let after = characters.as_str();
        if parts.peek().is_none() {
            return after.ends_with(part);
        }
        let Some(found) = after.find(part) else {
            return false;
        };
        rest = &after[found + part.len()..];
    }
    true
}

/// What [`compare`] itself is held to: a comparison that takes anything proves nothing.
pub(crate) fn is_strict() -> Result<(), libtest_mimic::Failed> {
    let cases = [
        (
            "created … (Mailer)  a:20",
            "created 19-c (Mailer)  a:20",
            true,
        ),
        ("created … (Mailer)  a:20", "created  (Mailer)  a:20", false),
        (
            "created … (Mailer)  a:20",
            "created 19-c (Mailer)  a:21",
            false,
        ),
        (
            "\"at\":\"…\",\"to\":[\"…\"]}",
            "\"at\":\"x\",\"to\":[\"y\"]}",
            true,
        ),
        (
            "\"at\":\"…\",\"to\":[\"…\"]}",
            "\"at\":\"x\",\"to\":[]}",
            false,
        ),
        ("…", "x", true),
        ("…", "", false),
        ("plain", "plain", true),
        ("plain", "plainer", false),
    ];
    for (shown, line, expected) in cases {
        if matches(shown, line) != expected {
            return Err(format!("`{shown}` and `{line}`").into());
        }
    }
    let lines = |text: &[&str]| {
        text.iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    if compare(&lines(&["a"]), &["a", "b"]).is_ok() || compare(&lines(&["a", "b"]), &["a"]).is_ok()
    {
        return Err("a missing or further line was not seen".into());
    }
    Ok(())
}
