//! What answers is no Hydra, or nobody answers, or it refuses: exit 5, with the request and what
//! to do.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::proxy::{Fault, answer, json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::NOWHERE;

pub(crate) const TESTS: Tests = &[
    ("nobody_listens", closed),
    ("the_name_is_unknown", unknown_name),
    ("another_product_answers", others),
    ("a_404_of_a_proxy_is_not_absent", html_404),
    ("the_token_is_wrong", refused),
    ("a_redirect_is_not_followed", redirects),
    ("no_endpoint_is_given", no_endpoint),
];

fn closed() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let url = format!("http://{NOWHERE}");
    for fail_after in [1, 3] {
        let limit = format!("{fail_after}s");
        let ended = setup.apply(&["--endpoint", &url, "--fail-after", &limit]);
        let request = format!("`GET {url}/admin/clients/a` failed: Connection refused");
        ended.says(5, &[&request, "(tried ", " times in ", "--fail-after"]);
        let limit = Duration::from_secs(fail_after);
        assert!(
            ended.took >= limit / 2 && ended.took < limit * 2,
            "{:?}",
            ended.took
        );
        // After two seconds it is said what is waited for.
        assert_eq!(
            ended.stderr.contains("retrying: "),
            fail_after > 2,
            "{ended}"
        );
    }
    setup.is_untouched();
    Ok(())
}

fn unknown_name() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let ended = setup.apply(&[
        "--endpoint",
        "http://no-such-host.invalid:4445",
        "--fail-after",
        "20s",
    ]);
    ended.says(5, &["http://no-such-host.invalid:4445"]);
    setup.is_untouched();
    Ok(())
}

fn others() -> Result<(), Missing> {
    let html = "Content-Type: text/html\r\n";
    for (body, said) in [
        (
            answer("200 OK", html, "<h1>Welcome to nginx!</h1>"),
            "HTTP 200, `text/html`",
        ),
        (answer("200 OK", "", ""), "HTTP 200, no content type"),
        (
            answer("404 Not Found", html, "<h1>404</h1>"),
            "HTTP 404, `text/html`",
        ),
        (
            json("200 OK", r#"{"name":"elasticsearch","tagline":"You Know"}"#),
            "is not Hydra's",
        ),
        (json("200 OK", "[1,2]"), "is not Hydra's"),
        (json("200 OK", r#"{"client_id":"#), "is not Hydra's"),
        (
            json("404 Not Found", r#"{"error":"not found"}"#),
            "HTTP 404, `application/json`",
        ),
    ] {
        let setup = Setup::new(move |_| Fault::Answer(body.clone()));
        setup.folder.clients(&["a"]);
        let request = format!("`GET {}/admin/clients/a` failed", setup.url());
        setup
            .apply(&[])
            .says(5, &[&request, said, "check that `--endpoint`"]);
        setup.is_untouched();
    }
    Ok(())
}

/// Else everything would be created twice.
fn html_404() -> Result<(), Missing> {
    let setup = Setup::new(|request| match &*request.path {
        "/admin/clients/b" => Fault::Answer(answer(
            "404 Not Found",
            "Content-Type: text/html\r\n",
            "<h1>404",
        )),
        _ => Fault::Pass,
    });
    setup.folder.clients(&["a", "b"]);
    setup
        .apply(&[])
        .says(5, &["/admin/clients/b` failed", "HTTP 404, `text/html`"]);
    setup.is_untouched();
    Ok(())
}

fn refused() -> Result<(), Missing> {
    for (status, hint) in [
        ("401 Unauthorized", "--access-token"),
        ("403 Forbidden", "give a token"),
    ] {
        let body = json(status, r#"{"error":{"reason":"the lock is closed"}}"#);
        let setup = Setup::new(move |_| Fault::Answer(body.clone()));
        setup.folder.clients(&["a"]);
        let token = "a-token-nobody-may-read";
        let ended = setup.apply(&["--access-token", token]);
        ended.says(5, &[&status[..3], "the lock is closed", hint]);
        setup.is_unsaid(&ended, token);
        let tries = setup.proxy.requests();
        let looks = tries
            .iter()
            .filter(|request| request.path.contains("/clients/a"))
            .count();
        assert!(looks <= 2, "{looks}");
        assert!(
            tries
                .iter()
                .all(|request| request.header("authorization").is_some())
        );
        setup.is_untouched();
    }
    Ok(())
}

/// A listener at the redirect's address never hears of anybody.
fn redirects() -> Result<(), Missing> {
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!(
        "Location: http://{}/admin/clients\r\n",
        stranger.local_addr().unwrap()
    );
    for (method, status) in [
        ("GET", "307 Temporary Redirect"),
        ("GET", "301 Moved"),
        ("POST", "307 Temporary Redirect"),
        ("POST", "308 Permanent Redirect"),
    ] {
        let redirect = answer(status, &to, "");
        let setup = Setup::new(move |request| match request.method == method {
            true => Fault::Answer(redirect.clone()),
            false => Fault::Pass,
        });
        setup.folder.clients(&["a"]);
        let code = if method == "GET" { 5 } else { 1 };
        let request = format!("`{method} {}", setup.url());
        setup
            .apply(&[])
            .says(code, &[&request, "redirect", "127.0.0.1", "not followed"]);
        assert!(setup.posts("a") <= 1);
        // Whoever sends us elsewhere may have delivered the request all the same.
        let left: &[&str] = match method {
            "GET" => &[],
            _ => &["client-secrets.jsonl.journal"],
        };
        assert_eq!(setup.folder.files(), left);
    }
    stranger.set_nonblocking(true).unwrap();
    assert!(stranger.accept().is_err(), "somebody followed");
    Ok(())
}

fn no_endpoint() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let mut command = setup.applying(&[]);
    setup
        .run(command.env_remove("HYDRA_ADMIN_URL"))
        .says(64, &["--endpoint", "HYDRA_ADMIN_URL"]);
    let ended = setup.apply(&["--endpoint", "http://user:hunter2hunter2@[::1"]);
    ended.says(64, &["not a valid address"]);
    setup.is_unsaid(&ended, "hunter2hunter2");
    Ok(())
}
