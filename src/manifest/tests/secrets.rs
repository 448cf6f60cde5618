//! Whatever is wrong with a manifest, no secret of it is shown.

use proptest::prelude::*;

use super::{load_text, shown};

const SECRET: &str = "hunter2-hunter2";

const TEXTS: [&str; 4] = [
    "client_id: a\nclient_secret: hunter2-hunter2\nredirect_uris: [https://a.example/cb]\nmetadata: {x: 1}\n",
    "[{\"client_id\":\"a\",\"client_secret\":\"hunter2-hunter2\",\"scope\":\"x\"},{\"client_id\":\"b\",\"owner\":1}]",
    "- client_id: a\n  metadata: {n: 0755}\n- client_id: a\n  client_secret: |\n    hunter2-hunter2\n    more\n",
    "{\n  \"client_id\": \"a\",\n  \"jwks\": {\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"a\", \"private_d\": \"hunter2-hunter2\", \"d\":\"hunter2-hunter2\"}]},\n  \"registration_access_token\": \"hunter2-hunter2\"\n}",
];

#[test]
fn findings_beside_a_secret_do_not_show_it() {
    for text in [
        "{client_id: 1, client_secret: hunter2-hunter2, foo: 1}",
        "client_id: a\nclient_secret: [hunter2-hunter2, {x: hunter2-hunter2}]\n",
        "client_id: a\nclient_secret: 1\nclient_secret: hunter2-hunter2\n",
        "client_id: a\nclient_secrt: hunter2-hunter2\n",
        "client_id: a\nclient_secret: !x hunter2-hunter2\n",
        "x: &x hunter2-hunter2\nclient_id: a\nclient_secret: *x\nclient_secret: *x\n",
        "client_id: a # once hunter2-hunter2\n---\nclient_id: a # secret: hunter2-hunter2\n",
        "client_id: a\nlogo_uri: ftp://me:hunter2-hunter2@a.example/\n",
        "client_id: a\nredirect_uris: ['https://me:hunter2-hunter2@a.example/#x']\n",
        "client_id: a\n? {client_secret: hunter2-hunter2}\n: b\n",
        "client_id: a\n: hunter2-hunter2\n",
        "hunter2-hunter2",
        "- hunter2-hunter2",
        "client_id: a\nclient_secret: hunter2-hunter2: x\n",
        "client_id: a\nclient_secret: 'hunter2-hunter2' x\n",
        "client_id: a\nclient_secret: |\n    x\n  hunter2-hunter2\n",
        "client_id: a\nclient_secret:\n- b\n c: hunter2-hunter2\n",
        "client_id: a\nmetadata: {a: &a hunter2-hunter2, b: [}\nclient_secret: *a",
        "client_secret hunter2-hunter2\nclient_id: a\n",
        "{\"client_id\": \"a\" \"client_secret\": \"hunter2-hunter2\"}",
        "client_secret: ${env:hunter2-hunter2}\nclient_id: a\n",
    ] {
        let loaded = load_text(text);
        assert_ne!(loaded.findings.len(), 0, "{text}");
        let shown = shown(&loaded);
        assert!(!shown.contains(SECRET), "{text}\n{shown}");
        assert!(
            !format!("{loaded:?}").contains(SECRET) || !text.contains("client_secret"),
            "{loaded:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_slip_of_the_keyboard_shows_no_secret(
        text in prop::sample::select(&TEXTS[..]),
        slips in prop::collection::vec((any::<prop::sample::Index>(), "[a-z0-9 :,#&*!|>'\"\\[\\]{}?%@`\\t-]?", any::<bool>()), 1..4),
    ) {
        let mut text = text.to_owned();
        for (index, typed, replace) in slips {
            let at = index.index(text.len());
            let end = if replace && !text[at..].starts_with('\n') { at + 1 } else { at };
            text.replace_range(at..end, &typed);
        }
        let shown = shown(&load_text(&text));
        prop_assert!(!shown.contains(SECRET), "{}\n{}", text, shown);
    }

    #[test]
    fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\PC\\r\\n\\t]{0,200}") {
        shown(&load_text(bytes));
        shown(&load_text(text));
    }

    #[test]
    fn no_mutation_makes_it_panic(
        text in prop::sample::select(&TEXTS[..]),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..5),
    ) {
        let mut bytes = text.as_bytes().to_vec();
        for (from, length, to) in cuts {
            let from = from.index(bytes.len());
            let part: Vec<u8> = bytes[from..].iter().copied().take(length.index(30)).collect();
            let to = to.index(bytes.len());
            bytes.splice(to..to, part);
        }
        shown(&load_text(bytes));
    }
}
