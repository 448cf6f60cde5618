//! Servers and proxies that repeat what they were sent, in whatever spelling and place: none of it
//! is shown.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::support::program::Ended;
use crate::support::proxy::{Fault, Request, answer, json as in_json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("in_every_spelling", spelt),
    ("the_password_of_a_forward_proxy", proxy),
    ("in_every_place_of_an_answer", places),
    ("the_secret_of_a_new_client", secret),
    ("addresses_that_are_nearly_right", addresses),
];

/// Says what becomes of a request.
type Script = Box<dyn Fn(&Request) -> Fault + Send + Sync>;

const TOKEN: &str = "tok/HUNTER+2==&\"<x>";

/// What servers make of a text.
fn spellings(text: &str) -> Vec<String> {
    let html = text.replace('&', "&amp;").replace('"', "&#34;");
    vec![
        text.to_owned(),
        json!(text).to_string(),
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        html.replace('<', "&lt;").replace('>', "&gt;"),
        STANDARD.encode(text),
        STANDARD.encode(format!("user:{text}!")),
        URL_SAFE_NO_PAD.encode(format!("me:{text}")),
        text.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ]
}

/// Asserts that nothing of it was said, not even to the log.
#[track_caller]
fn is_unsaid(ended: &Ended, text: &str) {
    for spelling in spellings(text) {
        let said = ended.stdout.contains(&spelling) || ended.stderr.contains(&spelling);
        assert!(!said, "`{spelling}` was said: {ended}\n{}", ended.stderr);
    }
    let said = ended.stdout.contains("HUNTER") || ended.stderr.contains("HUNTER");
    assert!(!said, "{ended}\n{}", ended.stderr);
}

fn refusal(reason: &str) -> Fault {
    let body = json!({"error": "x", "error_description": reason});
    Fault::Answer(in_json("403 Forbidden", &body.to_string()))
}

fn spelt() -> Result<(), Missing> {
    for index in 0..spellings("").len() {
        let setup = Setup::new(move |request| {
            let sent = request.header("authorization").unwrap_or_default();
            let token = sent.strip_prefix("Bearer ").unwrap_or_default();
            refusal(&format!("no `{}` here", spellings(token)[index]))
        });
        setup.folder.clients(&["a"]);
        let mut plan = setup.program(&["plan"]);
        let ended = setup.run(plan.args(["--access-token", TOKEN]));
        ended.says(5, &["HTTP 403: no `", "***", "` here"]);
        is_unsaid(&ended, TOKEN);
    }
    Ok(())
}

/// It sends on what it was given itself, and what was meant for Hydra.
fn proxy() -> Result<(), Missing> {
    let setup = Setup::new(|request| {
        let header = |name| request.header(name).unwrap_or_default();
        let sent = header("proxy-authorization");
        let pair = STANDARD.decode(&sent[6..]).unwrap();
        let pair = String::from_utf8(pair).unwrap();
        let (_, password) = pair.split_once(':').unwrap();
        let all = [spellings(password), spellings(&pair), vec![sent.to_owned()]].concat();
        refusal(&format!("{} {}", all.join(" "), header("authorization")))
    });
    setup.folder.clients(&["a"]);
    let password = utf8_percent_encode(TOKEN, NON_ALPHANUMERIC);
    let proxy = setup.url().replace("//", &format!("//me:{password}@"));
    let mut plan = setup.program(&["plan"]);
    plan.env("HTTP_PROXY", proxy)
        .args(["--endpoint", "http://u:HUNTER3@hydra.example:4445"]);
    let ended = setup.run(&mut plan);
    ended.says(5, &["HTTP 403: *** ", "through http://127.0.0.1"]);
    is_unsaid(&ended, TOKEN);
    is_unsaid(&ended, &format!("me:{TOKEN}"));
    Ok(())
}

/// Each place of an answer that is shown.
fn places() -> Result<(), Missing> {
    const WORD: &str = "HUNTER2-is-the-token";
    let client = |id: &str| in_json("200 OK", &json!({"client_id": id}).to_string());
    let places: [(&str, Script); 6] = [
        (
            "a redirect",
            Box::new(|_| {
                let to = format!("Location: https://{WORD}.example/\r\n");
                Fault::Answer(answer("302 Found", &to, ""))
            }),
        ),
        (
            "is not Hydra's",
            Box::new(|_| {
                let kind = format!("Content-Type: text/{WORD}\r\n");
                Fault::Answer(answer("200 OK", &kind, "x"))
            }),
        ),
        (
            "another client",
            Box::new(move |request| match request.path.contains("clients") {
                true => Fault::Answer(client(WORD)),
                false => Fault::Pass,
            }),
        ),
        (
            "***",
            Box::new(|request| match request.path.ends_with("version") {
                true => Fault::Answer(in_json("200 OK", &json!({"version": WORD}).to_string())),
                false => Fault::Pass,
            }),
        ),
        (
            "of the issuer `https://***/`",
            Box::new(|request| match request.path.contains("well-known") {
                true => {
                    let issuer = format!("https://{WORD}/");
                    Fault::Answer(in_json("200 OK", &json!({"issuer": issuer}).to_string()))
                }
                false => Fault::Pass,
            }),
        ),
        (
            "not a client of Hydra's",
            Box::new(|request| match request.path.contains("clients") {
                true => Fault::Answer(in_json(
                    "200 OK",
                    &json!({"client_id": "a", "client_name": {WORD: 1}}).to_string(),
                )),
                false => Fault::Pass,
            }),
        ),
    ];
    for (said, script) in places {
        let setup = Setup::new(script);
        setup.folder.clients(&["a"]);
        for words in [&["doctor", "manifests"][..], &["plan", "--output", "json"]] {
            let mut program = setup.program(words);
            program.env("HYDRA_PUBLIC_URL", setup.url());
            let header = format!("X-Key: {WORD}");
            // The public API gets it as well, for it is the same server.
            let ended = setup.run(program.args(["--header", &header]));
            let is_told = said.contains("issuer") && words[0] == "plan";
            let told = ended.stdout.contains(said) || ended.stderr.contains(said);
            assert!(told || is_told, "`{said}` is not in {ended}");
            is_unsaid(&ended, WORD);
        }
    }
    Ok(())
}

fn secret() -> Result<(), Missing> {
    let echo = |request: &Request| {
        let secret = request.member("client_secret").unwrap_or_default();
        spellings(&secret).join(" ")
    };
    let scripts: [Script; 3] = [
        Box::new(move |request| match request.creates() {
            true => refusal(&echo(request)),
            false => Fault::Pass,
        }),
        Box::new(|request| match request.member("client_secret") {
            Some(secret) => {
                let kind = format!("Content-Type: text/{}\r\n", STANDARD.encode(secret));
                Fault::Answer(answer("202 Accepted", &kind, "x"))
            }
            None => Fault::Pass,
        }),
        Box::new(|request| match request.member("client_secret") {
            Some(secret) => {
                let body = json!({"client_id": format!("x{}", STANDARD.encode(secret))});
                Fault::Answer(in_json("201 Created", &body.to_string()))
            }
            None => Fault::Pass,
        }),
    ];
    for script in scripts {
        let setup = Setup::new(script);
        setup.folder.clients(&["a"]);
        let ended = setup.apply(&["--fail-after", "1s"]);
        let requests = setup.proxy.requests();
        let secrets: Vec<_> = requests
            .iter()
            .filter_map(|request| request.member("client_secret"))
            .collect();
        assert!(!secrets.is_empty(), "{ended}");
        for secret in secrets {
            is_unsaid(&ended, &secret);
        }
    }
    Ok(())
}

/// A mistake in an address does not show what was meant as a password.
fn addresses() -> Result<(), Missing> {
    for address in [
        "https:/u:HUNTER2@h",
        "https:u:HUNTER2@h",
        "https//u:HUNTER2@h",
        "u:HUNTER2@h",
        "//u:HUNTER2@h",
        "https://u:HUNTER2@h:x",
        "https://u:12/HUNTER2@h",
        "ftp:/u:HUNTER2@h",
        "https://u:HUNTER2 x@h:x",
    ] {
        let setup = Setup::new(|_| Fault::Pass);
        setup.folder.clients(&["a"]);
        for flags in [
            &["--endpoint", address][..],
            &["--public-url", address],
            &["--pgp-key-url", address],
            &["--keybase", "a", "--keybase-url", address],
        ] {
            let mut apply = setup.program(&["apply"]);
            let ended = setup.run(apply.args(flags).args(["--fail-after", "1s"]));
            is_unsaid(&ended, "HUNTER2");
        }
        let mut plan = setup.program(&["plan"]);
        plan.env("HTTP_PROXY", address);
        let ended =
            setup.run(plan.args(["--endpoint", "http://hydra.invalid", "--fail-after", "1s"]));
        is_unsaid(&ended, "HUNTER2");
        for flag in ["--fail-after", "--parallelism", "--output"] {
            let ended = setup.run(&mut setup.program(&["plan", flag, address]));
            ended.says(64, &[flag]);
            // Here, nothing tells the start of that password from a port.
            if !address.contains(":12/") {
                is_unsaid(&ended, "HUNTER2");
            }
        }
        let client = json!({"client_id": "b", "logo_uri": address, "redirect_uris": [address]});
        setup.folder.write("manifests/b.json", client.to_string());
        is_unsaid(&setup.run(&mut setup.program(&["validate"])), "HUNTER2");
        let method = ["--token-endpoint-auth-method", "none"];
        let create = [
            &method[..],
            &["--callbacks", address, "--logo-uri", address],
        ]
        .concat();
        is_unsaid(
            &setup.run(setup.program(&["create"]).args(create)),
            "HUNTER2",
        );
    }
    Ok(())
}
