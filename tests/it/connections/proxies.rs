//! Forward proxies that refuse, are gone, or are none: named in the error, without their password.

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use crate::support::forward::{Forward, Manner};
use crate::support::program::{self, Ended, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::NOWHERE;

pub(crate) const TESTS: Tests = &[
    ("one_wants_a_password", password),
    ("one_opens_no_way", refuses),
    ("one_answers_in_hydras_place", answers),
    ("one_is_gone", gone),
    ("one_says_nothing", silent),
    ("one_is_none", none),
    ("hosts_are_left_out", left_out),
];

const HTTP: &str = "http://hydra.test:4445";
const HTTPS: &str = "https://hydra.test:4445";

/// `plan` through a proxy, with its variable and its address.
fn plan(endpoint: &str, variable: &str, proxy: &str) -> Command {
    // Nothing is read from the folder or written to it.
    let mut shell = program::command("sh", &std::env::temp_dir());
    shell
        .args([
            "-c",
            "echo 'client_id: a' | exec \"$@\"",
            "sh",
            program::PATH,
            "plan",
            "-",
        ])
        .args(["--endpoint", endpoint])
        .env("RUST_LOG", "trace")
        .env(variable, proxy);
    shell
}

#[track_caller]
fn says(program: &mut Command, code: i32, texts: &[&str]) -> Ended {
    let ended = run(program);
    ended.says(code, texts);
    let said = ended.stdout.contains("hunter2") || ended.stderr.contains("hunter2");
    assert!(!said, "{}{}", ended.stdout, ended.stderr);
    ended
}

fn password() -> Result<(), Missing> {
    for (endpoint, variable) in [(HTTP, "HTTP_PROXY"), (HTTPS, "HTTPS_PROXY")] {
        let forward = Forward::start(Manner::Only("Basic other".to_owned()));
        for user in ["", "user:hunter2@"] {
            let address = forward.address();
            let proxy = format!("http://{user}{address}");
            let mut program = plan(endpoint, variable, &proxy);
            let named = format!("the proxy `http://{address}` (`{variable}`) requires");
            let texts = ["HTTP 407", &named, "USER:PASSWORD@HOST:PORT"];
            let ended = says(program.args(["--fail-after", "30s"]), 5, &texts);
            assert!(ended.took < Duration::from_secs(5), "{ended}");
        }
    }
    Ok(())
}

fn refuses() -> Result<(), Missing> {
    let forward = Forward::start(Manner::Refuse("403 Forbidden"));
    let proxy = format!("http://user:hunter2@{}", forward.address());
    let mut program = plan(HTTPS, "https_proxy", &proxy);
    program.args(["--fail-after", "1s"]);
    let named = format!(
        "the proxy `http://{}` (`https_proxy`) did not open",
        forward.address()
    );
    says(&mut program, 5, &[&named, "`NO_PROXY`", "tried"]);
    Ok(())
}

/// Of a plain request nobody can tell whose answer it is; so both are named.
fn answers() -> Result<(), Missing> {
    let forward = Forward::start(Manner::Refuse("502 Bad Gateway"));
    let proxy = format!("http://user:hunter2@{}", forward.address());
    let mut program = plan(HTTP, "HTTP_PROXY", &proxy);
    program.args(["--fail-after", "1s"]);
    let named = format!("through http://{}` failed: HTTP 502", forward.address());
    says(
        &mut program,
        5,
        &["`GET http://hydra.test:4445/", &named, "tried"],
    );
    Ok(())
}

fn silent() -> Result<(), Missing> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = listener.local_addr().unwrap().to_string();
    for (endpoint, variable) in [(HTTP, "HTTP_PROXY"), (HTTPS, "HTTPS_PROXY")] {
        let mut program = plan(endpoint, variable, &proxy);
        program.args(["--fail-after", "1s", "--request-timeout", "300ms"]);
        let named = format!("the proxy `http://{proxy}` (`{variable}`)");
        let ended = says(&mut program, 5, &["in time", &named, "tried"]);
        assert!(ended.took < Duration::from_secs(5), "{ended}");
    }
    Ok(())
}

fn gone() -> Result<(), Missing> {
    for (endpoint, variable) in [
        (HTTP, "http_proxy"),
        (HTTPS, "HTTPS_PROXY"),
        (HTTPS, "ALL_PROXY"),
    ] {
        let mut program = plan(endpoint, variable, &format!("user:hunter2@{NOWHERE}"));
        program.args(["--fail-after", "1s"]);
        let named = format!(
            "the proxy `http://{NOWHERE}` (`{variable}`) cannot be reached: Connection refused"
        );
        says(&mut program, 5, &[&named, "`NO_PROXY`", "tried"]);
    }
    let mut program = plan(HTTP, "HTTP_PROXY", "http://no-such-proxy.invalid:3128");
    program.args(["--fail-after", "2s"]);
    says(
        &mut program,
        5,
        &["the proxy `http://no-such-proxy.invalid:3128` (`HTTP_PROXY`) cannot be reached"],
    );
    Ok(())
}

fn none() -> Result<(), Missing> {
    for (proxy, said) in [
        (
            "socks5://user:hunter2@p:1080",
            "a `socks5` proxy, which is not supported",
        ),
        (
            "http://user:hunter2@p:port",
            "is not the address of a proxy",
        ),
        ("http://", "is not the address of a proxy"),
    ] {
        says(
            &mut plan(HTTP, "HTTP_PROXY", proxy),
            64,
            &["`HTTP_PROXY`", said, "`NO_PROXY`"],
        );
    }
    // An empty variable is none, and the other scheme's is not asked.
    for (variable, proxy) in [("HTTP_PROXY", ""), ("HTTPS_PROXY", "socks5://p")] {
        let mut program = plan("http://hydra.invalid", variable, proxy);
        let ended = says(
            program.args(["--fail-after", "1s"]),
            5,
            &["http://hydra.invalid"],
        );
        assert!(!ended.stderr.contains("the proxy"), "{ended}");
    }
    Ok(())
}

fn left_out() -> Result<(), Missing> {
    let forward = Forward::start(Manner::Open);
    let proxy = format!("http://{}", forward.address());
    for exempt in [
        "hydra.invalid",
        ".invalid",
        "*.invalid",
        "hydra.invalid:80",
        "x, INVALID",
        "*",
    ] {
        let mut program = plan("http://hydra.invalid", "HTTP_PROXY", &proxy);
        program.args(["--fail-after", "1s"]).env("NO_PROXY", exempt);
        let ended = says(&mut program, 5, &["`GET http://hydra.invalid"]);
        assert!(!ended.stderr.contains("the proxy"), "{exempt}: {ended}");
    }
    assert!(forward.heads().is_empty());
    Ok(())
}
