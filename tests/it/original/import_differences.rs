//! Where `import` differs on purpose.

use serde_json::json;

use crate::original::command_lines::CommandLines;
use crate::original::differences::Difference;

pub(crate) const DIFFERENCES: &[Difference] = &[
    (
        "an imported public client has no empty secret behind its id",
        imported_public,
    ),
    ("a misspelt field creates nothing", misspelt_field),
    (
        "a failure does not keep the other files from being read",
        goes_on,
    ),
    ("a file may hold a list, and YAML", lists_and_yaml),
    (
        "a file that is named twice does not make two clients",
        named_twice,
    ),
];

fn imported_public(both: &CommandLines) {
    both.folder.write(
        "public.json",
        r#"{"client_id": "public", "token_endpoint_auth_method": "none"}"#,
    );
    let (theirs, ours) = both.run(&["import", "public.json"]);
    assert_eq!(
        theirs.stdout,
        "Imported OAuth 2.0 Client public: from: public.json\n"
    );
    assert_eq!(
        ours.stdout,
        "Imported OAuth 2.0 Client public from: public.json\n"
    );
    assert_eq!((theirs.code, ours.code), (Some(0), Some(0)));
    let given = ["public"];
    assert_eq!(theirs.comparable(&given), ours.comparable(&given));
}

fn misspelt_field(both: &CommandLines) {
    both.folder.write(
        "typo.json",
        r#"{"client_id": "typo", "redirect_uri": ["https://a.example/"]}"#,
    );
    let (theirs, ours) = both.run(&["import", "typo.json"]);
    assert_eq!((theirs.code, theirs.ids()), (Some(0), vec!["typo"]));
    assert_eq!((ours.code, ours.posts.len()), (Some(1), 0), "{ours:#?}");
    assert!(
        ours.stderr.contains("did you mean `redirect_uris`?"),
        "{ours:#?}"
    );
}

fn goes_on(both: &CommandLines) {
    both.create(&json!({"client_id": "taken"}));
    both.folder.write("taken.json", r#"{"client_id": "taken"}"#);
    both.folder
        .write("broken.json", "{\"client_id\": \"broken\"");
    both.folder.write("free.json", r#"{"client_id": "free"}"#);
    let files = [
        "import",
        "taken.json",
        "broken.json",
        "missing.json",
        "free.json",
    ];
    let (theirs, ours) = both.run(&files);
    assert_eq!((theirs.code, theirs.ids()), (Some(1), vec!["taken"]));
    assert_eq!((ours.code, ours.ids()), (Some(1), vec!["free", "taken"]));
    for file in &files[1..4] {
        assert!(ours.stderr.contains(file), "{ours:#?}");
    }
}

fn lists_and_yaml(both: &CommandLines) {
    both.folder
        .write("list.json", r#"[{"client_id": "a"}, {"client_id": "b"}]"#);
    both.folder
        .write("more.yaml", "client_id: c\nscope: [openid, email]\n");
    let (theirs, ours) = both.run(&["import", "list.json", "more.yaml"]);
    assert_eq!((theirs.code, theirs.stored.len()), (Some(1), 0));
    assert_eq!((ours.code, ours.ids()), (Some(0), vec!["a", "b", "c"]));
    let lines = ours.lines(&["a", "b", "c"]);
    let expected = [("a", "list.json"), ("b", "list.json"), ("c", "more.yaml")];
    let expected =
        expected.map(|(id, file)| format!("Imported OAuth 2.0 Client {id}:SECRET from: {file}"));
    assert_eq!(lines, expected);
}

fn named_twice(both: &CommandLines) {
    both.folder
        .write("nameless.json", r#"{"client_name": "Nameless"}"#);
    let (theirs, ours) = both.run(&["import", "nameless.json", "./nameless.json"]);
    assert_eq!((theirs.code, theirs.stored.len()), (Some(0), 2));
    assert_eq!((ours.code, ours.stored.len()), (Some(1), 1), "{ours:#?}");
    assert!(ours.stderr.contains("named twice"), "{ours:#?}");
}
