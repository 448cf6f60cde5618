//! The traps of paging. Each check has a server of its own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::conformance::Check;
use crate::support::target::Target;

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("an empty server has a next page for ever", endless),
    ("pages by link", pages_by_link),
    ("the count ignores filters", the_count_ignores_filters),
    ("pages are capped", pages_are_capped),
    ("the order of a list", order),
    ("odd page tokens", odd_tokens),
    ("odd page sizes", odd_sizes),
    ("both forms of page tokens", forms_of_tokens),
];

fn endless(target: &Target) {
    let mut query = String::new();
    for _ in 0..5 {
        let page = target.list(&query);
        assert_eq!(page.ids(), Vec::<String>::new());
        match page.link("next") {
            Some(next) => query = next,
            None => {
                assert!(target.is_calendar());
                return;
            }
        }
    }
    assert!(!target.is_calendar());
}

/// Follows `Link` from page to page.
fn walk(target: &Target, first: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut query = Some(first.to_owned());
    while let Some(page) = query.take().map(|query| target.list(&query)) {
        assert!(
            page.header("link")
                .starts_with(&format!("<{}?", target.path()))
        );
        let found = page.ids();
        query = page.link("next").filter(|_| !found.is_empty());
        ids.extend(found);
    }
    ids
}

fn make(target: &Target, count: usize) -> Vec<String> {
    let mut ids: Vec<String> = (0..count)
        .map(|number| target.made(&json!({"client_name": format!("n{}", number % 2)})))
        .collect();
    ids.sort();
    ids
}

fn pages_by_link(target: &Target) {
    let made = make(target, 7);
    for size in [1, 2, 3, 6, 7, 8] {
        let first = if target.is_v1() {
            format!("?limit={size}")
        } else {
            format!("?page_size={size}")
        };
        let mut found = walk(target, &first);
        found.sort();
        let skips = target.version == Version::V2_0_2 && size > 1 && size < 7;
        if skips {
            // The offset in the token is taken for the number of a page.
            assert!(found.len() < made.len(), "pages of {size}");
        } else {
            assert_eq!(found, made, "pages of {size}");
        }
    }
}

fn the_count_ignores_filters(target: &Target) {
    make(target, 3);
    for query in ["", "?client_name=n1", "?client_name=nobody"] {
        let page = target.list(query);
        let count = if target.is_calendar() { "" } else { "3" };
        assert_eq!(page.header("x-total-count"), count);
    }
    assert_eq!(target.list("?client_name=n1").ids().len(), 1);
}

fn pages_are_capped(target: &Target) {
    // Real servers hash every secret; the sandbox alone shows the real limits.
    let count = if target.url() == target.public_url() {
        1_010
    } else {
        10
    };
    let made = make(target, count);
    let (default, most) = match target.version {
        Version::V1_11_10 | Version::V25_4_0 | Version::V26_2_0 => (100, 500),
        _ => (250, 1_000),
    };
    let name = if target.is_v1() { "limit" } else { "page_size" };
    assert_eq!(target.list("").ids().len(), default.min(count));
    let page = target.list(&format!("?{name}=5000"));
    assert_eq!(page.ids().len(), most.min(count));
    if target.is_calendar() {
        assert!(page.link("next").unwrap().contains("page_size=500"));
    }
    if target.version != Version::V2_0_2 {
        let mut all = walk(target, &format!("?{name}=5000"));
        all.sort();
        assert_eq!(all, made);
    }
}

fn order(target: &Target) {
    let ids = ["b", "B", "a", "\u{fc}", "0"];
    let chooses_ids = !target.version.lets_ids_be_chosen();
    let made: Vec<String> = if chooses_ids {
        (0..5).map(|_| target.made(&json!({}))).collect()
    } else {
        ids.iter()
            .map(|id| target.made(&json!({"client_id": id})))
            .collect()
    };
    let listed = target.list("").ids();
    if chooses_ids {
        // By a random key: anywhere, but always in the same place.
        assert_eq!(target.list("").ids(), listed);
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        assert_eq!(sorted(listed), sorted(made));
    } else {
        assert_eq!(listed, ["0", "B", "a", "b", "\u{fc}"]);
    }
}

fn odd_tokens(target: &Target) {
    make(target, 2);
    let long = "A".repeat(44);
    for token in ["zzz", "%00", "e30", "eyJvZmZzZXQiOiItMSIsInYiOjJ9", &long] {
        let path = format!("{}?page_token={token}&offset={token}", target.path());
        // From v25 on less than a nonce is sliced beyond its end.
        let is_cut_off = target.is_calendar() && token.starts_with("eyJ");
        assert_eq!(target.cuts_off(&path), is_cut_off, "{token}");
        if is_cut_off {
            continue;
        }
        let page = target.send("GET", &path, "");
        if target.is_calendar() {
            assert_eq!(page.status, 400);
            let why = match token == long {
                true => "decrypt token: invalid data or key",
                false => "decode token: illegal base64 data at input byte 0",
            };
            assert_eq!(
                page.json()["error_description"],
                format!("{PAGINATION} {why}")
            );
        } else {
            assert_eq!(page.ids().len(), 2);
        }
    }
}

const PAGINATION: &str = "Unable to parse pagination parameters:";

fn odd_sizes(target: &Target) {
    make(target, 2);
    let name = if target.is_v1() { "limit" } else { "page_size" };
    for size in ["0", "-1"] {
        let path = format!("{}?{name}={size}", target.path());
        assert_eq!(target.cuts_off(&path), target.is_v1(), "{size}");
    }
    if target.is_calendar() {
        for (query, size) in [
            ("", 100),
            ("?page_size=", 100),
            ("?page_size=0", 100),
            ("?page_size=-1", 100),
            ("?page_size=1", 1),
            ("?page_size=9999", 500),
        ] {
            let page = target.list(query);
            assert_eq!(page.ids().len(), size.min(2), "{query}");
            let first = page.link("first").unwrap();
            assert!(first.contains(&format!("page_size={size}&")), "{first}");
        }
        let page = target.list("?page_size=x");
        let why = "strconv.Atoi: parsing 'x': invalid syntax";
        assert_eq!(page.status, 400);
        assert_eq!(
            page.json()["error_description"],
            format!("{PAGINATION} {why}")
        );
    } else {
        assert_eq!(target.list(&format!("?{name}=x")).ids().len(), 2);
    }
}

/// v2.0 writes the one, v2.1 the other, and each ignores what the other writes.
fn forms_of_tokens(target: &Target) {
    if target.is_v1() || target.is_calendar() {
        return;
    }
    make(target, 3);
    let first = target.list("?page_size=1").ids();
    for (json, is_known) in [
        (r#"{"page":"1","v":1}"#, target.version == Version::V2_0_2),
        (r#"{"offset":"1","v":2}"#, target.version != Version::V2_0_2),
    ] {
        let token = URL_SAFE_NO_PAD.encode(json);
        let page = target.list(&format!("?page_size=1&page_token={token}"));
        assert_eq!(page.ids() != first, is_known, "{json}");
        let next = page.link("next").unwrap();
        let token = next.split("page_token=").nth(1).unwrap();
        let token = URL_SAFE_NO_PAD.decode(token).unwrap();
        let offset = if is_known { 2 } else { 1 };
        let (name, form) = match target.version {
            Version::V2_0_2 => ("page", 1),
            _ => ("offset", 2),
        };
        let expected = format!("{{\"{name}\":\"{offset}\",\"v\":{form}}}");
        assert_eq!(String::from_utf8(token).unwrap(), expected);
    }
}
