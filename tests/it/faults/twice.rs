//! Two requests for one client: something on the way delivers ours twice, or two runs that know
//! nothing of each other send one each.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::faults::gateways::manifest;
use crate::support::ask;
use crate::support::hydra::Release;
use crate::support::proxy::{Fault, Request};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("delivered_twice_loses_no_secret", twice),
    (
        "delivered_twice_where_the_server_chooses_ids_is_said_aloud",
        twice_by_name,
    ),
    (
        "two_machines_make_a_client_known_by_its_name_once",
        two_machines,
    ),
    (
        "where_the_server_chooses_ids_each_create_is_written_down",
        written_down,
    ),
    ("an_echo_of_our_own_request_loses_no_secret", echo),
    (
        "a_proof_tells_an_echo_from_somebody_elses_client",
        echo_proved,
    ),
];

/// Envoy and Istio retry so, and nginx with `non_idempotent`.
fn delivering_twice(target: Target) -> Setup {
    let url = target.clients_url();
    Setup::before(target, move |request| {
        if request.creates() {
            let body = serde_json::from_slice(&request.body).unwrap();
            ask::create(&url, &body);
        }
        Fault::Pass
    })
}

fn twice() -> Result<(), Missing> {
    // SQLite fails one of two creates that come at once, and what failed is no race.
    let real = [Release::V1, Release::V2];
    let real = real.map(|release| (Target::real(release, None), 1));
    let sandboxes = [Version::V2_2_0, Version::V25_4_0, Version::V26_2_0];
    let sandboxes = sandboxes.map(|version| (Ok(Target::sandbox(version)), 2));
    for (target, at_once) in real.into_iter().chain(sandboxes) {
        let setup = delivering_twice(target?);
        let clients = [manifest(Some("a"), "n"), manifest(None, "m")];
        for batch in clients.chunks(at_once) {
            for client in batch {
                let path = format!("manifests/{}.json", client["client_name"].as_str().unwrap());
                setup.folder.write(&path, client.to_string());
            }
            // Not even with `--quiet` does anybody miss it.
            let raced = format!("{at_once} raced");
            let whose = "could not verify whose secret it has";
            setup.apply(&["--quiet"]).says(0, &[whose, &raced]);
        }
        let records = setup.folder.records();
        assert_eq!(records.len(), 2, "{records:?}");
        for record in &records {
            assert_eq!(record["unconfirmed"], true);
            let text = |member: &str| record[member].as_str().unwrap();
            assert!(
                setup
                    .target
                    .accepts(text("client_id"), text("client_secret"))
            );
        }
        setup.is_tidy();
    }
    Ok(())
}

fn twice_by_name() -> Result<(), Missing> {
    for target in [
        Target::sandbox(Version::V2_1_2),
        Target::real(Release::V2_1, None)?,
    ] {
        let setup = delivering_twice(target);
        setup
            .folder
            .write("manifests/a.json", manifest(None, "n").to_string());
        let ended = setup.apply(&[]);
        let clients = setup.target.clients();
        let ids: Vec<_> = clients
            .iter()
            .map(|client| format!("`{}`", client["client_id"].as_str().unwrap()))
            .collect();
        assert_eq!(ids.len(), 2);
        ended.says(
            1,
            &[&ids[0], &ids[1], "several clients have that name", "delete"],
        );
        // The secret of either is recorded, for both have the same.
        assert_eq!(setup.folder.records().len(), 1);
        assert_eq!(setup.folder.files(), [SECRETS]);
    }
    Ok(())
}

/// Neither knows of the other's secrets file.
fn two_machines() -> Result<(), Missing> {
    for target in [
        Target::sandbox(Version::default()),
        Target::real(Release::V1, None)?,
        Target::real(Release::V2, None)?,
    ] {
        let ids = |target: &Target| -> Vec<String> {
            let clients = target.clients();
            let ids = clients
                .iter()
                .map(|one| one["client_id"].as_str().unwrap().to_owned());
            ids.collect()
        };
        // Somebody else's run creates it after we looked.
        let setup = Setup::new(|_| Fault::Pass);
        setup
            .folder
            .write("manifests/a.json", manifest(None, "n").to_string());
        setup.apply(&[]).says(0, &["1 created"]);
        let theirs = ids(&setup.target);
        let url = target.clients_url();
        let mut other = manifest(None, "n");
        other["client_id"] = json!(theirs[0]);
        let ours = Setup::before(target, move |request: &Request| {
            if request.creates() && request.number == 1 {
                ask::create(&url, &other);
            }
            Fault::Pass
        });
        ours.folder
            .write("manifests/a.json", manifest(None, "n").to_string());
        ours.apply(&[]).says(0, &["1 raced"]);
        assert_eq!(ids(&ours.target), theirs);
        ours.apply(&[]).says(0, &["1 unchanged"]);
    }
    Ok(())
}

/// Also where no secret is made: a second run would make a second client.
fn written_down() -> Result<(), Missing> {
    for target in [
        Target::sandbox(Version::V2_0_2),
        Target::real(Release::V2_1, None)?,
    ] {
        let setup = Setup::before(target, |request| {
            match request.creates() && request.number == 1 {
                true => Fault::Drop,
                false => Fault::Pass,
            }
        });
        let mut client = manifest(None, "n");
        client["token_endpoint_auth_method"] = json!("none");
        client["grant_types"] = json!(["authorization_code"]);
        setup.folder.write("manifests/a.json", client.to_string());
        let ended = setup.apply(&["--fail-after", "300ms"]);
        ended.says(1, &["1 failed"]);
        let journal = setup.folder.read("client-secrets.jsonl.journal");
        assert!(journal.contains(r#""sealed":[]"#), "{journal}");
        let ended = setup.apply(&[]);
        ended.says(1, &["may still be creating it", "again in "]);
        assert!(setup.target.clients().is_empty());
    }
    Ok(())
}

/// An id that is chosen, or made from a name, may be anybody's: the secret is kept.
fn echo() -> Result<(), Missing> {
    for manifest in ["client_id: a\n", "client_name: n\nowner: o\n"] {
        let setup = delivering_twice(Target::sandbox(Version::default()));
        setup.folder.write("manifests/a.yaml", manifest);
        setup
            .apply(&["--quiet"])
            .says(0, &["raced", "could not verify", "1 raced"]);
        let clients = setup.target.clients();
        assert_eq!(clients.len(), 1);
        setup.has_secret(clients[0]["client_id"].as_str().unwrap(), false);
        setup.is_tidy();
    }
    Ok(())
}

/// A chosen id may be anybody's: a proof tells.
fn echo_proved() -> Result<(), Missing> {
    let setup = delivering_twice(Target::sandbox(Version::default()));
    setup.folder.clients(&["a"]);
    let ended = setup.apply(&["--public-url", &setup.target.public_url()]);
    ended.says(0, &["1 created", "0 raced"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}
