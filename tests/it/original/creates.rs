//! `create`: every flag alone, and many together.

use serde_json::json;

use crate::original::Test;
use crate::original::command_lines::CommandLines;
use crate::original::seen::assert_same;

/// The words of a case; `ENDPOINT` stands for the address. `id=` and `secret=` before a word say
/// that it is an id or a secret which the case gives, so that it has to come back as it is.
pub(crate) const CASES: &[(&str, &[&str])] = &[
    ("no flag at all", &[]),
    ("--id", &["--id", "id=mine"]),
    ("--id with blanks and more", &["--id", "id=a b%c+d"]),
    ("--id, empty", &["--id", ""]),
    ("--name", &["--name", "My app"]),
    ("-n", &["-n", "Größe 寸法 \"x\" \\ <&>"]),
    ("-n in one word", &["-nMine"]),
    ("-n with =", &["-n=Mine"]),
    ("--name with =", &["--name=a=b"]),
    ("--name twice", &["--name", "first", "-n", "last"]),
    ("a value like a flag", &["--name", "--id"]),
    (
        "--callbacks",
        &["--callbacks", "https://a.example/cb,https://b.example/cb"],
    ),
    (
        "-c again and again",
        &["-c", "https://a.example/cb", "-c", "com.example.app:/cb"],
    ),
    (
        "-c in quotes",
        &["-c", "\"https://a.example/cb?x=1,2\",https://b.example/"],
    ),
    (
        "-c with quotes in quotes",
        &["-c", "\"https://a.example/cb?x=\"\"y\"\"\""],
    ),
    ("-c, empty", &["-c", ""]),
    ("-c in one word", &["-chttps://a.example/cb"]),
    (
        "--grant-types",
        &["--grant-types", "client_credentials,refresh_token"],
    ),
    ("-g", &["-g", "client_credentials", "-g", "implicit"]),
    ("-g, empty", &["-g", ""]),
    ("--response-types", &["--response-types", "code,id_token"]),
    ("-r", &["-r", "code id_token", "-r", "token"]),
    ("--scope", &["--scope", "core,foobar"]),
    ("-a", &["-a", "core", "-a", "foobar,openid"]),
    ("-a with blanks", &["-a", "core foobar", "-a", "openid"]),
    ("-a, empty", &["-a", ""]),
    ("--audience", &["--audience", "https://api.example,other"]),
    (
        "--allowed-cors-origins",
        &[
            "--allowed-cors-origins",
            "https://a.example,HTTP://B.example:8080/",
        ],
    ),
    (
        "--backchannel-logout-callback",
        &["--backchannel-logout-callback", "https://a.example/back"],
    ),
    (
        "--backchannel-logout-session-required",
        &["--backchannel-logout-session-required"],
    ),
    (
        "--backchannel-logout-session-required=false",
        &["--backchannel-logout-session-required=false"],
    ),
    (
        "--backchannel-logout-session-required=T",
        &["--backchannel-logout-session-required=T"],
    ),
    (
        "--frontchannel-logout-callback",
        &["--frontchannel-logout-callback", "https://a.example/front"],
    ),
    (
        "--frontchannel-logout-session-required",
        &["--frontchannel-logout-session-required"],
    ),
    (
        "--frontchannel-logout-session-required on and off",
        &[
            "--frontchannel-logout-session-required",
            "--frontchannel-logout-session-required=0",
        ],
    ),
    ("--client-uri", &["--client-uri", "https://a.example/"]),
    ("--logo-uri", &["--logo-uri", "https://a.example/logo"]),
    (
        "--policy-uri",
        &["--policy-uri", "https://a.example/policy"],
    ),
    ("--tos-uri", &["--tos-uri", "https://a.example/tos"]),
    ("--jwks-uri", &["--jwks-uri", "https://a.example/keys"]),
    (
        "--post-logout-callbacks",
        &[
            "-c",
            "https://a.example/cb",
            "--post-logout-callbacks",
            "https://a.example/out,https://a.example/",
        ],
    ),
    ("--secret", &["--secret", "secret=correct-horse"]),
    (
        "--secret of a public client",
        &[
            "--secret",
            "secret=correct-horse",
            "--token-endpoint-auth-method",
            "none",
        ],
    ),
    ("--secret, empty", &["--secret", ""]),
    ("--subject-type", &["--subject-type", "public"]),
    ("--subject-type, empty", &["--subject-type", ""]),
    (
        "--token-endpoint-auth-method",
        &["--token-endpoint-auth-method", "client_secret_post"],
    ),
    (
        "--token-endpoint-auth-method none",
        &["--token-endpoint-auth-method", "none"],
    ),
    (
        "--token-endpoint-auth-method, unknown",
        &["--token-endpoint-auth-method", "x"],
    ),
    (
        "--token-endpoint-auth-signing-alg",
        &["--token-endpoint-auth-signing-alg", "ES256"],
    ),
    ("--endpoint", &["--endpoint", "ENDPOINT"]),
    ("--endpoint with a slash", &["--endpoint=ENDPOINT/"]),
    ("--access-token", &["--access-token", "abc.def"]),
    ("--fake-tls-termination", &["--fake-tls-termination"]),
    ("--skip-tls-verify", &["--skip-tls-verify"]),
    ("--fail-after", &["--fail-after", "1h2m3.5s"]),
    (
        "a web app",
        &[
            "--id",
            "id=web",
            "-n",
            "Web",
            "-c",
            "https://a.example/cb",
            "-g",
            "authorization_code,refresh_token",
            "-r",
            "code",
            "-a",
            "openid,offline",
            "--post-logout-callbacks",
            "https://a.example/",
            "--logo-uri",
            "https://a.example/logo",
            "--fake-tls-termination",
        ],
    ),
    (
        "every flag together",
        &[
            "--allowed-cors-origins",
            "https://a.example",
            "--audience",
            "x,y",
            "--backchannel-logout-callback",
            "https://a.example/back",
            "--backchannel-logout-session-required",
            "--callbacks",
            "https://a.example/cb",
            "--client-uri",
            "https://a.example/",
            "--frontchannel-logout-callback",
            "https://a.example/front",
            "--frontchannel-logout-session-required=true",
            "-g",
            "authorization_code",
            "--grant-types",
            "client_credentials",
            "--id",
            "id=all",
            "--jwks-uri",
            "https://a.example/keys",
            "--logo-uri",
            "https://a.example/logo",
            "--name",
            "All",
            "--policy-uri",
            "https://a.example/policy",
            "--post-logout-callbacks",
            "https://a.example/out",
            "--response-types",
            "code,token",
            "-a",
            "openid",
            "--scope",
            "\"email\",profile",
            "--secret",
            "secret=correct-horse",
            "--subject-type",
            "public",
            "--token-endpoint-auth-method",
            "client_secret_post",
            "--token-endpoint-auth-signing-alg",
            "RS256",
            "--tos-uri",
            "https://a.example/tos",
            "--access-token",
            "abc",
            "--fake-tls-termination",
            "--fail-after",
            "10s",
        ],
    ),
];

pub(crate) fn tests() -> Vec<(String, Test)> {
    let mut tests: Vec<(String, Test)> = Vec::new();
    for (name, words) in CASES {
        let test: Test = Box::new(move |both| same(both, words));
        tests.push((format!("create: {name}"), test));
    }
    tests.push((
        "create: a token out of the environment".to_owned(),
        Box::new(token_in_environment),
    ));
    tests.push((
        "create: the older variable for the address".to_owned(),
        Box::new(older_variable),
    ));
    tests.push(("create: an id that is taken".to_owned(), Box::new(taken)));
    tests
}

/// The words themselves, and those of them that are given ids or secrets.
fn read<'w>(words: &[&'w str]) -> (Vec<&'w str>, Vec<&'w str>) {
    let mut given = Vec::new();
    let words = words.iter().map(|word| {
        let marked = word
            .strip_prefix("id=")
            .or_else(|| word.strip_prefix("secret="));
        given.extend(marked);
        marked.unwrap_or(word)
    });
    (words.collect(), given)
}

/// Runs both with these words, and asserts that they do the same.
pub(crate) fn same(both: &CommandLines, words: &[&str]) {
    let (words, given) = read(words);
    let (theirs, ours) = both.run(&[&["create"], &*words].concat());
    assert_eq!(theirs.code, Some(0), "{theirs:#?}");
    assert_same((&theirs, &ours), &given);
    // What was printed is right.
    let secret = |line: &str| {
        line.strip_prefix("OAuth 2.0 Client Secret: ")
            .map(str::to_owned)
    };
    if let Some(secret) = ours.stdout.lines().find_map(secret) {
        both.ours.accepts(&ours, ours.ids()[0], &secret);
    }
}

fn token_in_environment(both: &CommandLines) {
    let env = [("OAUTH2_ACCESS_TOKEN", "of-the-environment")];
    let (theirs, ours) = both.run_in(&env, &["create"]);
    assert_same((&theirs, &ours), &[]);
}

fn older_variable(both: &CommandLines) {
    let env = [("HYDRA_ADMIN_URL", ""), ("HYDRA_URL", "ENDPOINT")];
    let (theirs, ours) = both.run_in(&env, &["create"]);
    assert_eq!(theirs.code, Some(0), "{theirs:#?}");
    assert_same((&theirs, &ours), &[]);
}

/// Both fail, and the client stays as it was. Ours has asked before, and sends nothing.
fn taken(both: &CommandLines) {
    both.create(&json!({"client_id": "taken", "client_name": "first"}));
    let (theirs, ours) = both.run(&["create", "--id", "taken", "-n", "second"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(1)), "{ours:#?}");
    assert_eq!((&*theirs.stdout, &*ours.stdout), ("", ""));
    assert_eq!(theirs.comparable(&["taken"]), ours.comparable(&["taken"]));
    assert_eq!((theirs.posts.len(), ours.posts.len()), (1, 0));
    assert!(ours.stderr.contains("`taken` exists already"), "{ours:#?}");
}
