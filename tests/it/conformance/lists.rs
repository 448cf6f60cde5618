//! The traps of paging. Each check has a server of its own.

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
    for token in ["zzz", "%00", "e30", "eyJvZmZzZXQiOiItMSIsInYiOjJ9"] {
        let page = target.list(&format!("?page_token={token}&offset={token}"));
        if target.is_calendar() {
            assert_eq!(page.status, 400);
            assert!(page.body.contains("page token"));
        } else {
            assert_eq!(page.ids().len(), 2);
        }
    }
}
