//! Flags that would do nothing where they are given: refused by name or warned of, never ignored.

use std::process::Command;

use hydra_gitops::sandbox::Version;

use crate::connections::road::{Road, Way};
use crate::support::program;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("flags_of_tls_need_tls", without_tls),
    ("tls_at_the_public_api_is_enough", public_tls),
    ("a_sandbox_takes_no_flag_of_a_connection", sandbox),
    ("certificates_and_no_check_contradict", contradiction),
    ("the_admin_api_is_no_public_api", admin_as_public),
];

fn road(way: Way) -> Road {
    Road::open(way, Target::sandbox(Version::default()), None)
}

fn without_tls() -> Result<(), Missing> {
    for way in [Way::Http, Way::Socket, Way::ProxiedHttp] {
        let road = road(way);
        let identity = [
            "--client-cert",
            "client.pem",
            "--client-key",
            "client-key.pem",
        ];
        for words in [&["--ca-cert", "ca.pem"][..], &identity] {
            let ended = road.run(road.program(&["plan"], "").args(words), &[]);
            ended.says(64, &[&format!("`{}`", words[0]), "uses TLS", "`https://`"]);
        }
        assert!(road.front.requests().is_empty());
        let ended = road.run(road.program(&["plan"], "").args(["--skip-tls-verify"]), &[]);
        ended.says(0, &["1 to create", "`--skip-tls-verify` has no effect"]);
    }
    Ok(())
}

fn public_tls() -> Result<(), Missing> {
    let (road, public) = (road(Way::Http), road(Way::Tls));
    let mut program = road.program(&["plan"], "");
    let ca = public.folder.file("ca.pem");
    program
        .arg("--ca-cert")
        .arg(&ca)
        .args(["--public-url", &public.endpoint("")]);
    road.run(&mut program, &[]).says(0, &["1 to create"]);
    Ok(())
}

fn sandbox() -> Result<(), Missing> {
    let road = road(Way::Http);
    let sandboxed = |words: &[&str]| -> Command {
        let mut program = program::program(road.folder.path());
        program.args(["plan", "--sandbox"]).args(words);
        program
    };
    for words in [
        &["--access-token", "x"][..],
        &["--header", "X: y"],
        &["--skip-tls-verify"],
        &["--ca-cert", "ca.pem"],
        &["--fake-tls-termination"],
        &["--public-url", "http://h"],
    ] {
        let ended = road.run(&mut sandboxed(words), &[]);
        ended.says(64, &[words[0], "cannot be used with", "--sandbox"]);
    }
    // What the environment says for real ones is none of the sandbox's business.
    let mut program = sandboxed(&["--request-timeout", "5s"]);
    program
        .env("OAUTH2_ACCESS_TOKEN", "x")
        .env("HTTP_PROXY", "socks5://p");
    road.run(&mut program, &[]).says(0, &["1 to create"]);
    Ok(())
}

fn contradiction() -> Result<(), Missing> {
    let road = road(Way::Tls);
    let ended = road.run(road.program(&["plan"], "").args(["--skip-tls-verify"]), &[]);
    ended.says(
        64,
        &["--ca-cert", "--skip-tls-verify", "cannot be used with"],
    );
    Ok(())
}

/// Another path of the same server may be a gateway's way to the public API.
fn admin_as_public() -> Result<(), Missing> {
    let road = road(Way::Http);
    let warned = "is the address of the admin API";
    for (path, is_same) in [
        ("", true),
        ("/", true),
        ("/admin", true),
        ("/public", false),
    ] {
        let url = format!("{}{path}", road.endpoint(""));
        let ended = road.run(
            road.program(&["plan"], "").args(["--public-url", &url]),
            &[],
        );
        ended.says(0, &["1 to create"]);
        assert_eq!(ended.stderr.contains(warned), is_same, "{url}: {ended}");
    }
    let url = road.endpoint("").replace("localhost", "127.0.0.1");
    assert_ne!(url, road.endpoint(""));
    let mut program = road.program(&["plan"], "");
    road.run(program.args(["--public-url", &url]), &[])
        .says(0, &[warned]);
    let mut program = road.program(&["plan"], "");
    program.env("HYDRA_PUBLIC_URL", road.endpoint(""));
    road.run(&mut program, &[]).says(
        0,
        &[
            "`HYDRA_PUBLIC_URL` is the address of the admin API",
            "port 4444",
        ],
    );
    Ok(())
}
