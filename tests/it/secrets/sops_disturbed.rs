//! A folder of SOPS files that others use, replace or change while a run is at work.

use std::os::unix::fs::symlink;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::sops::{Scene, client};
use super::sops_killed::{confirm, held, kill};
use crate::support::hydra::Release;
use crate::support::program::{Ended, Running};
use crate::support::proxy::{Fault, Gate, Request};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    ("a_second_run_is_kept_out_of_the_folder", second),
    ("a_folder_has_one_journal_by_any_name", any_name),
    ("what_is_lost_with_a_folder_is_written_again", replaced),
    ("a_file_that_is_deleted_is_written_again", deleted),
    ("a_file_that_is_edited_stays", edited),
    ("a_confirmed_file_replaces_no_other_clients", beside),
    (
        "of_one_second_the_unconfirmed_file_is_still_tried",
        one_second,
    ),
    ("another_id_of_one_name_is_refused_first", other_id),
    ("a_client_with_a_made_id_is_made_anew", made_anew),
    ("control_characters_are_read_by_sops", control),
    ("recovery_syncs_what_it_finds", synced),
    ("a_call_that_fails_loses_nothing", failing),
    ("of_unconfirmed_secrets_the_latest_has_the_own_name", latest),
];

const SOPS: [&str; 2] = ["--secrets-out", "sops:out"];
const BOTH: [&str; 4] = ["--secrets-out", "s.jsonl", "--secrets-out", "sops:out"];

/// A run whose create of `two` is answered when the gate opens. `one` is recorded before.
fn half_way(words: &[&str]) -> Result<(Scene, Gate, Running), Missing> {
    let gate = Gate::default();
    let shut = gate.clone();
    let scene = Scene::new(move |request: &Request| {
        let is_two = request.creates() && request.member("client_id").as_deref() == Some("two");
        match is_two {
            true => Fault::HoldAnswer(shut.clone()),
            false => Fault::Pass,
        }
    })?;
    let recipient = ["--age-recipient", &scene.identity.recipient];
    let mut applying = scene.setup.applying(&[&recipient[..], words].concat());
    let running = Running::start(&mut applying);
    until("the first file", || {
        scene.file("out/one.sops.yaml").exists()
    });
    until("the clients", || scene.setup.target.clients().len() == 2);
    Ok((scene, gate, running))
}

/// Lets it go on to its end.
fn ended(scene: &Scene, gate: &Gate, running: Running) -> Ended {
    gate.open();
    let ended = running.wait();
    scene.setup.check(&ended);
    ended
}

fn recover(scene: &Scene, words: &[&str]) -> Ended {
    let recover = [&["secrets", "recover"][..], words].concat();
    scene.setup.run(&mut scene.setup.program(&recover))
}

fn second() -> Result<(), Missing> {
    for (first, others) in [
        (&BOTH[..], &["sops:out", "sops:out/", "sops:link"][..]),
        (&SOPS, &["sops:link"]),
    ] {
        let (scene, gate, running) = half_way(first)?;
        symlink("out", scene.file("link")).unwrap();
        let clients = ["one", "two", "three"].map(client);
        scene.setup.folder.manifest(&json!(clients));
        for other in others {
            scene.apply(6, &["--secrets-out", other], &["is in use"]);
            let both = ["--secrets-out", "t.jsonl", "--secrets-out", other];
            scene.apply(6, &both, &["is in use: another run is writing it"]);
        }
        ended(&scene, &gate, running).says(0, &["2 created"]);
        assert_eq!(scene.files("out"), ["one.sops.yaml", "two.sops.yaml"]);
    }
    Ok(())
}

fn any_name() -> Result<(), Missing> {
    for (first, then) in [
        ("sops:out/", "sops:out"),
        ("sops:out", "sops:./out/"),
        ("sops:link", "sops:out"),
        ("sops:out", "sops:link/"),
    ] {
        let (gate, script) = held();
        let scene = Scene::new(script)?;
        std::fs::create_dir(scene.file("out")).unwrap();
        symlink("out", scene.file("link")).unwrap();
        kill(&scene, &gate, &["--secrets-out", first]);
        assert!(scene.file("out.journal").exists(), "{first}");
        recover(&scene, &["--secrets-out", then]).says(0, &["2 unconfirmed", "0 waiting"]);
        assert_eq!(scene.files("out"), ["one.sops.yaml", "two.sops.yaml"]);
        assert!(!scene.file("out.journal").exists());
    }
    Ok(())
}

fn replaced() -> Result<(), Missing> {
    for (words, is_new) in [(&SOPS[..], false), (&SOPS, true), (&BOTH, true)] {
        let (scene, gate, running) = half_way(words)?;
        std::fs::rename(scene.file("out"), scene.file("moved")).unwrap();
        if is_new {
            std::fs::create_dir(scene.file("out")).unwrap();
        }
        ended(&scene, &gate, running).says(6, &["out"]);
        // What was recorded in the old folder is written again.
        recover(&scene, words).says(0, &["2 recorded, 0 unconfirmed, 0 dropped, 0 waiting"]);
        assert_eq!(scene.files("out"), ["one.sops.yaml", "two.sops.yaml"]);
        for id in ["one", "two"] {
            scene.holds(&format!("out/{id}.sops.yaml"), id);
        }
        let lines = scene.setup.folder.read("s.jsonl").lines().count();
        assert_eq!(lines, if words.len() == 4 { 2 } else { 0 });
    }
    Ok(())
}

fn deleted() -> Result<(), Missing> {
    let (scene, gate, running) = half_way(&SOPS)?;
    std::fs::remove_file(scene.file("out/one.sops.yaml")).unwrap();
    ended(&scene, &gate, running).says(
        6,
        &[
            "replaced or changed `out`",
            "secrets recover --secrets-out sops:out",
        ],
    );
    recover(&scene, &SOPS).says(0, &["1 recorded", "0 waiting"]);
    scene.holds("out/one.sops.yaml", "one");
    scene.holds("out/two.sops.yaml", "two");
    Ok(())
}

fn edited() -> Result<(), Missing> {
    let (scene, gate, running) = half_way(&SOPS)?;
    let mut rotate = scene
        .sops
        .command(&["rotate", "--in-place"], &scene.file("out/one.sops.yaml"));
    rotate.env("SOPS_AGE_KEY_FILE", &scene.identity.file);
    assert!(rotate.output().unwrap().status.success());
    let text = scene.setup.folder.read("out/one.sops.yaml");
    ended(&scene, &gate, running).says(0, &["2 created"]);
    assert_eq!(scene.setup.folder.read("out/one.sops.yaml"), text);
    Ok(())
}

/// The name of one client looks like an unconfirmed file of another.
fn beside() -> Result<(), Missing> {
    let (gate, script) = held();
    let scene = Scene::new(script)?;
    let clients = ["one", "one.unconfirmed-two"].map(client);
    scene.setup.folder.manifest(&json!(clients));
    kill(&scene, &gate, &SOPS);
    recover(&scene, &SOPS).says(0, &["2 unconfirmed"]);
    let names = ["one.sops.yaml", "one.unconfirmed-two.sops.yaml"];
    assert_eq!(scene.files("out"), names);
    confirm(&scene);
    assert_eq!(scene.files("out"), names);
    scene.holds("out/one.sops.yaml", "one");
    scene.holds("out/one.unconfirmed-two.sops.yaml", "one.unconfirmed-two");
    Ok(())
}

fn one_second() -> Result<(), Missing> {
    let (gate, script) = held();
    let scene = Scene::new(script)?;
    kill(&scene, &gate, &SOPS);
    recover(&scene, &SOPS).says(0, &["2 unconfirmed"]);
    let aside = "out/one.unconfirmed-20260102T030405Z.sops.yaml";
    let later = scene.setup.folder.read("out/one.sops.yaml");
    scene.setup.folder.write(aside, &later);
    // A secret of before that was confirmed, of the same second.
    let changed = later.replace("        hydra-gitops/unconfirmed: \"true\"\n", "");
    let changed = changed.replace("mac: ENC[", "mac: ENC[AAAA");
    assert_ne!(changed.len(), later.len());
    scene.setup.folder.write("out/one.sops.yaml", &changed);
    let list = ["secrets", "list", "--output", "json"];
    let list = [&list[..], &SOPS].concat();
    let listed = scene.setup.run(&mut scene.setup.program(&list));
    let listed = listed.says(0, &[]).json();
    let standings: Vec<_> = listed["secrets"].as_array().unwrap().iter().collect();
    let of_one: Vec<_> = standings
        .iter()
        .filter(|one| one["client_id"] == "one")
        .map(|one| (one["unconfirmed"] == true, one["superseded"] == true))
        .collect();
    assert_eq!(of_one, [(false, false), (true, false)], "{listed}");
    Ok(())
}

fn other_id() -> Result<(), Missing> {
    let scene = Scene::on(Release::V2_1, |_| Fault::Pass)?;
    let app = json!([{"client_name": "app", "owner": "o", "grant_types": ["client_credentials"]}]);
    scene.setup.folder.manifest(&app);
    let named = [&SOPS[..], &["--secret-name", "{client_name}"]].concat();
    scene.apply(0, &named, &["1 created"]);
    let id = scene.setup.target.ids().remove(0);
    scene.setup.target.delete(&id);
    let said = format!("it holds the secret of `{id}`");
    scene.apply(6, &named, &[&said, "mv out/app.sops.yaml"]);
    scene.setup.has_clients(&[]);
    std::fs::rename(scene.file("out/app.sops.yaml"), scene.file("old")).unwrap();
    scene.apply(0, &named, &["1 created"]);
    scene.holds("out/app.sops.yaml", &scene.setup.target.ids()[0]);
    Ok(())
}

fn made_anew() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    let app = json!([{"client_name": "app", "owner": "o", "grant_types": ["client_credentials"]}]);
    scene.setup.folder.manifest(&app);
    let named = [&SOPS[..], &["--secret-name", "{client_name}"]].concat();
    scene.apply(0, &named, &["1 created"]);
    let id = scene.setup.target.ids().remove(0);
    scene.setup.target.delete(&id);
    scene.apply(0, &named, &["1 created"]);
    scene.holds("out/app.sops.yaml", &id);
    Ok(())
}

/// Go's YAML refuses some characters that JSON takes as they are.
fn control() -> Result<(), Missing> {
    for kind in ["kubernetes", "yaml", "json", "dotenv"] {
        let scene = Scene::new(|_| Fault::Pass)?;
        // Escaped, because a manifest cannot have them otherwise.
        let one = r#"[{"client_id": "one", "grant_types": ["client_credentials"],
            "client_name": "a\u007fb\u0080c\u0085d\u2028e\ufefff\ud83e\udd80"}]"#;
        scene.setup.folder.write("manifests/clients.json", one);
        scene.apply(
            0,
            &[&SOPS[..], &["--sops-kind", kind]].concat(),
            &["1 created"],
        );
        let file = scene.files("out").remove(0);
        scene.holds(&format!("out/{file}"), "one");
    }
    Ok(())
}

/// A run that was killed has renamed a file, and not synced that. The next one reads the file, so
/// it must not remove the journal before the name is durable.
fn synced() -> Result<(), Missing> {
    if !is_installed("strace", "--version") {
        return Err(Missing("`strace` is needed to see a sync".to_owned()));
    }
    let (scene, gate, running) = half_way(&SOPS)?;
    let journal = scene.setup.folder.read("out.journal");
    ended(&scene, &gate, running).says(0, &[]);
    scene.setup.folder.write("out.journal", journal);
    let script = "exec strace -f -qq -y -o trace -e trace=fsync,unlink,unlinkat \"$0\" \"$@\"";
    let words = [&["secrets", "recover"][..], &SOPS].concat();
    scene
        .setup
        .run(&mut scene.setup.program_after(script, &words))
        .says(0, &["0 waiting"]);
    let trace = scene.setup.folder.read("trace");
    let lines = || trace.lines().enumerate();
    let sync = lines().find(|(_, line)| line.contains("fsync(") && line.contains("/out>"));
    let removal =
        lines().find(|(_, line)| line.contains("unlink") && line.contains("out.journal\""));
    let (sync, removal) = (sync.map(|(at, _)| at), removal.map(|(at, _)| at));
    assert!(
        sync.is_some() && removal.is_some() && sync < removal,
        "{trace}"
    );
    Ok(())
}

/// Two runs are killed before anybody knows whether their creates arrived. Applications read the
/// client's own file, and the later secret is the likelier one.
fn latest() -> Result<(), Missing> {
    let gates = Arc::new(Mutex::new(Gate::default()));
    let now = Arc::clone(&gates);
    let scene = Scene::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(now.lock().unwrap().clone()),
        false => Fault::Pass,
    })?;
    let gate = gates.lock().unwrap().clone();
    kill(&scene, &gate, &SOPS);
    let earlier = scene.setup.folder.read("out.journal");
    recover(&scene, &SOPS).says(0, &["2 unconfirmed"]);
    let own = scene.setup.folder.read("out/one.sops.yaml");
    std::fs::remove_dir_all(scene.file("out")).unwrap();
    for id in ["one", "two"] {
        scene.setup.target.delete(id);
    }
    let gate = Gate::default();
    *gates.lock().unwrap() = gate.clone();
    kill(&scene, &gate, &SOPS);
    let later = scene.setup.folder.read("out.journal");
    let intents = later.lines().filter(|line| line.starts_with("{\"intent\""));
    let intents: Vec<_> = intents.collect();
    let both = earlier + &intents.join("\n") + "\n";
    scene.setup.folder.write("out.journal", both);
    recover(&scene, &SOPS).says(0, &["4 unconfirmed"]);
    scene.holds("out/one.sops.yaml", "one");
    let files = scene.files("out");
    let aside = files
        .iter()
        .find(|name| name.starts_with("one.unconfirmed-"));
    let aside = scene.setup.folder.read(&format!("out/{}", aside.unwrap()));
    assert_eq!(aside, own);
    Ok(())
}

/// Whatever call fails, from whichever time on: each secret is in a file or in the journal, no file
/// is half written, and the next run writes what is missing.
fn failing() -> Result<(), Missing> {
    if !is_installed("strace", "--version") {
        return Err(Missing("`strace` is needed to break a call".to_owned()));
    }
    for (call, error, from) in [
        ("renameat2", "ENOSPC", 1),
        ("renameat2", "EIO", 2),
        ("fdatasync", "ENOSPC", 2),
        ("fdatasync", "EIO", 3),
        ("fsync", "EIO", 2),
    ] {
        let scene = Scene::new(|_| Fault::Pass)?;
        let ids: Vec<String> = (0..8).map(|number| format!("c{number}")).collect();
        let clients: Vec<_> = ids.iter().map(|id| client(id)).collect();
        scene.setup.folder.manifest(&json!(clients));
        let inject = format!("inject={call}:error={error}:when={from}+");
        let script = format!("exec strace -f -qq -o /dev/null -e {inject} \"$0\" \"$@\"");
        let recipient = ["--age-recipient", &scene.identity.recipient];
        let words = ["apply", "--parallelism", "1"];
        let words = [&words[..], &recipient, &BOTH].concat();
        let ended = scene
            .setup
            .run(&mut scene.setup.program_after(&script, &words));
        // What fails earlier is told of each client, or of the files at the start.
        let said = match call == "renameat2" {
            false => "",
            true => "nothing is lost: `s.jsonl.journal` holds what is missing (",
        };
        ended.says(6, &[said]);
        // Exits with 1 where the request of a client that is not in Hydra may still arrive.
        recover(&scene, &BOTH);
        scene.apply(0, &BOTH, &[]);
        let names: Vec<_> = ids.iter().map(|id| format!("{id}.sops.yaml")).collect();
        assert_eq!(scene.files("out"), names, "{call} from {from} on: {ended}");
        for id in &ids {
            scene.holds(&format!("out/{id}.sops.yaml"), id);
        }
        let lines = scene.setup.folder.read("s.jsonl").lines().count();
        assert_eq!(lines, 8, "{call} from {from} on: {ended}");
        assert!(!scene.file("s.jsonl.journal").exists());
    }
    Ok(())
}
