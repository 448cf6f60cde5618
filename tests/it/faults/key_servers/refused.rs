//! Answers of a key server that are not taken: exit 6, and nothing is sent to Hydra.

use std::time::Duration;

use super::server::{Keys, found, moved};
use crate::support::authority::Authority;
use crate::support::key::Key;
use crate::support::proxy::{Fault, Gate, Proxy, answer};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("a_redirect_to_http_is_not_followed", redirect_to_http),
    ("http_is_refused", http),
    ("an_answer_without_a_key_is_refused", no_key),
    (
        "an_answer_that_ends_early_or_never_is_refused",
        wrong_length,
    ),
    ("silence_ends_after_ten_seconds", silence),
    ("the_certificate_is_not_trusted", certificate),
    ("what_is_wrong_with_a_key_is_said", wrong_key),
];

fn redirect_to_http() -> Result<(), Missing> {
    let other = Proxy::start(
        "http://127.0.0.1:9",
        Box::new(|_| found(&Key::new().public())),
    );
    let to = format!("http://{}/a.asc?hunter2", other.address());
    let keys = Keys::new(move |_| moved(&to));
    let url = keys.url("/a.asc");
    let texts = [&*url, "it redirects to `http://127.0.0.1`", "only https"];
    let ended = keys.refused(&["--pgp-key-url", &url], 6, &texts);
    assert_eq!(other.requests().len(), 0);
    let messages = ended.stderr.lines().filter(|line| line.contains("error:"));
    assert!(messages.clone().count() == 1 && !messages.collect::<String>().contains("hunter2"));
    Ok(())
}

fn http() -> Result<(), Missing> {
    let keys = Keys::new(|_| Fault::Drop);
    let url = keys.url("/a.asc");
    let insecure = url.replace("https", "http");
    let words = ["--pgp-key-url", &url, "--pgp-key-url", &insecure];
    keys.refused(
        &words,
        64,
        &[&insecure, "anybody on the network path", "write `https://`"],
    );
    let words = ["--keybase", "alice", "--keybase-url", "http://h"];
    keys.refused(
        &words,
        64,
        &["--keybase-url http://h", "anybody on the network path"],
    );
    assert_eq!(keys.asked(), [""; 0]);
    Ok(())
}

fn no_key() -> Result<(), Missing> {
    let keys = Keys::new(|request| {
        let status = |status| Fault::Answer(answer(status, "", "a key, perhaps"));
        match &*request.path {
            "/page" => found("<!DOCTYPE html>\n<title>-----BEGIN it all-----</title>"),
            "/empty" => found("\n"),
            "/words" => found("no key of that name"),
            "/private" => found("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nbm90\n"),
            "/busy" => status("503 Service Unavailable"),
            "/part" => status("206 Partial Content"),
            "/nothing" => status("204 No Content"),
            _ => status("404 Not Found"),
        }
    });
    for (path, texts) in [
        ("/page", ["it is a web page", "raw text"]),
        ("/empty", ["it is empty", "gpg --export"]),
        (
            "/words",
            ["neither armored text nor binary", "gpg --export"],
        ),
        ("/private", ["this is a private key", "remove it"]),
        ("/busy", ["HTTP 503", "try again later"]),
        ("/part", ["HTTP 206", "--pgp-key-file"]),
        ("/nothing", ["HTTP 204", "--pgp-key-file"]),
    ] {
        let url = keys.url(path);
        let from = format!("`--pgp-key-url {url}`");
        keys.refused(&["--pgp-key-url", &url], 6, &[&from, texts[0], texts[1]]);
    }
    // One error for all.
    let (a, base) = (keys.url("/busy"), keys.url(""));
    let words = [
        "--pgp-key-url",
        &a,
        "--keybase",
        "bob",
        "--keybase-url",
        &base,
    ];
    let from = format!("`--keybase bob ({base}/bob/pgp_keys.asc)`: HTTP 404");
    keys.refused(
        &words,
        6,
        &[&a, "HTTP 503", &from, "try again later", "the user's name"],
    );
    Ok(())
}

fn wrong_length() -> Result<(), Missing> {
    let public = Key::new().public();
    let keys = Keys::new(move |request| {
        let half = &public[..public.len() / 2];
        let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        match &*request.path {
            "/cut" => Fault::Answer(format!("{}{half}", head(public.len())).into_bytes()),
            "/half" => found(half),
            "/endless" => Fault::Endless(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec()),
            "/long" => Fault::Endless(head(1 << 40).into_bytes()),
            "/limit" => found(&format!(
                "{public}{}",
                " ".repeat((1 << 20) + 1 - public.len())
            )),
            _ => Fault::Drop,
        }
    });
    for (path, texts) in [
        ("/cut", ["the answer was cut off", "try again"]),
        ("/half", ["it is cut off before its end", "--pgp-key-url"]),
        ("/endless", ["longer than 1 MiB", "the key alone"]),
        ("/long", ["longer than 1 MiB", "the key alone"]),
        ("/limit", ["longer than 1 MiB", "the key alone"]),
        ("/drop", ["the answer was cut off", "try again"]),
    ] {
        let url = keys.url(path);
        let ended = keys.refused(&["--pgp-key-url", &url], 6, &[&url, texts[0], texts[1]]);
        assert!(
            ended.took < Duration::from_secs(8),
            "{path}: {:?}",
            ended.took
        );
    }
    Ok(())
}

fn silence() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let keys = Keys::new(move |request| match &*request.path {
        "/head" => Fault::Hold(held.clone()),
        _ => Fault::Stall(b"HTTP/1.1 200 OK\r\n\r\n-----BEGIN".to_vec(), held.clone()),
    });
    let (head, body) = (keys.url("/head"), keys.url("/body"));
    let late = |url| format!("`--pgp-key-url {url}`: no complete answer within 10 s");
    let words = ["--pgp-key-url", &head, "--pgp-key-url", &body];
    let ended = keys.refused(&words, 6, &[&late(&head), &late(&body), "HTTPS_PROXY"]);
    gate.open();
    // All at once, not one after the other.
    assert!(ended.took < Duration::from_secs(18), "{:?}", ended.took);
    Ok(())
}

fn certificate() -> Result<(), Missing> {
    let keys = Keys::new(|_| found(&Key::new().public()));
    let url = keys.url("/a.asc");
    let other = Authority::new("other").pem();
    keys.setup.folder.write("manifests/other.pem", other);
    // Neither is meant for key servers.
    for more in [
        &["--ca-cert", "manifests/ca.pem"][..],
        &["--skip-tls-verify"],
    ] {
        let words = [&["--pgp-key-url", &*url], more].concat();
        let mut command = keys.setup.applying(&words);
        command.env("SSL_CERT_FILE", "manifests/other.pem");
        let ended = keys.setup.run(&mut command);
        ended.says(6, &[&url, "certificate: UnknownIssuer", "SSL_CERT_FILE"]);
    }
    keys.setup.folder.write("manifests/none.pem", "");
    let mut command = keys.setup.applying(&["--pgp-key-url", &url]);
    command.env("SSL_CERT_FILE", "manifests/none.pem");
    let ended = keys.setup.run(&mut command);
    ended.says(6, &[&url, "No CA certificates", "ca-certificates"]);
    assert_eq!(keys.asked(), [""; 0]);

    let keys = Keys::of("keys.example", |_| Fault::Drop);
    let url = keys.url("/a.asc");
    keys.refused(
        &["--pgp-key-url", &url],
        6,
        &[&url, "keys.example", "check the address"],
    );
    Ok(())
}

fn wrong_key() -> Result<(), Missing> {
    let public = Key::signing().public();
    let keys = Keys::new(move |_| found(&public));
    let url = keys.url("/a.asc");
    let from = format!("(`Alice <alice@example.org>`) from `--pgp-key-url {url}` has no subkey");
    keys.refused(&["--pgp-key-url", &url], 6, &[&from, "--quick-add-key"]);
    Ok(())
}
