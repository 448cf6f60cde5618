//! Text that asks for too much.

use super::{brief, load_text};

#[test]
fn aliases_of_aliases_do_not_grow_without_limit() {
    let mut laughs =
        "client_id: a\nmetadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("  a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(
        brief(&load_text(laughs)),
        ["7:11 error: more than 200000 values in one client"]
    );
    let long = "x\\n".repeat(100_000);
    let aliases = vec!["*a"; 1_000].join(", ");
    let text = format!("metadata: [&a \"{long}\", {aliases}]\nclient_id: a\n");
    let brief = brief(&load_text(text));
    assert_eq!(brief.len(), 1);
    assert!(
        brief[0].ends_with("error: the aliases of this file repeat more than 64 MiB"),
        "{brief:?}"
    );
}

/// An object of anchors within each other, whose copies take `levels` times as much as its text.
fn anchors(levels: usize, text: &str) -> String {
    let open: String = (0..levels).map(|level| format!("&a{level} [")).collect();
    format!("metadata: {{a: {open}\"{text}\"{}}}\n", "]".repeat(levels))
}

#[test]
fn anchors_are_counted_by_the_document() {
    let document = |number: usize| {
        let anchors = anchors(30, &"x".repeat(100_000));
        format!("---\nclient_id: c{number}\n{anchors}")
    };
    let text: String = (0..30).map(document).collect();
    // The one can be read in parts, the other cannot.
    for text in [text.clone(), text.replacen('\n', "\r\n", 1)] {
        let loaded = load_text(text);
        assert_eq!(brief(&loaded), [""; 0]);
        assert_eq!(loaded.manifests.len(), 30);
    }
    let text = format!("client_id: a\n{}", anchors(90, &"x".repeat(1 << 20)));
    let brief = brief(&load_text(text));
    assert_eq!(brief.len(), 1, "{brief:?}");
    assert!(
        brief[0].ends_with("error: the anchors of this document hold more than 64 MiB"),
        "{brief:?}"
    );
}

#[test]
fn an_alias_within_its_own_anchor_is_an_error() {
    let text = "client_id: a\nmetadata: &a {b: *a}\n";
    assert_eq!(
        brief(&load_text(text)),
        ["2:18 error: the value refers to itself"]
    );
}

#[test]
fn depth_is_limited() {
    for open in ["[", "{a: ", "- "] {
        let text = format!("metadata:\n  {}", open.repeat(1_000_000));
        let brief = brief(&load_text(text));
        assert!(
            brief[0].contains("nested deeper than 100 levels"),
            "{brief:?}"
        );
    }
    let text = format!(
        "client_id: a\nmetadata: {}{}",
        "[".repeat(90),
        "]".repeat(90)
    );
    assert_eq!(brief(&load_text(text)), [] as [&str; 0]);
}

#[test]
fn a_file_full_of_errors_is_given_up() {
    let brief = brief(&load_text("- client_id: a\n  x: y\n".repeat(3_000)));
    assert_eq!(brief[0], "1:1 error: too many errors in this file");
    assert!(brief.len() < 3_000, "{}", brief.len());
}

#[test]
fn ten_thousand_clients_are_no_problem() {
    let document = |number: usize| {
        format!("client_id: c{number}\nmetadata: {{a: [1, 2, 3]}}\ncreated_at: x\n")
    };
    let documents: Vec<_> = (0..10_000).map(document).collect();
    let loaded = load_text(documents.join("---\n"));
    assert_eq!(loaded.manifests.len(), 10_000);
    assert_eq!(loaded.findings.len(), 10_000, "one warning each");
    let listed = |number: usize| {
        format!("- &c{number}\n  client_id: c{number}\n  metadata: {{a: [1, 2, 3]}}\n")
    };
    let loaded = load_text((0..10_000).map(listed).collect::<String>());
    assert_eq!((loaded.manifests.len(), loaded.findings.len()), (10_000, 0));
}

#[test]
fn a_long_file_reads_the_same_in_parts() {
    let document = |number: usize| {
        format!("---\nclient_id: c-{number}\nscope: openid\nmetadata:\n  note: |\n    ---\n    é\n")
    };
    let count = 40_000;
    let text: String = (0..count).map(document).collect();
    let loaded = load_text(text.clone());
    assert_eq!(brief(&loaded), [""; 0]);
    assert_eq!(loaded.manifests.len(), count);
    for (number, manifest) in loaded.manifests.iter().enumerate() {
        let id = manifest.client.client_id().unwrap();
        assert_eq!(id.as_str(), format!("c-{number}"));
        assert_eq!(
            manifest.place.to_string(),
            format!("<stdin>:{}:1", 7 * number + 2)
        );
        let scope = manifest.field_place(crate::client::Field::Scope);
        assert_eq!(scope.to_string(), format!("<stdin>:{}:8", 7 * number + 3));
    }
    // The first and the last client have the same id, and one between them a fault of its own.
    let faulty = text.replace(
        "scope: openid\nmetadata:\n  note: |\n    ---\n    é\n---\nclient_id: c-39999",
        "scop: openid\n---\nclient_id: c-0",
    );
    let found = brief(&load_text(faulty));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("279989:1 error"), "{found:?}");
    assert!(found[1].contains("279991:12 error"), "{found:?}");
}
