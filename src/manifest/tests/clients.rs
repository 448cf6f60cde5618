//! From text to clients: formats, types, and the traps of YAML.

use crate::client::{Field, Value};

use super::super::Rule;
use super::{brief, load_text};

/// What a field holds, when the text is fine.
fn field(text: &str, field: Field) -> String {
    let loaded = load_text(text);
    assert_eq!(brief(&loaded), [] as [String; 0], "{text}");
    format!("{:?}", loaded.manifests[0].client.get(field))
}

fn ids(text: &str) -> Vec<String> {
    let loaded = load_text(text);
    let ids = loaded
        .manifests
        .iter()
        .filter_map(|manifest| manifest.client.client_id());
    ids.map(|id| id.to_string()).collect()
}

#[test]
fn one_client_a_list_and_documents_are_read_in_order() {
    assert_eq!(ids("client_id: a"), ["a"]);
    assert_eq!(ids("{\"client_id\": \"a\"}"), ["a"]);
    assert_eq!(
        ids("[{\"client_id\": \"a\"}, {\"client_id\": \"b\"}]"),
        ["a", "b"]
    );
    assert_eq!(
        ids(
            "client_id: a\n---\n- client_id: b\n- client_id: c\n---\n---\n# none\n---\n{client_id: d}\n"
        ),
        ["a", "b", "c", "d"]
    );
    assert_eq!(ids("\u{feff}client_id: a\r\nowner: b\r\n"), ["a"]);
    assert_eq!(
        ids("{\n\t\"client_id\":\"a\",\n\t\"owner\":\n\t\t\"b\"\n}"),
        ["a"]
    );
}

#[test]
fn places_are_those_of_the_file() {
    let loaded = load_text("\u{feff}# ä\n- client_id: a\n  owner: ä\n  scope: x\n- client_id: b\n");
    let place = |index: usize, field| loaded.manifests[index].field_location(field).to_string();
    assert_eq!(loaded.manifests[1].location.to_string(), "<stdin>:5:3");
    assert_eq!(place(0, Field::Scope), "<stdin>:4:10");
    assert_eq!(
        place(1, Field::Scope),
        "<stdin>:5:3",
        "a field not said is where the client is"
    );
    let finding = loaded.manifests[0].finding(Rule::ServerMadeField, Field::Owner, "x");
    assert_eq!(finding.location.unwrap().to_string(), "<stdin>:3:10");
    assert_eq!(
        (finding.field.as_deref(), finding.client_id.as_deref()),
        (Some("owner"), Some("a"))
    );
}

#[test]
fn values_take_the_shape_of_their_field() {
    assert_eq!(
        field("{client_id: 'no'}", Field::ClientId),
        r#"Some(Text("no"))"#
    );
    assert_eq!(
        field("{client_id: !!str 5}", Field::ClientId),
        r#"Some(Text("5"))"#
    );
    assert_eq!(
        field("{client_id: a, client_name: 2024-01-01}", Field::ClientName),
        r#"Some(Text("2024-01-01"))"#
    );
    assert_eq!(
        field("{client_id: a, scope: ' a  b '}", Field::Scope),
        r#"Some(List(["a", "b"]))"#
    );
    assert_eq!(
        field("client_id: a\nscope: >\n  a\n  b\n", Field::Scope),
        r#"Some(List(["a", "b"]))"#
    );
    assert_eq!(
        field("{client_id: a, scope: [b, a]}", Field::Scope),
        r#"Some(List(["b", "a"]))"#
    );
    assert_eq!(
        field(
            "{client_id: a, owner: ~, audience: null, contacts: }",
            Field::Owner
        ),
        "None"
    );
    assert_eq!(
        field("{client_id: a, audience: []}", Field::Audience),
        "Some(List([]))"
    );
    assert_eq!(
        field("{client_id: a, skip_consent: True}", Field::SkipConsent),
        "Some(Flag(true))"
    );
    assert_eq!(
        field(
            "{client_id: a, client_secret_expires_at: 0}",
            Field::ClientSecretExpiresAt
        ),
        "Some(Number(0))"
    );
    assert_eq!(
        field("{client_id: \"\\ud83d\\ude00\\u0041\"}", Field::ClientId),
        "Some(Text(\"😀A\"))"
    );
}

#[test]
fn wrong_types_are_all_reported() {
    let text = "client_id: 12345\nclient_name: yes\nowner: [a]\nscope: 5\naudience: a\ncontacts: [1, ~, b]\n\
                skip_consent: no\nskip_logout_consent: 'true'\nclient_secret_expires_at: 1.0\n\
                implicit_grant_id_token_lifespan: 3600\njwks: x\n";
    assert_eq!(
        brief(&load_text(text)),
        [
            "1:12 error: `client_id` must be a string, not a number",
            "2:14 error: `client_name` must be a string, not a word that some YAML parsers read as a boolean",
            "3:8 error: `owner` must be a string, not a list",
            "4:8 error: `scope` must be a string or a list of strings, not a number",
            "5:11 error: `audience` must be a list of strings, not a string",
            "6:12 error: every item of `contacts` must be a string, not a number",
            "6:15 error: every item of `contacts` must be a string, not null",
            "7:15 error: `skip_consent` must be a boolean, not a word that some YAML parsers read as a boolean",
            "8:22 error: `skip_logout_consent` must be a boolean, not a string",
            "9:27 error: `client_secret_expires_at` must be a whole number, not a number with a fraction or an exponent",
            "10:35 error: `implicit_grant_id_token_lifespan` must be a string, not a number",
            "11:7 error: `jwks` must be an object with a list of `keys`",
        ]
    );
}

#[test]
fn what_is_no_client_is_said() {
    assert_eq!(
        brief(&load_text("")),
        ["1:1 warning: no client in this file"]
    );
    assert_eq!(
        brief(&load_text("# x\n---\n...\n")),
        ["1:1 warning: no client in this file"]
    );
    assert_eq!(
        brief(&load_text("hello")),
        ["1:1 error: expected a client, found a string"]
    );
    assert_eq!(
        brief(&load_text("- client_id: a\n- b\n- [c]\n- ~\n")),
        [
            "2:3 error: expected a client, found a string",
            "3:3 error: expected a client, found a list",
            "4:3 error: expected a client, found null",
        ]
    );
    assert_eq!(
        brief(&load_text("[]")),
        ["1:1 warning: no client in this file"]
    );
}

#[test]
fn aliases_and_merge_keys_are_resolved() {
    let text = "- &base {client_id: a, owner: o, scope: x}\n- {<<: *base, client_id: b, scope: y}\n\
                - {<<: [{owner: p}, *base], client_id: c}\n";
    let loaded = load_text(text);
    assert_eq!(brief(&loaded), [] as [String; 0]);
    let owner = |index: usize| loaded.manifests[index].client.text(Field::Owner);
    assert_eq!([owner(1), owner(2)], [Some("o"), Some("p")]);
    assert_eq!(loaded.manifests[1].client.list(Field::Scope), ["y"]);
    let quoted = load_text("client_id: a\nmetadata: {'<<': {b: 1}}");
    let Some(Value::Json(json)) = quoted.manifests[0].client.get(Field::Metadata) else {
        unreachable!()
    };
    assert_eq!(json.to_string(), r#"{"<<":{"b":1}}"#);
}

#[test]
fn faults_of_yaml_have_their_place_and_the_next_document_is_read() {
    let text = "client_id: a\nowner: *none\n---\nclient_id: [b\n---\nclient_id: c\n? [x]\n: y\n: z\n---\n\
                client_id: d\nclient_id: e\nowner: !x f\nmetadata: {a: .inf, b: 0755, c: on, d: {<<: 1}}\n---\nx: y\n\ty: z\n";
    assert_eq!(
        brief(&load_text(text)),
        [
            "2:8 error: the alias refers to an anchor that is not defined above it",
            "4:12 error: not valid YAML or JSON: the `[` is not closed",
            "7:3 error: a name before a colon must be text, not a list or an object",
            "9:1 error: a value has no name before its colon",
            "12:1 error: `client_id` is given twice",
            "13:8 error: manifests do not support this YAML tag",
            "14:15 error: JSON has no infinity and no NaN",
            "14:24 error: JSON does not have this notation for numbers",
            "14:33 error: some YAML parsers read this as a boolean, others as a string",
            "14:45 error: `<<` merges an object, or a list of objects",
            "17:1 error: not valid YAML: a tab is used for indentation",
        ]
    );
}

#[test]
fn ids_by_which_a_client_can_hardly_be_named_are_warned_of() {
    for (id, said) in [
        ("a/b", "1:13 warning: the id contains a `/`"),
        ("..", "1:13 warning: the id is a relative path segment"),
        (".", "1:13 warning: the id is a relative path segment"),
        ("a\\nb", "1:13 warning: the id contains a control character"),
        (" a", "1:13 warning: the id begins or ends with whitespace"),
        (
            "a\u{a0}",
            "1:13 warning: the id begins or ends with whitespace",
        ),
    ] {
        let loaded = load_text(format!("{{client_id: \"{id}\"}}"));
        assert_eq!(brief(&loaded), [said], "{id}");
    }
    for id in ["a b", "...", ".a", "a.", "\u{fc}", "%2F"] {
        let loaded = load_text(format!("{{client_id: \"{id}\"}}"));
        assert_eq!(brief(&loaded).len(), 0, "{id}");
    }
}
