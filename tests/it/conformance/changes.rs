//! Changing and deleting clients, as people do who play with the sandbox.

use serde_json::json;

use crate::conformance::Check;
use crate::support::target::{Target, fresh};

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("put replaces the whole client", put),
    ("patch changes a part", patch),
    ("delete", delete),
    ("an absent client cannot be changed", absent),
];

fn put(target: &Target) {
    let id = target.made(&json!({"client_name": "old", "owner": "o", "metadata": {"a": 1}}));
    let reply = target.send(
        "PUT",
        &target.path_of(&id),
        r#"{"client_name":"new","client_id":"x"}"#,
    );
    assert_eq!(
        (reply.status, &reply.json()["client_name"]),
        (200, &json!("new"))
    );
    let stored = target.get(&id).json();
    assert_eq!(stored["owner"], "");
    assert_eq!(stored["metadata"], json!({}));
    assert_eq!(stored["client_id"], id);
}

fn patch(target: &Target) {
    let id = target.made(&json!({"client_name": "old", "owner": "o"}));
    let patch = r#"[{"op":"replace","path":"/client_name","value":"new"}]"#;
    assert_eq!(
        target.send("PATCH", &target.path_of(&id), patch).status,
        200
    );
    let stored = target.get(&id).json();
    assert_eq!(
        (&stored["client_name"], &stored["owner"]),
        (&json!("new"), &json!("o"))
    );
    assert_eq!(target.send("PATCH", &target.path_of(&id), "{").status, 500);
    let remove = r#"[{"op":"remove","path":"/owner"}]"#;
    let removed = target.send("PATCH", &target.path_of(&id), remove);
    assert_eq!(removed.status, 200, "{}", removed.body);
    let owner = if target.is_calendar() { "" } else { "o" };
    assert_eq!(target.get(&id).json()["owner"], owner);
}

fn delete(target: &Target) {
    let id = target.made(&json!({}));
    let reply = target.send("DELETE", &target.path_of(&id), "");
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    assert_eq!(target.get(&id).status, 404);
    assert_eq!(target.send("DELETE", &target.path_of(&id), "").status, 404);
}

fn absent(target: &Target) {
    let path = target.path_of(&fresh("absent"));
    for (method, body) in [("PUT", "{}"), ("PATCH", "[]"), ("DELETE", "")] {
        let reply = target.send(method, &path, body);
        assert_eq!(reply.status, 404, "{method}");
        assert_eq!(reply.json()["error"], "Unable to locate the resource");
    }
}
