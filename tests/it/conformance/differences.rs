//! The same requests to a real server and to the sandbox of its version.

use serde_json::{Value, json};

use crate::conformance::Comparison;
use crate::conformance::bodies;
use crate::conformance::generated;
use crate::conformance::mask::masked;
use crate::conformance::odd_fields;
use crate::support::http::{self, Reply};
use crate::support::target::Target;

/// Each with a fresh real server and a fresh sandbox.
pub(crate) const COMPARISONS: &[(&str, Comparison)] = &[
    ("paths and methods", paths),
    ("malformed bodies", malformed),
    ("single fields", single_fields),
    ("pages", pages),
    ("changes", changes),
    ("generated clients", generated::compare),
];

/// Sends one request to both and compares what comes back.
fn same(real: &Target, sandbox: &Target, what: &str, send: impl Fn(&Target) -> Reply) {
    let [expected, found] = [real, sandbox].map(|target| masked(&send(target)));
    assert_eq!(found, expected, "the sandbox (left) differs for {what}");
}

fn paths(real: &Target, sandbox: &Target) {
    let path = real.path();
    for target in [real, sandbox] {
        target.made(&json!({"client_id": "abc"}));
    }
    let paths = [
        "",
        "/abc",
        "/nobody",
        "/a%2Fb",
        "/abc/def",
        "/a%20b",
        "/%25",
        "/a?b",
        "/a%3Fb",
        "/%C3%BC",
        "/abc/",
        "//abc",
        "/abc/lifespans",
        "?limit=1&x=%20y&page_size=1",
    ];
    for suffix in paths {
        let path = format!("{path}{suffix}");
        for method in ["GET", "OPTIONS", "HEAD"] {
            let what = format!("{method} {path}");
            same(real, sandbox, &what, |target| {
                target.send(method, &path, "")
            });
        }
    }
    let others = [
        "/",
        "/nope",
        "/clients",
        "/clients/abc?x=%20y",
        "/clients/a%2Fb",
        "/admin",
        "/Clients",
        "/admin/clients",
        "/version",
        "/version/",
        "/health/ready",
        "/health/alive",
        "/health",
    ];
    for path in others {
        for accept in [
            "application/json",
            "text/plain",
            "*/*",
            "text/html, application/json",
        ] {
            let what = format!("GET {path} as {accept}");
            same(real, sandbox, &what, |target| {
                let url = format!("{}{path}", target.url());
                http::send("GET", &url, &[("accept", accept)], "")
            });
        }
    }
    for (method, path) in [
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/abc"),
        ("DELETE", "/nobody"),
        ("POST", "/"),
        ("PUT", "/abc/"),
        ("POST", "/abc/"),
        ("DELETE", "/"),
    ] {
        let path = format!("{}{path}", real.path());
        let what = format!("{method} {path}");
        same(real, sandbox, &what, |target| {
            target.send(method, &path, "{}")
        });
    }
    for method in ["POST", "PUT", "OPTIONS", "HEAD", "DELETE"] {
        same(real, sandbox, &format!("{method} /clients"), |target| {
            target.send(method, "/clients", "{}")
        });
    }
}

fn malformed(real: &Target, sandbox: &Target) {
    for body in bodies::MALFORMED {
        same(real, sandbox, body, |target| target.post_raw(body));
    }
    // Where a syntax error is, Go's decoder tells in its own words.
    for body in [
        "{'a':1}",
        "{\"a\":1,}",
        "\u{feff}{}",
        "{\"client_id\":\"x\ny\"}",
    ] {
        let [expected, found] = [real, sandbox].map(|target| target.post_raw(body));
        assert_eq!(found.status, expected.status, "{body}");
        assert_eq!(found.json()["error"], expected.json()["error"], "{body}");
    }
}

/// Every odd value of every field, on its own.
fn single_fields(real: &Target, sandbox: &Target) {
    let clients = odd_fields::clients().into_iter();
    let differences = clients.filter_map(|client| difference(real, sandbox, &client).err());
    let differences: Vec<String> = differences.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Creates a client on both, and tells how the answers or what is stored differ; or, where they are
/// the same, whether the client was taken.
pub(crate) fn difference(real: &Target, sandbox: &Target, client: &str) -> Result<bool, String> {
    let replies = [real, sandbox].map(|target| target.post_raw(client));
    let [expected, found] = [&replies[0], &replies[1]].map(masked);
    if found != expected {
        return Err(format!("{client}\n   real {expected}\nsandbox {found}"));
    }
    if expected["status"] != 201 {
        return Ok(false);
    }
    let stored = |target: &Target, reply: &Reply| {
        let id = reply.json()["client_id"].as_str().unwrap().to_owned();
        let stored = masked(&target.get(&id));
        target.send("DELETE", &target.path_of(&id), "");
        stored
    };
    let (expected, found) = (stored(real, &replies[0]), stored(sandbox, &replies[1]));
    if found != expected {
        return Err(format!(
            "stored {client}\n   real {expected}\nsandbox {found}"
        ));
    }
    Ok(true)
}

/// Compares a list. Where its order is random, only how many clients it has.
fn same_list(real: &Target, sandbox: &Target, what: &str, query: &str) {
    let [expected, found] = [real, sandbox].map(|target| {
        let mut answer = masked(&target.list(query));
        if !target.version.lets_ids_be_chosen() {
            answer["body"] = json!(answer["body"].as_array().map(Vec::len));
        }
        answer
    });
    assert_eq!(found, expected, "the sandbox (left) differs for {what}");
}

fn pages(real: &Target, sandbox: &Target) {
    let lists = |what: &str| {
        for size in ["1", "2", "3", "4", "5", "100", "600", "2000", "abc", "-5"] {
            for place in 0..7 {
                let query = if real.is_v1() {
                    if size == "-5" {
                        continue;
                    }
                    format!("?limit={size}&offset={place}&a=%20")
                } else {
                    format!("?page_size={size}&page_token={}", token(place))
                };
                let what = format!("{what} {query}");
                same_list(real, sandbox, &what, &query);
            }
        }
        for query in [
            "",
            "?client_name=n1",
            "?owner=o",
            "?owner=o&client_name=n0",
            "?client_name=N1",
            "?client_name=%zz",
            "?client_name=n1&client_name=n2",
            "?page_token=zzz&offset=zzz",
        ] {
            same_list(real, sandbox, query, query);
        }
    };
    lists("none");
    for number in 0..5 {
        for target in [real, sandbox] {
            // Ids sort by bytes, not by age.
            let id = ["b", "B", "a", "\u{fc}", "0"][number];
            let owner = ["o", ""][number % 2];
            target.made(
                &json!({"client_id": id, "client_name": format!("n{number}"), "owner": owner}),
            );
        }
        lists(&format!("{}", number + 1));
    }
}

fn token(offset: usize) -> String {
    use base64::Engine as _;
    let json = format!("{{\"offset\":\"{offset}\",\"v\":2}}");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json)
}

fn changes(real: &Target, sandbox: &Target) {
    let client = json!({"client_id": "x", "client_name": "n", "metadata": {"a": 1},
        "redirect_uris": ["https://a.example/cb"], "client_secret": "abcdefgh"});
    let ids = [real, sandbox].map(|target| target.made(&client));
    // Where Hydra chooses ids, each has its own.
    let id = |target: &Target| &ids[usize::from(!std::ptr::eq(target, real))];
    let path = |target: &Target| target.path_of(id(target));
    for (method, body) in bodies::CHANGES {
        let what = format!("{method} {body}");
        same(real, sandbox, &what, |target| {
            target.send(method, &path(target), body)
        });
        same(real, sandbox, &what, |target| target.get(id(target)));
    }
    for body in [
        r#"{"jwt_bearer_grant_access_token_lifespan":"1h"}"#,
        "{}",
        "{",
        r#"{"x":1}"#,
    ] {
        same(real, sandbox, body, |target| {
            target.send("PUT", &format!("{}/lifespans", path(target)), body)
        });
        same(real, sandbox, body, |target| target.get(id(target)));
    }
    for _ in 0..2 {
        same(real, sandbox, "DELETE", |target| {
            target.send("DELETE", &path(target), "")
        });
    }
    let again: Value = json!({"client_id": "x"});
    for _ in 0..2 {
        same(real, sandbox, "POST", |target| target.post(&again));
    }
}
