//! Numbers of things, as people write them.

/// `1 client`, `2 clients`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{s}")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn one_is_no_plural() {
        assert_eq!(count(0, "client"), "0 clients");
        assert_eq!(count(1, "client"), "1 client");
        assert_eq!(count(2, "client"), "2 clients");
    }
}
