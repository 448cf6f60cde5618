//! Files that are named as JSON, and are none.

use std::fs;
use std::path::PathBuf;

use super::super::{Loaded, Policy, load};
use super::{brief, shown};

/// Loads a file of that name.
fn load_named(name: &str, text: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    fs::write(&path, text).unwrap();
    load(&[path], &mut std::io::empty(), &Policy::default()).unwrap()
}

#[test]
fn what_other_tools_refuse_is_warned_of() {
    let said = "warning: this file ends in `.json` but is not valid JSON from here on";
    for (text, place) in [
        ("{\"client_id\": \"a\",}", "1:19"),
        ("[\n  {\"client_id\": \"\u{fc}\"},\n]\n", "3:1"),
        ("# a\n{\"client_id\": \"a\"}\n", "1:1"),
        ("{\"client_id\": \"\u{fc}\"} # a\n", "1:20"),
        ("client_id: a\n", "1:1"),
        (
            "{\"client_id\": \"a\"}\n---\n{\"client_id\": \"b\"}\n",
            "2:1",
        ),
    ] {
        let loaded = load_named("x.JSON", text);
        assert_eq!(brief(&loaded), [format!("{place} {said}")], "{text}");
        assert!(!loaded.manifests.is_empty(), "{text}");
        assert_eq!(brief(&load_named("x.yaml", text)).len(), 0, "{text}");
    }
}

#[test]
fn the_place_is_shown_and_no_secret() {
    let text = "{\"client_id\": \"a\", \"client_secret\": \"hunter2-hunter2\",}";
    let shown = shown(&load_named("x.json", text));
    assert!(
        shown.contains("ends in `.json`") && shown.contains("client_id"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn json_is_not_warned_of_and_an_error_is_said_once() {
    for text in [
        "{\"client_id\": \"a\"}",
        "\u{feff}\r\n[{\"client_id\": \"a\"}]\r\n",
    ] {
        assert_eq!(brief(&load_named("x.json", text)).len(), 0, "{text}");
    }
    let loaded = load_named("x.json", "{\"client_id\": \"a\",, }");
    assert_eq!(loaded.findings.len(), 1, "{:?}", brief(&loaded));
}
