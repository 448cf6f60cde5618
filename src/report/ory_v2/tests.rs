#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::io;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Row, Rows, json, pretty_json, table, yaml};
use crate::client::ClientId;
use crate::report::created::{Created, Shown};

type Write = fn(Rows<'_>, &mut dyn io::Write) -> io::Result<()>;

fn row(answer: &Value) -> Row {
    let id = ClientId::new(answer["client_id"].as_str().unwrap()).unwrap();
    Row::new(&Created {
        id: Some(&id),
        name: None,
        secret: Shown::Given,
        is_sealed: false,
        json: Some(&SecretString::from(answer.to_string())),
        unconfirmed: false,
    })
}

fn written(write: Write, rows: Rows<'_>) -> String {
    let mut out = Vec::new();
    write(rows, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_client_alone_is_what_go_makes_of_its_structure() {
    let answer = json!({
        "scope": "a<b>&c", "client_id": "x", "jwks": {}, "audience": [], "contacts": null,
        "client_secret": "hidden-from-debug", "grant_types": ["implicit", "code"],
    });
    let row = row(&answer);
    let rows = Rows::One(&row);
    assert_eq!(
        written(json, rows),
        "{\"client_id\":\"x\",\"client_secret\":\"hidden-from-debug\",\"grant_types\":[\"implicit\",\"code\"],\"jwks\":{},\"scope\":\"a\\u003cb\\u003e\\u0026c\",\"AdditionalProperties\":{}}\n"
    );
    assert!(written(pretty_json, rows).starts_with("{\n  \"client_id\": \"x\",\n"));
    assert_eq!(
        written(table, rows),
        "CLIENT ID\tx\t\t\t\nCLIENT SECRET\thidden-from-debug\t\nGRANT TYPES\timplicit, code\t\t\nRESPONSE TYPES\t\t\t\t\nSCOPE\t\ta<b>&c\t\t\t\nAUDIENCE\t\t\t\t\nREDIRECT URIS\t\t\t\t\n"
    );
    assert_eq!(
        written(yaml, rows),
        "client_id: x\nclient_secret: hidden-from-debug\ngrant_types:\n- implicit\n- code\njwks: {}\nscope: a<b>&c\nAdditionalProperties: {}\n"
    );
}

#[test]
fn clients_in_a_list_keep_their_empty_lists() {
    let clients = ["one", "two"].map(|id| {
        let mut row = row(&json!({"client_id": id, "audience": []}));
        row.put_in_list();
        row
    });
    let rows = Rows::Many(&clients);
    assert_eq!(
        written(json, rows),
        "[{\"audience\":[],\"client_id\":\"one\"},{\"audience\":[],\"client_id\":\"two\"}]\n"
    );
    assert_eq!(
        written(yaml, rows),
        "- audience: []\n  client_id: one\n- audience: []\n  client_id: two\n"
    );
    let lines = written(table, rows);
    assert_eq!(lines.lines().nth(1), Some("one\t\t\t\t\t\t\t\t\t\t\t\t\t"));
    for (write, nothing) in [(json as Write, "[]\n"), (yaml, "[]\n")] {
        assert_eq!(written(write, Rows::Many(&[])), nothing);
    }
}

/// What is written is read as the same value, and plain where Ory's v2 writes it plain.
#[test]
fn yaml_strings_stay_strings() {
    for (text, is_plain) in [
        ("https://a/cb", true),
        ("2026-11-29T06:44:58Z", true),
        ("it's", true),
        ("", false),
        ("123", false),
        ("1_000", false),
        ("0x1f", false),
        ("1e3", false),
        ("y", false),
        ("Null", false),
        ("a: b", false),
        ("a # b", false),
        (" x ", false),
        ("a\\b", false),
        ("- a", false),
        ("-", false),
        ("-a", true),
        ("a\nb", false),
        ("a\u{202e}b", false),
        ("::error::", false),
        ("12:30", false),
    ] {
        let row =
            row(&json!({"client_id": "x", "owner": text, "metadata": {text: [text, {"m": text}]}}));
        let out = written(yaml, Rows::One(&row));
        let read: Value = serde_saphyr::from_str(&out).unwrap();
        assert_eq!(read["owner"], text, "{out}");
        assert_eq!(read["metadata"][text][1]["m"], text, "{out}");
        assert_eq!(out.contains(&format!("owner: {text}\n")), is_plain, "{out}");
    }
}
