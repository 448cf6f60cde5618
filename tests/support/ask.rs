//! What others do to a Hydra beside the program under test.

use serde_json::Value;

use super::http::{self, FORM, JSON, basic};

/// All clients at `url`, such as `http://HOST:PORT/admin/clients`, as Hydra lists them.
pub(crate) fn list(url: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some("?page_size=500&limit=500".to_owned());
    while let Some(query) = next {
        let reply = http::send("GET", &format!("{url}{query}"), &[], "");
        assert_eq!(reply.status, 200, "{query}: {}", reply.body);
        let page: Vec<Value> = serde_json::from_str(&reply.body).unwrap();
        // Some servers link on after an empty page, and to the page itself.
        next = reply.link("next");
        next = next.filter(|link| !page.is_empty() && *link != query);
        all.extend(page);
    }
    all
}

/// Creates a client.
pub(crate) fn create(url: &str, client: &Value) {
    let reply = http::send("POST", url, &[JSON], &client.to_string());
    assert_eq!(reply.status, 201, "{}", reply.body);
}

/// Whether Hydra takes the secret for the client's own (RFC 7009, section 2.1).
pub(crate) fn accepts(public: &str, id: &str, secret: &str) -> bool {
    let headers = [FORM, ("authorization", &basic(id, secret))];
    let url = format!("{public}/oauth2/revoke");
    let reply = http::send("POST", &url, &headers, "token=made-up");
    assert!(matches!(reply.status, 200 | 401), "{reply:?}");
    reply.status == 200
}
