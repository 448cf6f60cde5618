//! What is odd about one client in Hydra is that client's failure, and stops no other.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::http::{self, JSON};
use crate::support::hydra::Release;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("metadata_of_any_kind_stops_no_other_client", metadata),
    ("a_name_of_two_clients_stops_no_other_client", twins),
    (
        "a_name_of_two_clients_stops_no_other_secret",
        twins_recovered,
    ),
];

/// A name of our JSON library's own, which is a key like any other to Hydra.
const ODD: &str =
    r#"{"$serde_json::private::Number":"x","a":{"$serde_json::private::RawValue":1}}"#;

fn metadata() -> Result<(), Missing> {
    for release in [Release::V1, Release::V2] {
        let target = Target::real(release, None)?;
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        for (id, metadata) in [("odd", ODD), ("other", ODD), ("deep", &deep)] {
            let body = format!("{{\"client_id\":\"{id}\",\"metadata\":{metadata}}}");
            let made = http::send("POST", &target.clients_url(), &[JSON], &body);
            assert_eq!(made.status, 201, "{}", made.body);
        }
        let setup = Setup::before(target, |_| Fault::Pass);
        let text = format!(
            "[{{\"client_id\":\"odd\",\"metadata\":{ODD}}},{{\"client_id\":\"other\",\"metadata\":{{}}}},\
             {{\"client_id\":\"deep\",\"metadata\":{{}}}},{{\"client_id\":\"new\"}}]"
        );
        setup.folder.write("manifests/all.json", text);
        let plan = setup.run(&mut setup.program(&["plan"]));
        let failed = "`metadata`: lists and objects are nested deeper than 127 levels";
        plan.says(1, &["+ new", "~ other", "failed deep", failed]);
        plan.says(1, &["1 to create, 1 unchanged, 1 drifted, 1 failed"]);
        let json = setup.run(&mut setup.program(&["plan", "--output", "json"]));
        // Our own JSON library would not read it.
        let error =
            format!("\"error\": \"cannot compare the client in Hydra with its manifest: {failed}");
        json.says(
            1,
            &[
                "\"failed\": 1",
                "\"action\": \"failed\"",
                "\"error\": null",
                &error,
            ],
        );
        setup
            .apply(&[])
            .says(1, &["created new", "failed deep", failed]);
        setup.has_secret("new", true);
        setup.is_tidy();
    }
    Ok(())
}

fn twins() -> Result<(), Missing> {
    let target = Target::sandbox(Version::V2_3_0);
    let twin = |id| json!({"client_id": id, "client_name": "n", "owner": "o"});
    target.create(&twin("one"));
    target.create(&twin("two"));
    let setup = Setup::before(target, |_| Fault::Pass);
    let text = "client_name: n\nowner: o\n---\nclient_id: b\n";
    setup.folder.write("manifests/all.yaml", text);
    let texts = [
        "failed n",
        "several clients in Hydra: `one`, `two`",
        "give the manifest the `client_id`",
    ];
    let plan = setup.run(&mut setup.program(&["plan", "--quiet"]));
    plan.says(1, &texts);
    plan.says(1, &["1 to create, 0 unchanged, 0 drifted, 1 failed"]);
    setup.apply(&[]).says(1, &texts);
    setup.has_secret("b", true);
    setup.is_tidy();
    Ok(())
}

fn twins_recovered() -> Result<(), Missing> {
    let target = Target::sandbox(Version::V2_1_2);
    let twin = json!({"client_name": "n", "owner": "o"});
    target.create(&twin);
    target.create(&twin);
    target.create(&json!({"client_name": "m", "owner": "o", "client_secret": "journaled"}));
    let setup = Setup::before(target, |_| Fault::Pass);
    let now = jiff::Timestamp::now().to_string();
    let intent = |name: &str| {
        json!({"intent": {
            "name": name, "client_id": null, "client_name": name, "owner": "o",
            "method": "client_secret_basic", "endpoint": setup.url(), "created_at": now,
            "recipients": [], "client_secret": "journaled",
        }})
    };
    let journal = format!("{{\"journal\":1}}\n{}\n{}\n", intent("n"), intent("m"));
    setup.folder.write(&format!("{SECRETS}.journal"), journal);
    let words = ["--public-url", &setup.target.public_url()];
    let ended = setup.recover(&words);
    ended.says(1, &["several clients in Hydra could be `n (o)`"]);
    ended.says(
        1,
        &["recover: 1 recorded, 0 unconfirmed, 0 dropped, 1 waiting"],
    );
    assert_eq!(setup.folder.records().len(), 1);
    Ok(())
}
