//! Flags that take a list, split the way Ory's command line does: each value is one line of CSV
//! (RFC 4180), and repeating a flag adds to the list.

/// The items in one value.
#[derive(Debug, Clone)]
pub(super) struct List(pub(super) Vec<String>);

/// Splits a value. An empty value has no items; two adjacent commas enclose an empty item.
pub(super) fn parse_list(text: &str) -> Result<List, String> {
    if text.is_empty() {
        return Ok(List(Vec::new()));
    }
    let text = text.replace("\r\n", "\n");
    let mut rest = text.trim_matches('\n');
    if rest.is_empty() {
        return Err("it consists of line breaks".to_owned());
    }
    let mut items = Vec::new();
    loop {
        let (item, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_item(quoted)?,
            None => plain_item(rest)?,
        };
        items.push(item);
        let Some(next) = after else {
            return Ok(List(items));
        };
        rest = next;
    }
}

/// An item, and the text after its comma.
type Item<'t> = (String, Option<&'t str>);

fn plain_item(text: &str) -> Result<Item<'_>, String> {
    let end = text.find([',', '\n']).unwrap_or(text.len());
    let (item, rest) = text.split_at(end);
    if item.contains('"') {
        return Err("there is a quote inside an item: put the whole item in quotes, and double each quote in it".to_owned());
    }
    Ok((item.to_owned(), behind(rest)?))
}

fn quoted_item(text: &str) -> Result<Item<'_>, String> {
    let mut item = String::new();
    let mut rest = text;
    loop {
        let Some((part, after)) = rest.split_once('"') else {
            return Err("a quote is not closed".to_owned());
        };
        item.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                item.push('"');
                rest = more;
            }
            None => return Ok((item, behind(after)?)),
        }
    }
}

/// The text after the comma at the start of `rest`.
fn behind(rest: &str) -> Result<Option<&str>, String> {
    match rest.chars().next() {
        None => Ok(None),
        Some(',') => Ok(Some(&rest[1..])),
        Some('\n') => {
            Err("it has a second line: separate items by commas, or repeat the flag".to_owned())
        }
        Some(_) => {
            Err("there is text after a closing quote: double each quote in an item".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{List, parse_list};

    // Observed with Ory's v1.11.10.
    #[test]
    fn values_are_split_as_csv() {
        let cases: [(&str, &[&str]); 12] = [
            ("", &[]),
            ("a", &["a"]),
            ("a,b", &["a", "b"]),
            ("a, b", &["a", " b"]),
            ("a,,b,", &["a", "", "b", ""]),
            (",", &["", ""]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"a\"\"b\"\"\"", &["a\"b\""]),
            ("\"a\",\"\"", &["a", ""]),
            ("\"a\nb\"", &["a\nb"]),
            ("\na\n", &["a"]),
            ("a b,ä|ö", &["a b", "ä|ö"]),
        ];
        for (text, items) in cases {
            let List(split) = parse_list(text).unwrap_or(List(vec!["(refused)".to_owned()]));
            assert_eq!(split, items, "{text:?}");
        }
    }

    #[test]
    fn invalid_csv_is_refused() {
        // Ory's command accepts the last two, and drops everything after the first line.
        for text in ["a\"b", "\"a", "\"a\"b", "a,\"b", "\n", "a\nb", "\"a\"\nb"] {
            assert!(parse_list(text).is_err(), "{text:?}");
        }
    }
}
