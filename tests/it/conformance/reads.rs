//! What a client may rely on when it reads: above all, what "absent" looks like.

use serde_json::json;

use crate::conformance::Check;
use crate::support::http;
use crate::support::target::{Target, fresh};

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("version and health", version_and_health),
    ("an absent client", an_absent_client),
    ("a wrong route is not an absent client", a_wrong_route),
    ("paths with and without admin", paths_with_and_without_admin),
    ("odd ids", odd_ids),
    ("ids with a slash", ids_with_a_slash),
    ("filters", filters),
    ("wrong methods", wrong_methods),
    ("caching", caching),
    ("where a client is", locations),
];

fn version_and_health(target: &Target) {
    let version = target.send("GET", "/version", "").json();
    assert_eq!(version, json!({"version": target.version.as_str()}));
    for path in ["/health/ready", "/health/alive"] {
        let reply = target.send("GET", path, "");
        assert_eq!((reply.status, reply.json()), (200, json!({"status": "ok"})));
    }
}

fn an_absent_client(target: &Target) {
    let reply = target.get(&fresh("absent"));
    assert_eq!(reply.status, 404);
    let expected = json!({"error": "Unable to locate the resource", "error_description": ""});
    assert_eq!(reply.json(), expected);
    assert_eq!(reply.header("content-type"), "application/json");
}

fn a_wrong_route(target: &Target) {
    let url = format!("{}/nope/clients", target.url());
    for (accept, kind) in [
        ("*/*", "text/html; charset=utf-8"),
        ("text/html, application/json", "text/html; charset=utf-8"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("application/json", "application/json; charset=utf-8"),
    ] {
        let reply = http::send("GET", &url, &[("accept", accept)], "");
        assert_eq!(reply.status, 404);
        if target.is_calendar() {
            assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
            assert_eq!(reply.body, "404 page not found\n");
            continue;
        }
        assert_eq!(reply.header("content-type"), kind);
        if accept == "application/json" {
            // JSON, too; so that it is JSON is no proof that a client is absent.
            assert_eq!(reply.json()["error"]["code"], 404);
        }
    }
}

/// What is to be cached is told of every answer, but from v25 on of a GET's only.
fn caching(target: &Target) {
    let id = target.made(&json!({}));
    let path = target.path_of(&id);
    let control = |method: &str, path: &str, body: &str| {
        let reply = target.send(method, path, body);
        assert!(reply.status < 300, "{method} {path}: {}", reply.body);
        reply.header("cache-control").to_owned()
    };
    let all = "private, no-cache, no-store, must-revalidate";
    let read = if target.is_v1() { "" } else { all };
    let written = if target.is_calendar() { "" } else { read };
    assert_eq!(control("GET", &path, ""), read);
    assert_eq!(control("GET", target.path(), ""), read);
    assert_eq!(control("POST", target.path(), "{}"), written);
    assert_eq!(control("PUT", &path, "{}"), written);
    assert_eq!(control("PATCH", &path, "[]"), written);
    assert_eq!(control("DELETE", &path, ""), written);
}

fn paths_with_and_without_admin(target: &Target) {
    let id = target.made(&json!({}));
    let plain = target.send("GET", &format!("/clients/{id}"), "");
    let admin = target.send("GET", &format!("/admin/clients/{id}"), "");
    let post = target.send("POST", "/clients", "{}");
    if target.is_v1() {
        assert_eq!((plain.status, admin.status, post.status), (200, 404, 201));
    } else if target.is_calendar() {
        assert_eq!((plain.status, admin.status, post.status), (200, 200, 201));
    } else {
        assert_eq!((plain.status, admin.status, post.status), (307, 200, 307));
        // A parser of web addresses takes `admin` for the host.
        assert_eq!(
            plain.header("location"),
            format!("http:///admin/clients/{id}")
        );
        assert_eq!(post.header("location"), "http:///admin/clients");
    }
}

fn odd_ids(target: &Target) {
    if !target.version.lets_ids_be_chosen() {
        return;
    }
    for odd in [
        "a b",
        "\u{fc}",
        "%",
        "a%2Fb",
        "a?b",
        "a#b",
        "a+b",
        "A",
        "'",
        "lifespans",
        "a\tb",
    ] {
        // The real server is shared, but for one id there is room in one check only.
        let id = target.made(&json!({"client_id": odd}));
        assert_eq!(target.get(&id).json()["client_id"], odd);
        assert_eq!(
            target.send("DELETE", &target.path_of(odd), "").status,
            204,
            "{odd}"
        );
        assert_eq!(target.get(odd).status, 404);
    }
}

fn ids_with_a_slash(target: &Target) {
    if !target.version.lets_ids_be_chosen() {
        return;
    }
    let id = fresh("with/slash");
    target.made(&json!({"client_id": id, "owner": id}));
    let reply = target.get(&id);
    if target.is_calendar() {
        assert_eq!(reply.status, 200);
        let plain = target.path_of(&id).replace("/admin", "");
        assert_eq!(target.send("GET", &plain, "").status, 404);
    } else {
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (404, "text/html; charset=utf-8")
        );
    }
    let list = target.list(&format!("?owner={id}"));
    assert_eq!(list.ids(), [id]);
}

fn filters(target: &Target) {
    let owner = fresh("owner");
    let name = fresh("name");
    let both = target.made(&json!({"client_name": name, "owner": owner}));
    let by_owner = target.made(&json!({"owner": owner}));
    let by_name = target.made(&json!({"client_name": name}));
    let sorted = |query: String| {
        let mut ids = target.list(&query).ids();
        ids.sort();
        ids
    };
    let mut owned = vec![both.clone(), by_owner];
    owned.sort();
    let mut named = vec![both.clone(), by_name];
    named.sort();
    assert_eq!(sorted(format!("?owner={owner}")), owned);
    assert_eq!(sorted(format!("?client_name={name}&owner=")), named);
    assert_eq!(sorted(format!("?client_name={name}&owner={owner}")), [both]);
    let loud = owner.to_uppercase();
    assert_eq!(sorted(format!("?owner={loud}")), Vec::<String>::new());
}

fn wrong_methods(target: &Target) {
    let path = target.path();
    for (method, path, [before, since]) in [
        (
            "PUT",
            path.to_owned(),
            ["GET, OPTIONS, POST", "GET, HEAD, POST"],
        ),
        (
            "DELETE",
            path.to_owned(),
            ["GET, OPTIONS, POST", "GET, HEAD, POST"],
        ),
        (
            "POST",
            format!("{path}/x"),
            [
                "DELETE, GET, OPTIONS, PATCH, PUT",
                "DELETE, GET, HEAD, PATCH, PUT",
            ],
        ),
        (
            "GET",
            format!("{path}/x/lifespans"),
            ["OPTIONS, PUT", "PUT"],
        ),
    ] {
        let (allow, status) = match target.is_calendar() {
            true => (since, 405),
            false => (before, 200),
        };
        let reply = target.send(method, &path, "");
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, allow),
            "{method} {path}"
        );
        let options = target.send("OPTIONS", &path, "");
        assert_eq!((options.status, options.header("allow")), (status, allow));
        let head = target.send("HEAD", path.trim_end_matches("/x/lifespans"), "");
        let is_there = !path.ends_with("/x");
        match target.is_calendar() {
            true => assert_eq!(head.status, if is_there { 200 } else { 404 }),
            false => assert_eq!(head.status, 405),
        }
        assert_eq!(head.body, "");
    }
}

fn locations(target: &Target) {
    if !target.version.lets_ids_be_chosen() {
        return;
    }
    let id = fresh("a/b");
    for path in ["/admin/clients", "/clients"] {
        let body = json!({"client_id": format!("{id}{}", path.len())}).to_string();
        let reply = target.send("POST", path, &body);
        let location = match (target.is_calendar(), reply.status) {
            (true, 201) => format!("/admin/clients/{}{}", id.replace('/', "%252F"), path.len()),
            (false, 201) => format!("{}/{id}{}", target.path(), path.len()),
            _ => continue,
        };
        assert_eq!(reply.header("location"), location);
    }
}
