//! Flags that would do nothing where they are given: refused by name or warned of, never ignored.

use std::process::Command;

use hydra_gitops::sandbox::Version;

use crate::support::program;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::way::Way;

pub(crate) const TESTS: Tests = &[
    ("flags_of_tls_need_tls", without_tls),
    ("tls_at_the_public_api_is_enough", public_tls),
    ("a_sandbox_takes_no_flag_of_a_connection", sandbox),
    ("certificates_and_no_check_contradict", contradiction),
    ("the_admin_api_is_no_public_api", admin_as_public),
];

fn setup(way: Way) -> Setup {
    Setup::through(way, Target::sandbox(Version::default()), None)
}

fn without_tls() -> Result<(), Missing> {
    for way in [Way::Http, Way::Socket, Way::ProxiedHttp] {
        let setup = setup(way);
        let identity = [
            "--client-cert",
            "client.pem",
            "--client-key",
            "client-key.pem",
        ];
        for words in [&["--ca-cert", "ca.pem"][..], &identity] {
            let ended = setup.run_silent(setup.connecting(&["plan"], "").args(words), &[]);
            ended.says(64, &[&format!("`{}`", words[0]), "uses TLS", "`https://`"]);
        }
        assert!(setup.proxy.requests().is_empty());
        let ended = setup.run_silent(
            setup.connecting(&["plan"], "").args(["--skip-tls-verify"]),
            &[],
        );
        ended.says(0, &["1 to create", "`--skip-tls-verify` has no effect"]);
    }
    Ok(())
}

fn public_tls() -> Result<(), Missing> {
    let (setup, public) = (setup(Way::Http), setup(Way::Tls));
    let mut program = setup.connecting(&["plan"], "");
    let ca = public.folder.file("ca.pem");
    program
        .arg("--ca-cert")
        .arg(&ca)
        .args(["--public-url", &public.endpoint("")]);
    setup
        .run_silent(&mut program, &[])
        .says(0, &["1 to create"]);
    Ok(())
}

fn sandbox() -> Result<(), Missing> {
    let setup = setup(Way::Http);
    let sandboxed = |words: &[&str]| -> Command {
        let mut program = program::program(setup.folder.path());
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
        let ended = setup.run_silent(&mut sandboxed(words), &[]);
        ended.says(64, &[words[0], "cannot be used with", "--sandbox"]);
    }
    // What the environment says for real ones is none of the sandbox's business.
    let mut program = sandboxed(&["--request-timeout", "5s"]);
    program
        .env("OAUTH2_ACCESS_TOKEN", "x")
        .env("HTTP_PROXY", "socks5://p");
    setup
        .run_silent(&mut program, &[])
        .says(0, &["1 to create"]);
    Ok(())
}

fn contradiction() -> Result<(), Missing> {
    let setup = setup(Way::Tls);
    let ended = setup.run_silent(
        setup.connecting(&["plan"], "").args(["--skip-tls-verify"]),
        &[],
    );
    ended.says(
        64,
        &["--ca-cert", "--skip-tls-verify", "cannot be used with"],
    );
    Ok(())
}

/// Another path of the same server may be a gateway's way to the public API.
fn admin_as_public() -> Result<(), Missing> {
    let setup = setup(Way::Http);
    let warned = "is the address of the admin API";
    for (path, is_same) in [
        ("", true),
        ("/", true),
        ("/admin", true),
        ("/public", false),
    ] {
        let url = format!("{}{path}", setup.endpoint(""));
        let ended = setup.run_silent(
            setup.connecting(&["plan"], "").args(["--public-url", &url]),
            &[],
        );
        ended.says(0, &["1 to create"]);
        assert_eq!(ended.stderr.contains(warned), is_same, "{url}: {ended}");
    }
    let url = setup.endpoint("").replace("localhost", "127.0.0.1");
    assert_ne!(url, setup.endpoint(""));
    let mut program = setup.connecting(&["plan"], "");
    setup
        .run_silent(program.args(["--public-url", &url]), &[])
        .says(0, &[warned]);
    let mut program = setup.connecting(&["plan"], "");
    program.env("HYDRA_PUBLIC_URL", setup.endpoint(""));
    setup.run_silent(&mut program, &[]).says(
        0,
        &[
            "`HYDRA_PUBLIC_URL` is the address of the admin API",
            "port 4444",
        ],
    );
    Ok(())
}
