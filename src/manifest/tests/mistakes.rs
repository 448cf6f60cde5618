//! The commonest mistakes, a file each in `mistakes/`, and what is said of them: what is wrong, where,
//! and what to write instead.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::{Policy, load};
use super::shown;

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
