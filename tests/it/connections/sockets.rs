//! Unix sockets: real Hydras behind one, and paths that lead to none.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::hydra::{Options, Release, Server};
use crate::support::program::{self, Ended, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("a_real_v1_listens_on_one", real_v1),
    ("a_real_v2_listens_on_one", real_v2),
    ("an_address_is_no_path_of_one", addresses),
    ("a_path_leads_to_none", paths),
    ("one_may_not_be_opened", forbidden),
    ("one_says_nothing", silent),
];

fn plan(folder: &Workspace, endpoint: &str, fail_after: &str) -> Command {
    let mut program = program::program(folder.path());
    program.args(["plan", "--endpoint", endpoint, "--fail-after", fail_after]);
    program
}

fn folder() -> Workspace {
    let folder = Workspace::new();
    folder.clients(&["a"]);
    folder
}

fn real_v1() -> Result<(), Missing> {
    real(Release::V1)
}

fn real_v2() -> Result<(), Missing> {
    real(Release::V2)
}

fn real(release: Release) -> Result<(), Missing> {
    let options = Options {
        socket: true,
        ..Options::default()
    };
    let server = Server::start(release, options)?;
    let folder = folder();
    for expected in ["1 created", "1 unchanged"] {
        let mut program = program::program(folder.path());
        program
            .args([
                "apply",
                "--allow-plaintext-secrets",
                "--endpoint",
                &server.admin_url(),
            ])
            .args(["--access-token", "x", "--header", "X-Tenant: blue"])
            .args([
                "--fake-tls-termination",
                "--public-url",
                &server.public_url(),
            ]);
        run(&mut program).says(0, &[expected]);
    }
    let mut check = program::program(folder.path());
    check.args(["secrets", "check", "--endpoint", &server.admin_url()]);
    run(&mut check).says(0, &["1 line, 0 problems, 1 client looked up"]);
    Ok(())
}

fn addresses() -> Result<(), Missing> {
    let folder = folder();
    let long = format!("unix:///{}/admin.sock", "long".repeat(40));
    for (endpoint, texts) in [
        (
            "unix://run/admin.sock",
            ["absolute path", "`unix:///run/hydra/admin.sock`"],
        ),
        (
            "unix:/run/admin.sock",
            ["`unix`", "`unix:///run/hydra/admin.sock`"],
        ),
        (
            "unix:run/admin.sock",
            ["`unix`", "`unix:///run/hydra/admin.sock`"],
        ),
        ("unix://", ["absolute path", "three slashes"]),
        (&long, ["path cannot be used", "shorter path"]),
    ] {
        run(&mut plan(&folder, endpoint, "5s")).says(64, &texts);
    }
    Ok(())
}

fn paths() -> Result<(), Missing> {
    let folder = folder();
    folder.write("file", "");
    // What a killed server leaves: a socket without a listener.
    drop(UnixListener::bind(folder.file("left.sock")).unwrap());
    let at = |name: &str| format!("unix://{}", folder.file(name).display());
    let ended = run(&mut plan(&folder, &at("no.sock"), "1s"));
    // A server that starts makes its socket.
    ended.says(
        5,
        &[
            "GET unix:///",
            "/no.sock/admin/clients/a` failed",
            "no socket at that path",
            "tried",
        ],
    );
    let ended = run(&mut plan(&folder, &at("left.sock"), "1s"));
    ended.says(
        5,
        &[
            "Connection refused",
            "tried",
            "nobody listens on the socket",
        ],
    );
    for name in ["file", "manifests"] {
        let ended = run(&mut plan(&folder, &at(name), "30s"));
        ended.says(5, &["not that of a socket", "name the socket"]);
        at_once(&ended);
    }
    Ok(())
}

fn forbidden() -> Result<(), Missing> {
    let folder = folder();
    let _listener = UnixListener::bind(folder.file("admin.sock")).unwrap();
    let mode = |path: &Path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode));
    mode(&folder.file("admin.sock"), 0o600).unwrap();
    mode(&folder.file("manifests"), 0o755).unwrap();
    mode(&folder.file("manifests/clients.yaml"), 0o644).unwrap();
    mode(folder.path(), 0o755).unwrap();
    let endpoint = format!("unix://{}", folder.file("admin.sock").display());
    let mut program = plan(&folder, &endpoint, "30s");
    if rustix::process::geteuid().is_root() {
        // Nothing is forbidden to root; this is Debian's `nobody`.
        program.uid(65_534).gid(65_534);
    } else {
        mode(&folder.file("admin.sock"), 0o000).unwrap();
    }
    let ended = run(&mut program);
    ended.says(5, &["Permission denied", "may write to the socket"]);
    at_once(&ended);
    Ok(())
}

fn silent() -> Result<(), Missing> {
    let folder = folder();
    let _listener = UnixListener::bind(folder.file("admin.sock")).unwrap();
    let endpoint = format!("unix://{}", folder.file("admin.sock").display());
    let mut program = plan(&folder, &endpoint, "1s");
    let ended = run(program.args(["--request-timeout", "300ms"]));
    ended.says(5, &["no answer in time", "tried", "--request-timeout"]);
    at_once(&ended);
    Ok(())
}

fn at_once(ended: &Ended) {
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
}
