//! The query of a request, as Go reads and writes it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What Go escapes in a query, besides turning spaces into `+`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Names and values, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. Pairs that are not well encoded are left out, as Go leaves them.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        Self(pairs.collect())
    }

    /// The first value of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces all values of that name by one.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(found, _)| found != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// Writes the query, sorted by name.
    pub(super) fn encode(&self) -> String {
        let mut pairs = self.0.clone();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        let pairs = pairs
            .iter()
            .map(|(name, value)| [encode(name), encode(value)].join("="));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// Decodes `application/x-www-form-urlencoded` text; `None` when a `%` stands alone.
pub(super) fn decode(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let decoded = || percent_decode_str(&text).decode_utf8_lossy().into_owned();
    is_well_encoded(&text).then(decoded)
}

/// Whether two hexadecimal digits follow each `%`.
pub(super) fn is_well_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let code = rest.as_bytes().get(..2);
        code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit))
    })
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED)
        .to_string()
        .replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_query_is_sorted_and_loses_what_is_malformed() {
        let mut query = Query::parse("b=1&a=%zz&c=x+y%2F~*&b=2&d");
        assert_eq!(query.get("a"), None);
        assert_eq!(query.get("b"), Some("1"));
        query.set("b", "3");
        assert_eq!(query.encode(), "b=3&c=x+y%2F~%2A&d=");
    }
}
