//! What v1 makes of a list: it stores the strings joined with `|`, and not every string survives.

/// The list as v1 reads it back: empty strings are gone, and a backslash before a `|` is taken for
/// an escape.
pub(super) fn read_back(items: &[String]) -> Vec<String> {
    let escaped: Vec<String> = items.iter().map(|item| item.replace('|', "\\|")).collect();
    split(&escaped.join("|"))
        .into_iter()
        .filter(|item| !item.is_empty())
        .map(|item| item.replace("\\|", "|"))
        .collect()
}

fn split(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut escaped = false;
    for char in text.chars() {
        match char {
            '\\' => escaped = !escaped,
            '|' if !escaped => {
                items.push(String::new());
                continue;
            }
            // The escape outlives the `|` that it was meant for, so that a second one is no end.
            '|' => {}
            _ => escaped = false,
        }
        if let Some(last) = items.last_mut() {
            last.push(char);
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::read_back;

    #[test]
    fn v1_loses_empty_strings_and_garbles_backslashes() {
        let read = |items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            read_back(&items)
        };
        assert_eq!(read(&["a|b"]), ["a|b"]);
        assert_eq!(read(&["", "a", ""]), ["a"]);
        assert_eq!(read(&[""]), Vec::<String>::new());
        let garbled = read(&["a|b", "c\\", "d\\|e"]);
        assert_eq!(garbled, ["a|b", "c|d\\\\", "e"]);
    }
}
