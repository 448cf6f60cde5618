//! `[recipients]`: the owner of a client decides who can open its secret, in every command that
//! writes one.

use std::process::Command;
use std::time::{Duration, Instant};

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use super::{FOUND, command, folder};
use crate::support::age::{self, Identity};
use crate::support::gpg::Gpg;
use crate::support::program::{Ended, Running, feed, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::watching::until;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("the_owner_decides_who_can_open_a_secret", decides),
    ("old_secrets_get_the_recipients_of_their_owner", rekeyed),
    ("nobody_for_an_owner_is_refused", nobody),
    ("an_expired_key_stops_its_owners_clients_alone", expired),
    ("mistakes_in_the_table", mistakes),
];

/// A Hydra, and settings by which the owners `pay…` have recipients of their own.
struct World {
    target: Target,
    folder: Workspace,
    /// For everyone else, for payments, and for nobody's clients.
    ids: [Identity; 3],
}

impl World {
    fn new() -> Result<Self, Missing> {
        age::require()?;
        let target = Target::sandbox(Version::default());
        let folder = Workspace::new();
        let ids = ["all.key", "pay.key", "late.key"].map(|name| age::generate(&folder, name));
        let world = Self {
            target,
            folder,
            ids,
        };
        let [all, pay, late] = world.recipients();
        world.folder.write("deploy/keys/pay.txt", pay);
        world.settings(&format!(
            "age-recipient = \"{all}\"\n[recipients.\"pay*\"]\nage-recipients-file = \"keys/pay.txt\"\n[recipients.pay-x]\nage-recipient = [\"{late}\"]\n"
        ));
        world.manifest("a", "pay-x");
        world.manifest("b", "shop");
        world.manifest("c", "");
        Ok(world)
    }

    fn recipients(&self) -> [&str; 3] {
        self.ids.each_ref().map(|id| &*id.recipient)
    }

    fn settings(&self, more: &str) {
        let endpoint = self.target.url();
        let text = format!("[defaults]\nyes = true\nendpoint = \"{endpoint}\"\n{more}");
        self.folder.write("deploy/s.toml", text);
    }

    fn manifest(&self, id: &str, owner: &str) {
        let manifest = json!({"client_id": id, "owner": owner});
        let name = format!("manifests/{id}.json");
        self.folder.write(&name, manifest.to_string());
    }

    fn command(&self, line: &str) -> Command {
        command(&self.folder, &format!("{line} --config deploy/s.toml"))
    }

    fn run(&self, line: &str) -> Ended {
        run(&mut self.command(line))
    }

    /// The last line of that client.
    fn line(&self, id: &str) -> Value {
        let text = self.folder.read("client-secrets.jsonl");
        let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let of_client = |line: &Value| line["client_id"] == id;
        lines.rfind(of_client).unwrap()
    }

    /// Asserts that this identity alone opens the secret of that client, and that Hydra accepts it.
    fn opens(&self, id: &str, meant: usize) {
        assert_eq!(
            self.line(id)["recipients"],
            json!([self.recipients()[meant]]),
            "{id}"
        );
        for (number, identity) in self.ids.iter().enumerate() {
            let file = identity.file.display();
            let shown = self.run(&format!("secrets show {id} --identity {file}"));
            assert_eq!(shown.code == Some(0), number == meant, "{id}: {shown}");
        }
    }
}

fn decides() -> Result<(), Missing> {
    let world = World::new()?;
    world.run("doctor manifests").says(
        0,
        &[
            "`recipients.pay*` comes from `deploy/s.toml:",
            "for owners like `pay*`: `age1",
            "for owners like `pay-x`: `age1",
            ", 0 problems",
        ],
    );
    let both = "--secrets-out client-secrets.jsonl --secrets-out sops:out";
    world.run(&format!("apply {both}")).says(0, &["3 created"]);
    for (id, meant) in [("a", 1), ("b", 0), ("c", 0)] {
        world.opens(id, meant);
        let file = world.folder.read(&format!("out/{id}.sops.yaml"));
        for (number, recipient) in world.recipients().into_iter().enumerate() {
            assert_eq!(file.contains(recipient), number == meant, "{id}: {file}");
        }
    }
    assert_eq!(world.line("a")["owner"], "pay-x");
    assert_eq!(world.line("c")["owner"], "");

    world.run("create --id d --owner pay-y").says(0, &[]);
    world.opens("d", 1);
    world.folder.write(
        "e.json",
        json!({"client_id": "e", "owner": "shop"}).to_string(),
    );
    world.run("import e.json").says(0, &[]);
    world.opens("e", 0);
    world
        .target
        .create(&json!({"client_id": "f", "owner": "pay-z", "client_secret": "own-secret-of-f"}));
    let added = feed(&mut world.command("secrets add f"), b"own-secret-of-f");
    assert!(added.status.success(), "{added:?}");
    assert_eq!(
        world.line("f")["recipients"],
        json!([world.recipients()[1]])
    );

    world.manifest("g", "pay-g");
    let mut watching = Running::start(&mut world.command("watch"));
    watching.wait_until(|| world.folder.read("client-secrets.jsonl").contains("\"g\""));
    watching.kill();
    drop(watching);
    world.opens("g", 1);
    world.run("secrets check --offline").says(0, &["7 lines"]);
    Ok(())
}

fn rekeyed() -> Result<(), Missing> {
    let world = World::new()?;
    let [all, _, late] = world.recipients();
    let without = format!("age-recipient = \"{all}\"\n");
    world.settings(&without);
    world.run("apply").says(0, &["3 created"]);
    world.opens("a", 0);
    let by_owner = format!("{without}[recipients.pay-x]\nage-recipient = \"{late}\"\n");
    world.settings(&by_owner);
    let file = world.ids[0].file.display();
    world.run("secrets check --offline").says(1, &["`a`"]);
    world
        .run(&format!("secrets rekey --identity {file}"))
        .says(0, &["1 secret encrypted again, 2 already"]);
    world.opens("a", 2);
    world.opens("b", 0);
    // Nobody knows whose it is: it must not be opened to everyone.
    let old = world
        .folder
        .read("client-secrets.jsonl")
        .replace("\"owner\":\"pay-x\",", "");
    world.folder.write("client-secrets.jsonl", &old);
    world.run(&format!("secrets rekey --identity {file}")).says(
        6,
        &[
            "the line of `a` does not say whose client it is",
            "hint: record it again",
        ],
    );
    assert_eq!(world.folder.read("client-secrets.jsonl"), old);
    Ok(())
}

fn nobody() -> Result<(), Missing> {
    let world = World::new()?;
    let [_, pay, _] = world.recipients();
    world.settings(&format!(
        "[recipients.\"pay*\"]\nage-recipient = \"{pay}\"\n"
    ));
    for line in ["apply", "doctor manifests", "watch"] {
        world.run(line).says(
            6,
            &[
                "nobody could decrypt what is written down of 2 clients",
                "add a table to `[recipients]` in the settings file",
            ],
        );
    }
    assert!(world.target.ids().is_empty());
    world
        .run("create --id d --owner shop")
        .says(6, &["`[recipients]` in the settings file"]);
    world.run("apply --only a").says(0, &["1 created"]);
    world
        .run("apply --only a --allow-plaintext-secrets")
        .says(64, &["a recipient are both given"]);
    // A flag names who else there is.
    world
        .run(&format!("apply --age-recipient {}", world.recipients()[0]))
        .says(0, &["2 created"]);
    world.opens("b", 0);
    Ok(())
}

/// A key that is valid when `watch` starts, and expires while it runs.
fn expired() -> Result<(), Missing> {
    if !Gpg::is_installed() {
        return Err(Missing(
            "`gpg` is needed to make a key that expires".to_owned(),
        ));
    }
    let world = World::new()?;
    let (all, gpg) = (world.recipients()[0], Gpg::new());
    let start = Instant::now();
    let key = gpg.generate(&[], ["pay", "default", "default", "seconds=5"]);
    world.folder.write("deploy/keys/pay.asc", gpg.export(&key));
    world.settings(&format!(
        "age-recipient = \"{all}\"\n[recipients.\"pay*\"]\npgp-key-file = [\"keys/pay.asc\"]\n"
    ));
    let watching = Running::start(&mut world.command("watch"));
    watching.wait_until(|| world.target.ids().len() == 3);
    until("the key expires", || {
        start.elapsed() > Duration::from_secs(6)
    });
    world.manifest("late", "pay-late");
    world.manifest("other", "shop");
    watching.wait_until(|| world.target.ids().contains(&"other".to_owned()));
    watching.wait_until_prints("expired");
    assert!(!world.target.ids().contains(&"late".to_owned()));
    world.opens("other", 0);
    drop(watching);
    Ok(())
}

fn mistakes() -> Result<(), Missing> {
    let plan = |text: &str| {
        let folder = folder("s.toml", text);
        run(&mut command(&folder, "plan --sandbox --config s.toml"))
    };
    plan("[recipients]\na = 1\n[recipients.\"[\"]\nage-recipient = \"x\"\n[recipients.b]\n[recipients.c]\nendpoint = \"http://h\"\nage-recipient = true\n[recipients.c.vars]\nx = 1\n").says(
        64,
        &[
            "s.toml:2:1: the recipients of `a` are not a table",
            "s.toml:3:13: `[` is not a glob",
            "s.toml:5:13: no recipient is named for owners like `b`",
            "s.toml:7:1: `endpoint` does not name recipients",
            "s.toml:8:1: `age-recipient` takes text in quotes, or a list of texts",
            "variables cannot be chosen by owner",
        ],
    );
    plan("recipients = 1\n").says(64, &["s.toml:1:1: `recipients` is not a table"]);
    let text = "[recipients.x]\nage-recipient = \"age1x\"\n";
    let folder = folder(FOUND, text);
    run(&mut command(&folder, "plan --sandbox")).says(
        64,
        &["hydra-gitops.toml:1:13: `[recipients]` counts only in a settings file that you name"],
    );
    run(&mut command(
        &folder,
        "apply --yes --sandbox --config hydra-gitops.toml",
    ))
    .says(
        6,
        &[
            "`[recipients]` for owners like `x` cannot be used",
            "its checksum is wrong",
        ],
    );
    Ok(())
}
