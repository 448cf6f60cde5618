//! The commonest mistakes, a file each in `mistakes/`, and what is said of them: what is wrong, where,
//! and what to write instead.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::{Policy, load};
use super::{brief, load_text, shown};

/// Files that have more than one mistake, or one that needs two places.
const SEVERAL: &[&str] = &[
    "camel.yaml",
    "duplicate-case.json",
    "number-id.yaml",
    "redirect-uri.yaml",
    "resource.yaml",
    "sops.yaml",
    "string-for-list2.yaml",
    "yes.yaml",
];

const SECRET: &str = "hunter2-hunter2";

#[test]
fn a_mistake_is_one_finding_that_says_what_to_write() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manifest/tests/mistakes");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "expected.txt")
        .collect();
    names.sort();
    let prefix = format!("{}/", folder.display());
    let mut all = String::new();
    for name in &names {
        let path = folder.join(name);
        let loaded = load(&[path], &mut std::io::empty(), &Policy::default()).unwrap();
        let said = shown(&loaded).replace(&prefix, "");
        assert!(!said.contains(SECRET), "{said}");
        let count = loaded.findings.len();
        assert!(
            count == 1 || count > 1 && SEVERAL.contains(&name.as_str()),
            "{count}: {said}"
        );
        for finding in &loaded.findings {
            assert!(
                finding.help.is_some() && finding.location.is_some(),
                "{said}"
            );
        }
        write!(all, "## {name}\n\n{said}").unwrap();
    }
    let expected = fs::read_to_string(folder.join("expected.txt")).unwrap_or_default();
    for (now, before) in all.split("## ").zip(expected.split("## ")) {
        assert_eq!(now, before);
    }
    assert_eq!(all, expected);
}

#[test]
fn text_that_only_looks_like_a_mistake_explains_nothing() {
    for text in [
        "client_id: a\nmetadata:\n  text: |\n    // x\n    name = value\n    scope:x\nfoo: 1\n",
        "{\"client_id\": \"a\", \"client_uri\": \"https://a.example//x\",\n\"foo\": 1}\n",
        "client_id: a\nclient_name: 'x {{ y // z = 1'\nfoo: 1\n",
        "# client_name: {{ .Values.name }}\nclient_id: a\nfoo: 1\n",
        "client_id: a # {{ .Values.name }}\nowner: b # scope:x\nfoo: 1\n",
        "client_id: a\nmetadata:\n  text: | # free\n    owner:x\nfoo: 1\n",
        "client_id: a\nmetadata:\n  text: |2\n    owner:x\nfoo: 1\n",
        "client_id: a\nmetadata:\n  text: >2-\n    owner:x\nfoo: 1\n",
        "client_id: a\nclient_name: \"x\n  owner=x\"\nfoo: 1\n",
    ] {
        let brief = brief(&load_text(text));
        assert_eq!(brief.len(), 1, "{brief:?}");
        assert!(brief[0].ends_with("unknown field `foo`"), "{brief:?}");
    }
}

#[test]
fn a_mistake_in_one_document_hides_nothing_in_another() {
    let text = "client_id: a\nfoo: 1\n---\nclient_id: b\nscope:x\n---\nclient_id: c\nbar: 1\n";
    assert_eq!(
        brief(&load_text(text)),
        [
            "2:1 error: unknown field `foo`",
            "5:6 error: not valid YAML: a space is missing after the colon",
            "8:1 error: unknown field `bar`",
        ]
    );
}

#[test]
fn no_line_is_shown_that_may_continue_a_secret() {
    for text in [
        "- client_id: web\n  scope: a\n   client_secret:hunter2-hunter2\n  foo: x\n",
        "- client_id: web\n  owner: a\n    client_secret=hunter2-hunter2\n  foo: x\n",
        "client_id: web\nmetadata:\n  note: a\n   client_secret:hunter2-hunter2\nfoo: x\n",
        "- client_id: web\n  contacts: [a\n   client_secret:hunter2-hunter2]\n  foo: x\n",
        "client_id: web\nscope:[a\n  client_secret:hunter2-hunter2\n",
    ] {
        let said = shown(&load_text(text));
        assert!(said.contains("error[") && !said.contains(SECRET), "{said}");
    }
}
