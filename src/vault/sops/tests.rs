use super::facts;
use super::name::{fit, is_name, stem};
use super::output::{NameTemplate, SecretKeys};

#[test]
fn a_name_that_is_fit_stays_and_others_get_a_hash_of_the_id() {
    for fine in ["a", "a-b", "a.b", "web-2.shop", "0"] {
        assert_eq!(fit(fine, "x"), fine);
    }
    for (text, begins) in [
        ("A", "a-"),
        ("a_b", "a-b-"),
        ("a/b", "a-b-"),
        ("-a-", "a-"),
        ("a..b", "a.b-"),
        ("a.-b", "a.b-"),
        ("\u{2603}", "client-"),
        ("..", "client-"),
        ("", "client-"),
    ] {
        let name = fit(text, text);
        assert!(name.starts_with(begins) && is_name(&name), "{text}: {name}");
        assert_ne!(name, fit(text, "another id"));
    }
    let long = fit(&"x".repeat(300), "x");
    assert!(long.len() < 160 && is_name(&long), "{long}");
}

#[test]
fn a_namespace_and_a_name_are_never_mixed_up() {
    assert_eq!(stem(Some("a"), "b"), "a_b");
    assert_eq!(stem(None, "a.b"), "a.b");
    let long = format!("{}.x", "y".repeat(250));
    assert!(stem(Some(&"n".repeat(63)), &long).len() < 220);
}

#[test]
fn a_file_that_grows_without_end_or_is_too_deep_is_nobodys() {
    let mut bomb = "hydra_gitops: {}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let deep = |open: &str, close: &str| {
        let nested = format!("{}1{}", open.repeat(300_000), close.repeat(300_000));
        format!("{{\"hydra_gitops\": {nested}}}")
    };
    let start = std::time::Instant::now();
    for (name, text) in [
        ("a.sops.yaml", bomb),
        ("a.sops.yaml", deep("[", "]")),
        ("a.sops.json", deep("[", "]")),
        ("a.sops.json", deep("{\"a\":", "}")),
        ("a.sops.env", "# hydra-gitops {".repeat(50_000)),
    ] {
        assert_eq!(facts::read(name.into(), &text), None);
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn what_a_name_holds_is_not_taken_for_a_reference() {
    let template: Result<NameTemplate, _> = "{client_name}-{owner}-{client_id}".parse();
    let template = template.unwrap_or_default();
    assert_eq!(
        template.of(Some("{client_id}"), Some("o")),
        "-client_id--o-{client_id}"
    );
    for wrong in ["", "fixed", "{id}", "{client_id", "a}{client_id}"] {
        assert!(wrong.parse::<NameTemplate>().is_err(), "{wrong}");
    }
}

#[test]
fn keys_that_would_encrypt_something_else_are_refused() {
    assert!("A,B".parse::<SecretKeys>().is_ok());
    for wrong in [
        "A",
        "A,A",
        "A,name",
        "kind,B",
        "A,B,C",
        "A, B",
        "1,B",
        "A,",
        "sops_mac,B",
    ] {
        assert!(wrong.parse::<SecretKeys>().is_err(), "{wrong}");
    }
}
