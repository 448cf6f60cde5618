//! `doctor`: what it says where all is well, and of each problem alone and together, with the exit
//! code of an apply; and that it changes nothing.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::support::http;
use crate::support::hydra::Release;
use crate::support::key::Key;
use crate::support::program::{self, Ended};
use crate::support::proxy::{Fault, Request};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::way::Way;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("all_is_well_with_every_sandbox", sandboxes),
    ("all_is_well_with_a_real_v1", real_v1),
    ("all_is_well_with_a_real_v2", real_v2),
    ("on_every_way", ways),
    ("a_sandbox_inside", inside),
];

/// A sandbox without clients, and a folder with a manifest and a good key.
pub(super) fn setup() -> Setup {
    setup_before(Target::sandbox(Version::default()), |_| Fault::Pass)
}

/// The same with that Hydra, behind a proxy that does as `script` says.
pub(super) fn setup_before(
    target: Target,
    script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
) -> Setup {
    let setup = Setup::before(target, script).without_log();
    setup.folder.clients(&["a"]);
    setup.folder.write("key.asc", Key::new().public());
    setup
}

impl Setup {
    /// Runs `doctor` with a good key, and asserts that it changed nothing.
    #[track_caller]
    pub(super) fn doctor(&self, words: &[&str]) -> Ended {
        self.doctor_only(&[&["--pgp-key-file", "key.asc"], words].concat())
    }

    /// Runs `doctor`, and asserts that it changed nothing.
    #[track_caller]
    pub(super) fn doctor_only(&self, words: &[&str]) -> Ended {
        let before = state(&self.folder);
        let mut program = self.program(&["doctor", "--fail-after", "1s"]);
        let ended = program::run(program.args(words));
        assert_eq!(state(&self.folder), before, "{ended}");
        let requests = self.proxy.requests();
        assert!(
            requests.iter().all(|request| request.method == "GET"),
            "{requests:#?}"
        );
        ended
    }
}

/// All files, their contents and times.
pub(super) fn state(folder: &Workspace) -> BTreeMap<String, (u32, i64, i64, Vec<u8>)> {
    let mut state = BTreeMap::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(path) = folders.pop() {
        for entry in path.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            let content = std::fs::read(&path).unwrap_or_default();
            let times = (
                metadata.mode(),
                metadata.mtime(),
                metadata.mtime_nsec(),
                content,
            );
            state.insert(path.display().to_string(), times);
        }
    }
    state
}

/// The object of `--output json`, which agrees with the exit code.
#[track_caller]
pub(super) fn object(ended: &Ended) -> Value {
    let object = ended.json();
    assert_eq!(object["format"], "hydra-gitops/doctor/1");
    assert_eq!(object["exit_code"], json!(ended.code.unwrap()));
    object
}

/// The statuses of all checks of a subject.
#[track_caller]
pub(super) fn statuses(object: &Value, subject: &str) -> Vec<String> {
    let checks = object["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["check"] == subject)
        .map(|check| check["status"].as_str().unwrap().to_owned())
        .collect()
}

fn sandboxes() -> Result<(), Missing> {
    for version in Version::ALL {
        well(
            &setup_before(Target::sandbox(*version), |_| Fault::Pass),
            &version.to_string(),
            false,
        );
    }
    Ok(())
}

fn real_v1() -> Result<(), Missing> {
    let target = Target::real(Release::V1, None)?;
    well(&setup_before(target, |_| Fault::Pass), "", true);
    Ok(())
}

fn real_v2() -> Result<(), Missing> {
    let target = Target::real(Release::V2, None)?;
    well(&setup_before(target, |_| Fault::Pass), "", true);
    Ok(())
}

/// Everything is as it should be; a real server has a public API, too.
fn well(setup: &Setup, version: &str, is_real: bool) {
    for id in ["b", "c"] {
        // Versions that choose ids themselves take none.
        let client = match version {
            "v2.0.2" | "v2.1.2" => json!({"client_name": id}),
            _ => json!({"client_id": id}),
        };
        setup.target.create(&client);
    }
    setup
        .folder
        .write("manifests/clients.yaml", "client_name: a\nowner: o\n");
    let public = setup.target.public_url();
    if is_real {
        // The first answer may wait for keys that Hydra makes then.
        let discovery = format!("{public}/.well-known/openid-configuration");
        assert_eq!(http::send("GET", &discovery, &[], "").status, 200);
    }
    let words = ["manifests", "--public-url", &public, "--output", "json"];
    let words = if is_real {
        &words[..]
    } else {
        &["manifests", "--output", "json"]
    };
    let ended = setup.doctor(words);
    assert_eq!(ended.code, Some(0), "{ended}");
    let object = object(&ended);
    assert_eq!(object["endpoint"], setup.url());
    assert!(
        object["hydra_version"]
            .as_str()
            .is_some_and(|said| said.contains(version))
    );
    assert_eq!(object["summary"]["problems"], 0, "{object:#}");
    assert_eq!(object["clients"], 2);
    assert!(
        object["latency_ms"]
            .as_f64()
            .is_some_and(|latency| latency > 0.0)
    );
    assert!(
        object["clock_ahead_seconds"]
            .as_i64()
            .is_some_and(|ahead| ahead.abs() <= 1)
    );
    let recipient = &object["recipients"][0];
    assert_eq!(recipient["user_id"], "Alice <alice@example.org>");
    assert_eq!(recipient["expires_at"], Value::Null);
    assert_ne!(recipient["fingerprint"], recipient["encryption_key"]);
    let mut subjects = vec![
        "manifests",
        "recipients",
        "endpoint",
        "access",
        "latency",
        "clients",
        "clock",
        "plan",
        "journal",
        "secrets file",
    ];
    subjects.extend(is_real.then_some("public url"));
    for subject in subjects {
        assert_eq!(statuses(&object, subject), ["ok"], "{subject}: {object:#}");
    }
    assert_eq!(statuses(&object, "hydra")[0], "ok");
    let ended = setup.doctor(&["manifests"]);
    ended.says(
        0,
        &[
            "ok",
            "2 in Hydra",
            "1 to create",
            "1 secret to generate",
            "never expires",
            "Alice <alice@example.org>",
            "`HYDRA_ADMIN_URL`",
            ", 0 problems",
        ],
    );
    assert_eq!(ended.stderr, "");
}

fn ways() -> Result<(), Missing> {
    for way in Way::ALL {
        let setup = Setup::through(
            way,
            Target::sandbox(Version::default()),
            Some("Bearer token"),
        );
        let mut program = setup.connecting(&["doctor"], "");
        program.env("OAUTH2_ACCESS_TOKEN", "token");
        let ended = setup.run_silent(&mut program, &[]);
        ended.says(0, &["granted, with `OAUTH2_ACCESS_TOKEN`", ", 0 problems"]);
        assert_eq!(
            ended.stdout.contains("the proxy `http"),
            setup.forward.is_some(),
            "{ended}"
        );
        assert_eq!(
            ended.stdout.contains("certificates are not verified"),
            way == Way::TlsUnchecked
        );
    }
    Ok(())
}

/// With a file of its own, too, beside which nothing is made.
fn inside() -> Result<(), Missing> {
    let setup = setup();
    let run = |words: &[&str]| {
        let mut program = program::program(setup.folder.path());
        program
            .args(words)
            .args(["--pgp-key-file", "key.asc", "manifests"]);
        program::run(&mut program)
    };
    for sandbox in ["--sandbox", "--sandbox=clients.json"] {
        let ended = run(&["doctor", sandbox, "--sandbox-version", "v26.2.0"]);
        ended.says(
            0,
            &[
                "a Hydra inside this program",
                "v26.2.0",
                "1 to create",
                ", 0 problems",
            ],
        );
        assert_eq!(setup.folder.files(), ["key.asc"]);
    }
    run(&["apply", "--sandbox=clients.json"]).says(0, &["1 created"]);
    std::fs::remove_file(setup.folder.file("clients.json.lock")).unwrap();
    let before = state(&setup.folder);
    run(&["doctor", "--sandbox=clients.json"]).says(0, &["1 in Hydra", "1 unchanged"]);
    assert_eq!(state(&setup.folder), before);
    Ok(())
}
