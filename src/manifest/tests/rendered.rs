//! What the user sees, letter by letter.

use super::super::{Look, render};
use super::{load_text, shown};

#[test]
fn an_unknown_field() {
    let text = "client_id: web\nredirect_uri: https://a.example/cb # the old one\n";
    assert_eq!(
        shown(&load_text(text)),
        "\
error[unknown-field]: unknown field `redirect_uri`
 --> <stdin>:2:1
  |
2 | redirect_uri: https://a.example/cb
  | ^^^^^^^^^^^^
  |
  = help: did you mean `redirect_uris`?

"
    );
}

#[test]
fn colours_change_nothing_else() {
    let loaded = load_text("client_id: web\nredirect_uri: https://a.example/cb\n");
    let mut out = Vec::new();
    let look = Look {
        width: 80,
        colour: true,
    };
    render(&loaded.findings, look, &mut out).unwrap();
    let coloured = String::from_utf8(out).unwrap();
    let plain = anstream::adapter::strip_str(&coloured).to_string();
    assert_ne!(plain, coloured);
    assert_eq!(plain, shown(&loaded));
}

#[test]
fn a_secret_beside_the_fault_on_one_line() {
    let text = r#"[{"client_id":"a","client_secret":"longer","skip_consent":"true"}]"#;
    assert_eq!(
        shown(&load_text(text)),
        r#"warning[secret-in-manifest]: everyone who can read this manifest can read the secret in it
 --> <stdin>:1:35
  |
1 | [{"client_id":"a","client_secret":***,"skip_consent":"true"}]
  |                                   ^^^
  |
  = help: remove it: a secret is then generated, encrypted and recorded

error[wrong-type]: `skip_consent` must be a boolean, not a string
 --> <stdin>:1:59
  |
1 | [{"client_id":"a","client_secret":***,"skip_consent":"true"}]
  |                                                      ^^^^^^
  |
  = help: write `true` without quotes

"#
    );
}

#[test]
fn two_places_of_one_client() {
    let text = "client_id: a\n---\nclient_id: b\n---\nclient_id: a\n";
    assert_eq!(
        shown(&load_text(text)),
        "\
error[duplicate-client]: the client `a` is described twice, first at <stdin>:1:12
 --> <stdin>:5:12
  |
5 | client_id: a
  |            ^
  |
  = help: remove one of the two, or give one of them another `client_id`
note: first here
 --> <stdin>:1:12
  |
1 | client_id: a
  |            ^

"
    );
}

#[test]
fn a_private_key() {
    let text = "client_id: a\njwks:\n  keys:\n    - {kty: OKP, use: sig, crv: Ed25519, d: c2VjcmV0, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU}\n";
    assert_eq!(
        shown(&load_text(text)),
        "\
warning[private-key]: `d` is part of a private key, and everyone who can read this manifest can read it
 --> <stdin>:4:42
  |
4 | …{kty: OKP, use: sig, crv: Ed25519, d: ***, x: f83OJ3D2xF1Bg8vub9t…
  |                                     ^
  |
  = help: create a new key, and put only its public part here

"
    );
}

#[test]
fn text_that_is_no_yaml() {
    let text = "client_id: [web\nclient_secret: a-long-secret\n";
    assert_eq!(
        shown(&load_text(text)),
        "\
error[invalid-syntax]: not valid YAML or JSON: the `[` is not closed
 --> <stdin>:1:12
  |
1 | client_id: [***
  |            ^
  |
  = help: close it with `]`

"
    );
}

#[test]
fn a_long_line_is_cut_around_the_fault() {
    let many: Vec<_> = (0..50)
        .map(|number| format!("\"https://a{number}.example/cb\""))
        .collect();
    let text = format!(
        "{{\"client_id\":\"a\",\"redirect_uris\":[{},7]}}",
        many.join(",")
    );
    assert_eq!(
        shown(&load_text(text)),
        "\
error[wrong-type]: every item of `redirect_uris` must be a string, not a number
 --> <stdin>:1:1275
  |
1 | …ample/cb\",\"https://a49.example/cb\",7]}
  |                                     ^
  |
  = help: write it in quotes: `\"7\"`

"
    );
}

#[test]
fn a_file_without_a_line_to_show() {
    assert_eq!(
        shown(&load_text("just text")),
        "\
error[not-a-client]: expected a client, found a string
--> <stdin>:1:1
 |
 = help: a client is an object of Hydra's fields, such as `client_id: web`

"
    );
}

#[test]
fn nothing_of_a_manifest_commands_a_terminal_or_a_runner() {
    let text = "client_id: \"\\e[2J::error::x\"\nclient_name: '##[add-mask]x ##vso[y'\nsubject_type: '::set-env name=x::##[y]'\n\"::z\u{202e}\": 1\n";
    let shown = shown(&load_text(text));
    assert!(
        shown.contains("unknown `subject_type`: `::set-env name=x::#\\u{23}[y]`"),
        "{shown}"
    );
    for line in shown.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##["), "{line}");
        assert!(!line.contains("##vso"), "{line}");
        assert!(!line.contains(['\u{1b}', '\u{202e}']), "{line}");
    }
}
