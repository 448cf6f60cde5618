//! `apply --expect`: the plan with that checksum, or nothing.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::support::hydra::Release;
use crate::support::program::{Ended, program, run};
use crate::support::proxy::{Fault, Request};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::{SECRETS, Workspace};

pub(crate) const TESTS: Tests = &[
    ("the_reviewed_plan_is_applied", applied),
    ("any_other_plan_is_not", refused),
    ("drift_and_recipients_do_not_matter", drift),
    ("too_many_creates_come_first", too_many),
    ("a_checksum_has_one_form", form),
    ("many_creates_are_counted", many),
    ("what_an_earlier_run_left_is_settled_all_the_same", left),
];

fn real() -> Result<Setup, Missing> {
    let target = Target::real(Release::V2, None)?;
    Ok(Setup::before(target, |_| Fault::Pass).without_log())
}

/// The checksum of the plan.
#[track_caller]
fn planned(setup: &Setup, more: &[&str]) -> String {
    let words = [&["plan", "--output", "json"], more].concat();
    let plan = setup.run(&mut setup.program(&words));
    let plan = plan.says(0, &[]).json();
    plan["checksum"].as_str().unwrap().to_owned()
}

fn expect(setup: &Setup, checksum: &str, more: &[&str]) -> Ended {
    setup.apply(&[&["--expect", checksum], more].concat())
}

fn applied() -> Result<(), Missing> {
    let setup = real()?;
    setup.folder.clients(&["a", "b"]);
    let checksum = planned(&setup, &[]);
    let digits = checksum.strip_prefix("sha256:").unwrap();
    let ended = expect(&setup, &digits.to_uppercase(), &["--max-creates", "2"]);
    ended.says(0, &["2 created", &format!("checksum: {checksum}")]);
    setup.has_clients(&["a", "b"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    // The same job again: nothing is left of that plan.
    let again = expect(&setup, &checksum, &[]);
    again.says(8, &["nothing would be created"]);
    let nothing = planned(&setup, &[]);
    expect(&setup, &nothing, &[]).says(0, &["0 created, 2 unchanged"]);
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let setup = real()?;
    setup.folder.clients(&["a", "b"]);
    let old = planned(&setup, &[]);
    setup.folder.clients(&["a", "b", "it's c"]);
    let new = planned(&setup, &[]);
    let said = [
        "error: the plan for `http://127.0.0.1:",
        "is not the one that `--expect` names: 3 clients would be created (`a`, `b`, `it's c`)",
        &format!("its checksum is `{new}`, not `{old}`; nothing was sent"),
        "the manifests, the clients in Hydra, the endpoint or Hydra's version changed",
        &format!(
            "review the new plan with `hydra-gitops plan --endpoint {}`",
            setup.url()
        ),
        &format!("then apply it with `--expect {new}`"),
    ];
    let ended = expect(&setup, &old, &["--yes"]);
    ended.says(8, &said).says(8, &["+ a", "plan: 3 to create"]);
    setup.is_untouched();
    let ended = expect(&setup, &old, &["--output", "json", "--quiet"]);
    ended.says(8, &said);
    assert_eq!(ended.stdout, "");
    setup.is_untouched();
    // What selects and changes clients is in the command of the hint.
    setup.folder.write("m/x.yaml", "client_id: x-${var:n}\n");
    let words = ["m", "--var", "n=1 2", "--only", "x*", "--namespace", "web"];
    let ended = expect(&setup, &old, &words);
    let command = format!(
        "`hydra-gitops plan m --namespace=web '--var=n=1 2' --endpoint {} '--only=x*'`",
        setup.url()
    );
    ended.says(8, &[&command]);
    // Somebody else creates one meanwhile.
    setup.target.create(&json!({"client_id": "a"}));
    expect(&setup, &new, &[]).says(8, &["2 clients would be created (`b`, `it's c`)"]);
    std::fs::remove_dir_all(setup.folder.file("m")).unwrap();
    setup.is_untouched();
    // Another Hydra is another plan.
    let another = Setup::new(|_| Fault::Pass).without_log();
    another.folder.clients(&["a", "b", "it's c"]);
    expect(&another, &new, &[]).says(8, &["3 clients would be created"]);
    another.is_untouched();
    Ok(())
}

fn drift() -> Result<(), Missing> {
    let setup = real()?;
    setup
        .target
        .create(&json!({"client_id": "old", "scope": "x"}));
    let clients = json!([{"client_id": "new"}, {"client_id": "old", "scope": "x"}]);
    setup.folder.manifest(&clients);
    let checksum = planned(&setup, &[]);
    let drifted = json!({"client_id": "old", "scope": "y"});
    setup.target.replace("old", &drifted);
    // Another folder, another name of the same Hydra, and another secrets file.
    let elsewhere = Workspace::new();
    elsewhere.write("here/clients.json", clients.to_string());
    let name = setup.url().replace("127.0.0.1", "localhost");
    let words = ["apply", "here", "--endpoint", &name, "--expect", &checksum];
    let more = [
        "--allow-plaintext-secrets",
        "--secrets-out",
        "s.jsonl",
        "--fail-on-drift",
    ];
    let ended = run(program(elsewhere.path()).args(words).args(more));
    ended.says(4, &["1 created, 0 unchanged, 1 drifted"]);
    setup.has_clients(&["new", "old"]);
    Ok(())
}

fn too_many() -> Result<(), Missing> {
    let setup = real()?;
    setup.folder.clients(&["a", "b"]);
    let right = planned(&setup, &[]);
    let wrong = format!("sha256:{}", "0".repeat(64));
    for checksum in [&right, &wrong] {
        let ended = expect(&setup, checksum, &["--max-creates", "1"]);
        ended.says(7, &["more than `--max-creates 1` allows"]);
        assert!(!ended.stderr.contains("--expect"), "{ended}");
    }
    expect(&setup, &wrong, &["--max-creates", "2"]).says(8, &["nothing was sent"]);
    setup.is_untouched();
    Ok(())
}

fn form() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let digits = "0123456789abcdef".repeat(4);
    for wrong in [
        String::new(),
        "sha256:".to_owned(),
        digits[1..].to_owned(),
        format!("{digits}0"),
        format!("sha1:{digits}"),
        format!(" {digits}"),
        digits.replace('f', "g"),
        "--yes".to_owned(),
    ] {
        let ended = setup.apply(&[&format!("--expect={wrong}")]);
        ended.says(64, &["--expect <CHECKSUM>", "64 hexadecimal digits"]);
    }
    setup.apply(&["--expect"]).says(64, &["--expect"]);
    let twice = ["--expect", &digits, "--expect", &digits];
    setup.apply(&twice).says(64, &["--expect"]);
    let ended = setup.run(&mut setup.program(&["plan", "--expect", &digits]));
    ended.says(64, &["--expect"]);
    assert_eq!(setup.requests(), 0);
    setup.is_untouched();
    Ok(())
}

fn many() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass).without_log();
    let ids: Vec<_> = (10..50).map(|n| format!("c{n}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    setup.folder.clients(&ids);
    let ended = expect(&setup, &"0".repeat(64), &["--quiet"]);
    let said = "40 clients would be created (`c10`, `c11`, `c12`, `c13`, `c14` and 35 more)";
    ended.says(8, &[said]);
    let words = ["apply", "--sandbox", "--allow-plaintext-secrets"];
    let digits = "0".repeat(64);
    let ended = setup.run_offline(&[&words[..], &["--expect", &digits]].concat());
    ended.says(8, &["`hydra-gitops plan --sandbox`"]);
    let named = json!([{"client_name": "n::error::", "owner": "o"}]);
    std::fs::remove_dir_all(setup.folder.file("manifests")).unwrap();
    setup.folder.manifest(&named);
    expect(&setup, &"0".repeat(64), &[]).says(8, &["1 client would be created (`n::error::`)"]);
    setup.is_untouched();
    Ok(())
}

/// A run was killed after its client was created, before its secret was recorded.
fn left() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass).without_log();
    setup.folder.clients(&["a", "b"]);
    let intent = json!({"intent": {
        "name": "one", "client_id": "a", "own_id": false, "client_name": null, "owner": null,
        "method": "client_secret_basic", "endpoint": setup.url(),
        "created_at": jiff::Timestamp::now().to_string(),
        "recipients": [], "client_secret": "the-secret-of-a",
    }});
    let journal = format!("{SECRETS}.journal");
    setup
        .folder
        .write(&journal, format!("{}\n{intent}\n", json!({"journal": 1})));
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(setup.folder.file(&journal), private).unwrap();
    setup
        .target
        .create(&json!({"client_id": "a", "client_secret": "the-secret-of-a"}));
    let public = setup.target.public_url();
    let ended = expect(&setup, &"0".repeat(64), &["--public-url", &public]);
    ended.says(8, &["1 client would be created (`b`)"]);
    let requests = setup.proxy.requests();
    assert!(!requests.iter().any(Request::creates));
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}
