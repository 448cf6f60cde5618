//! What the checksum of a plan depends on, and what it does not.

use std::process::Command;

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::support::hydra::Release;
use crate::support::program::{program, run};
use crate::support::proxy::{Fault, json as answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("it_is_the_same_on_two_machines", two_machines),
    ("it_changes_with_what_would_be_created", changes),
    ("it_says_nothing_about_secrets", secrets),
    ("drift_and_failures_have_none", drift),
    ("it_stands_in_every_output", outputs),
    ("reading_alone_decides_the_generation", generation),
];

fn plan(folder: &Workspace, endpoint: &str, more: &[&str]) -> Command {
    let mut command = program(folder.path());
    command.args(["plan", "--endpoint", endpoint, "--output", "json"]);
    command.args(more);
    command
}

/// The checksum in the JSON of a plan.
#[track_caller]
fn checksum(folder: &Workspace, endpoint: &str, more: &[&str]) -> String {
    of(&run(&mut plan(folder, endpoint, more)).says(0, &[]).json())
}

#[track_caller]
fn of(document: &Value) -> String {
    document["checksum"].as_str().unwrap().to_owned()
}

const SHOP: &str = "client_id: shop\nredirect_uris: [https://shop.example/a, https://shop.example/b]\nscope: openid shop\nmetadata: {tier: gold, size: 2}\n";
const NAMED: &str = "client_name: Mailer\nowner: platform\ngrant_types: [client_credentials]\n";

fn two_machines() -> Result<(), Missing> {
    let target = Target::real(Release::V2, None)?;
    let url = target.url();
    let one = Workspace::new();
    one.write("manifests/a.yaml", format!("{SHOP}---\n{NAMED}"));
    let expected = checksum(&one, &url, &[]);
    let other = Workspace::new();
    other.write("elsewhere/z/named.yaml", format!("# the mailer\n{NAMED}"));
    let shop = json!({
        "metadata": {"size": 2, "tier": "gold"},
        "scope": ["openid", "shop"],
        "redirect_uris": ["https://shop.example/a", "https://shop.example/b"],
        "client_id": "shop",
    });
    other.write("shop.json", shop.to_string());
    for paths in [["elsewhere", "shop.json"], ["shop.json", "elsewhere"]] {
        assert_eq!(checksum(&other, &url, &paths), expected);
    }
    for name in [
        url.replace("127.0.0.1", "localhost"),
        url.replace("http", "HTTP") + "/",
        format!("{url}/admin"),
        url.replace("127.0.0.1", "user:password@127.0.0.1"),
    ] {
        assert_eq!(checksum(&one, &name, &[]), expected, "{name}");
    }
    for more in [
        &["--header", "X-Tenant: blue"][..],
        &["--unmanaged"],
        &["--parallelism", "1"],
        &["--max-creates", "2"],
        &["--ignore-drift", "scope"],
        &["--only", "*", "--unmanaged"],
    ] {
        // A client without an id cannot be selected.
        let is_same = !more.contains(&"--only");
        assert_eq!(checksum(&one, &url, more) == expected, is_same, "{more:?}");
    }
    Ok(())
}

fn changes() -> Result<(), Missing> {
    let target = Target::real(Release::V2, None)?;
    let another = Target::sandbox(Version::V2_3_0);
    let url = target.url();
    let folder = Workspace::new();
    let mut seen = Vec::new();
    for text in [
        SHOP.to_owned(),
        format!("{SHOP}---\n{NAMED}"),
        SHOP.replace("example/b", "example/c"),
        SHOP.replace("a, https://shop.example/b", "b, https://shop.example/a"),
        SHOP.replace("gold", "silver"),
        SHOP.replace("openid shop", "openid"),
        SHOP.replace("client_id: shop", "client_id: shop2"),
        format!("{SHOP}token_endpoint_auth_method: none\n"),
        format!("{SHOP}client_secret: a-secret-of-some-length\n"),
        format!("{SHOP}skip_consent: true\n"),
    ] {
        folder.write("manifests/a.yaml", text);
        seen.push(checksum(&folder, &url, &[]));
    }
    folder.write("manifests/a.yaml", format!("{SHOP}---\n{NAMED}"));
    seen.push(checksum(&folder, &another.url(), &[]));
    seen.push(checksum(&folder, &url, &["--only", "shop"]));
    assert_eq!(seen.pop(), Some(seen[0].clone()));
    // Somebody creates one of the clients meanwhile.
    target.create(&json!({"client_id": "shop"}));
    seen.push(checksum(&folder, &url, &[]));
    target.create(&json!({"client_name": "Mailer", "owner": "platform"}));
    seen.push(checksum(&folder, &url, &[]));
    let number = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), number);
    Ok(())
}

fn secrets() -> Result<(), Missing> {
    let target = Target::real(Release::V2, None)?;
    let (url, folder) = (target.url(), Workspace::new());
    let with = |manifest: &str, secret: &str| {
        folder.write("manifests/a.yaml", manifest);
        folder.write("secrets/key", secret);
        let allowed = ["--allow-env", "KEY", "--allow-file", "secrets"];
        let mut command = plan(&folder, &url, &allowed);
        of(&run(command.env("KEY", secret)).says(0, &[]).json())
    };
    let same = |manifests: &[&str]| {
        let each = manifests.iter();
        let mut all: Vec<_> = each
            .flat_map(|manifest| {
                ["hunter2-hunter2-a", "hunter2-hunter2-b"].map(|one| with(manifest, one))
            })
            .collect();
        all.dedup();
        assert_eq!(all.len(), 1, "{manifests:?}");
        all.remove(0)
    };
    let given = same(&[
        "client_id: a\nclient_secret: ${env:KEY}\n",
        "client_id: a\nclient_secret: ${file:../secrets/key}\n",
        "client_id: a\nclient_secret: another-secret-in-clear\n",
    ]);
    let generated = same(&["client_id: a\n"]);
    let hidden = same(&[
        "client_id: a\nmetadata: {key: '${env:KEY}', tier: gold}\n",
        "client_id: a\nmetadata: {key: '${file:../secrets/key}', tier: gold}\n",
    ]);
    // The rest of a field that holds a secret counts, even where it is the same text.
    let guess = same(&["client_id: a\nmetadata: {key: '${env:KEY}', tier: hunter2-hunter2-a}\n"]);
    let listed = same(&["client_id: a\ncontacts: ['${env:KEY}', me]\n"]);
    let longer = same(&["client_id: a\ncontacts: ['${env:KEY}', me, you]\n"]);
    let named = same(&[
        "client_id: a\nmetadata: {api_token: one, n: 1}\n",
        "client_id: a\nmetadata: {api_token: two, n: 1}\n",
    ]);
    let address = same(&[
        "client_id: a\nclient_uri: https://u:one@a.example/\n",
        "client_id: a\nclient_uri: https://u:two@a.example/\n",
    ]);
    let mut all = vec![
        given, generated, hidden, guess, listed, longer, named, address,
    ];
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 8);
    Ok(())
}

fn drift() -> Result<(), Missing> {
    let target = Target::real(Release::V2, None)?;
    let (url, folder) = (target.url(), Workspace::new());
    target.create(&json!({"client_id": "old", "scope": "x"}));
    for n in 1..=2 {
        target.create(&json!({"client_name": "twice", "owner": "o", "client_id": format!("t{n}")}));
    }
    let old = json!({"client_id": "old", "scope": "x"});
    let new = json!({"client_id": "new"});
    let twice = json!({"client_name": "twice", "owner": "o"});
    let mut drifted = old.clone();
    drifted["scope"] = json!("y");
    let with = |clients: &Value, code: i32, action: &str| {
        folder.manifest(clients);
        let ended = run(&mut plan(&folder, &url, &[]));
        let document = ended.says(code, &[]).json();
        if !action.is_empty() {
            assert_eq!(document["summary"][action], 1, "{document:#}");
        }
        of(&document)
    };
    let expected = with(&json!([new]), 0, "create");
    assert_eq!(with(&json!([old, new]), 0, "unchanged"), expected);
    assert_eq!(with(&json!([new, drifted]), 0, "drifted"), expected);
    assert_eq!(with(&json!([twice, new]), 1, "failed"), expected);
    assert_ne!(with(&json!([drifted]), 0, ""), expected);
    Ok(())
}

fn outputs() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass).without_log();
    setup.folder.clients(&["a", "b"]);
    let checksum = of(&setup.plan(&[]));
    let line = format!("\nplan: 2 to create, 0 unchanged, 0 drifted\nchecksum: {checksum}\n");
    assert!(setup.run_direct(&["plan"]).stdout.ends_with(&line));
    let quiet = setup.run_direct(&["plan", "--quiet"]);
    assert_eq!(quiet.stdout, "plan: 2 to create, 0 unchanged, 0 drifted\n");
    assert_eq!(of(&setup.applied()), checksum);
    let nothing = of(&setup.plan(&[]));
    assert_ne!(nothing, checksum);
    let text = setup.run_direct(&["plan"]);
    assert!(!text.stdout.contains("checksum"), "{text}");
    assert_eq!(of(&setup.applied()), nothing);
    Ok(())
}

/// Before it creates anything, `apply` finds out more about a Hydra that hides its version than a
/// plan can.
fn generation() -> Result<(), Missing> {
    for version in [Version::V2_1_2, Version::V2_3_0] {
        let setup = Setup::before(Target::sandbox(version), |request| {
            match request.path.ends_with("/version") {
                true => Fault::Answer(answer("404 Not Found", "{}")),
                false => Fault::Pass,
            }
        });
        let setup = setup.without_log();
        setup
            .folder
            .manifest(&json!({"client_name": "n", "owner": "o"}));
        let planned = setup.run(&mut setup.program(&["plan", "--output", "json"]));
        let checksum = of(&planned.says(0, &[]).json());
        let ended = setup.apply(&["--expect", &checksum, "--output", "json"]);
        assert_eq!(of(&ended.says(0, &[]).json()), checksum, "{version:?}");
    }
    Ok(())
}
