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
        assert_eq!(reply.header("content-type"), kind);
        if accept == "application/json" {
            // JSON, too; so that it is JSON is no proof that a client is absent.
            assert_eq!(reply.json()["error"]["code"], 404);
        }
    }
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
    for (method, path, allow) in [
        ("PUT", path.to_owned(), "GET, OPTIONS, POST"),
        ("DELETE", path.to_owned(), "GET, OPTIONS, POST"),
        (
            "POST",
            format!("{path}/x"),
            "DELETE, GET, OPTIONS, PATCH, PUT",
        ),
        ("GET", format!("{path}/x/lifespans"), "OPTIONS, PUT"),
    ] {
        let reply = target.send(method, &path, "");
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, allow),
            "{method} {path}"
        );
        let options = target.send("OPTIONS", &path, "");
        assert_eq!((options.status, options.header("allow")), (200, allow));
    }
}
