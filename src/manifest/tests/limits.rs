//! Text that asks for too much.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::super::{Broken, Policy, load};
use super::{brief, load_text, shown};

/// Far longer than any of these takes, and far shorter than what grows with the square.
const SOON: Duration = Duration::from_secs(20);

/// How long this thread has worked. The time that others keep the machine busy does not count.
fn worked() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = stat.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}

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
            manifest.location.to_string(),
            format!("<stdin>:{}:1", 7 * number + 2)
        );
        let scope = manifest.field_location(crate::client::Field::Scope);
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

#[test]
fn redirects_are_not_compared_each_with_each() {
    let uris = |host: &str| -> Vec<String> {
        let uri = |number| format!("\"https://{host}{number}.example/\"");
        (0..40_000).map(uri).collect()
    };
    let (redirects, logouts) = (uris("a").join(","), uris("b").join(","));
    let before = worked();
    let loaded = load_text(format!(
        r#"{{"client_id":"a","redirect_uris":[{redirects}],"post_logout_redirect_uris":[{logouts}]}}"#
    ));
    let took = worked() - before;
    assert!(took < SOON, "{took:?}");
    assert_eq!(brief(&loaded)[0], "1:1 error: too many errors in this file");
    assert_eq!(loaded.findings.len(), 1_001);
}

#[test]
fn a_client_has_no_more_errors_than_a_file() {
    let unknown: Vec<_> = (0..50_000).map(|number| format!("x{number}: 1")).collect();
    let loaded = load_text(format!("{{client_id: a, {}}}", unknown.join(", ")));
    assert_eq!(loaded.findings.len(), 1_001);
}

#[test]
fn many_clients_of_one_id_are_said_once_and_for_all() {
    let loaded = load_text("client_id: a\n---\n".repeat(50_000));
    assert_eq!(loaded.manifests.len(), 50_000);
    assert_eq!(loaded.findings.len(), 1_001);
    assert!(loaded.has_errors());
    let said = shown(&loaded);
    assert!(
        said.contains("error[too-many-errors]: more than 1000 errors"),
        "{}",
        &said[..500]
    );
    assert!(said.len() < 1 << 20, "{}", said.len());
}

#[test]
fn findings_on_one_long_line_are_shown_in_a_moment() {
    let client = |number| format!(r#"{{"client_id":"c{number}","client_secret":"abcdefgh"}}"#);
    let clients: Vec<_> = (0..15_000).map(client).collect();
    let long = "x".repeat(4 << 20);
    let text = format!(
        r#"[{},{{"client_id":"last","owner":"{long}"}}]"#,
        clients.join(",")
    );
    let loaded = load_text(text);
    assert_eq!(loaded.findings.len(), 15_001);
    let before = worked();
    let said = shown(&loaded);
    let took = worked() - before;
    assert!(took < SOON, "{took:?}");
    assert!(said.contains("\"client_secret\":***"), "{}", &said[..500]);
}

#[test]
fn a_client_is_not_larger_than_any_hydra_needs() {
    let owner = "x".repeat(4 << 20);
    let large = format!("- client_id: a\n  owner: {owner}\n- client_id: b\n");
    assert_eq!(
        brief(&load_text(large)),
        ["1:3 error: more than 4 MiB in one client"]
    );
    // Aliases repeat what stands there once.
    let list = vec!["*o"; 100].join(", ");
    let text = format!(
        "client_id: a\nowner: &o {}\nmetadata: [{list}]\n",
        "x".repeat(50_000)
    );
    assert_eq!(
        brief(&load_text(text)),
        ["1:1 error: more than 4 MiB in one client"]
    );
}

#[test]
fn an_id_is_cut_where_findings_repeat_it() {
    let id = "x".repeat(100_000);
    let loaded = load_text(format!("client_id: {id}\nx: 1\n"));
    let named = loaded.findings[0].client_id.as_deref();
    assert_eq!(named.map(str::len), Some(1_000 + "…".len()));
}

#[test]
fn all_files_together_have_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    // Sparse files, which take no room; each is given up at its first byte, which is no UTF-8.
    for number in 0..5 {
        let path = folder.path().join(format!("{number}.yaml"));
        let mut file = std::fs::File::create(path).unwrap();
        file.write_all(b"\xff").unwrap();
        file.set_len(60 << 20).unwrap();
    }
    let paths = [folder.path().to_owned()];
    let error = load(&paths, &mut std::io::empty(), &Policy::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the manifests hold more than 256 MiB in total"
    );
    assert_eq!(error.kind(), crate::error::Kind::Manifest);
}

#[test]
fn all_files_together_have_no_more_errors_than_one() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..40 {
        let unknown: String = (0..100).map(|name| format!("x{name}: 1\n")).collect();
        let path = folder.path().join(format!("{number:02}.yaml"));
        std::fs::write(path, format!("client_id: c{number}\n{unknown}")).unwrap();
    }
    let read = || {
        load(
            &[PathBuf::from(folder.path())],
            &mut std::io::empty(),
            &Policy::default(),
        )
        .unwrap()
    };
    let loaded = read();
    assert_eq!(loaded.findings.len(), 1_002);
    assert_eq!(loaded.findings[0].message, "more than 1000 errors");
    // How far is read does not depend on how many threads read.
    assert_eq!(loaded.manifests.len(), 11);
    assert!((0..5).all(|_| brief(&read()) == brief(&loaded)));
    // What was not read may be as wrong as the rest: `watch` acts on none of it.
    assert!(Broken::of(&loaded.findings).covers("39.yaml"));
}

#[test]
fn more_warnings_than_are_kept_are_said() {
    let client = |number| format!("- client_id: c{number}\n  created_at: x\n");
    let loaded = load_text((0..20_100).map(client).collect::<String>());
    assert!(!loaded.has_errors());
    assert_eq!(loaded.manifests.len(), 20_100);
    assert_eq!(loaded.findings.len(), 20_001);
    assert_eq!(loaded.findings[0].message, "more than 20000 warnings");
}
