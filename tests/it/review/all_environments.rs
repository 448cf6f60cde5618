//! The plans of several environments as one comment: each in its section, and short enough together.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::review::markdown::{MOST, outside_code};
use crate::settings::{command, folder};
use crate::support::program::{Ended, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("each_environment_has_its_section", sections),
    ("the_room_is_shared", shared),
    ("a_plan_without_room_is_a_command", many),
];

/// The comment, which is short enough whatever it is about.
fn comment(folder: &Workspace) -> Ended {
    let line = "plan --config s.toml --all-environments --output markdown";
    let ended = run(&mut command(folder, line));
    assert!(ended.stdout.len() < MOST, "{}", ended.stdout.len());
    let marker = "<!-- hydra-gitops plan of all environments -->\n\n## ";
    assert!(ended.stdout.starts_with(marker), "{ended}");
    outside_code(&ended.stdout);
    ended
}

fn sections() -> Result<(), Missing> {
    let dev = Target::sandbox(Version::default());
    for id in ["a", "b", "c"] {
        dev.create(&json!({"client_id": id}));
    }
    let (url, gone) = (dev.url(), "http://127.0.0.1:1");
    let text = format!(
        "[defaults]\nfail-after = \"1ms\"\n[environments.dev]\nendpoint = \"{url}\"\n[environments.gone]\nendpoint = \"{gone}\"\n[environments.prod]\nsandbox = true\nmax-creates = 2\n",
    );
    let folder = folder("s.toml", &text);
    let ended = comment(&folder);
    ended.says(5, &["environment `gone`", "environment `prod`"]);
    let page = &ended.stdout;
    let sections: Vec<_> = page.split("\n## ").collect();
    let [_, dev, gone, prod] = *sections else {
        panic!("{ended}");
    };
    let heading = format!("`dev`\n\n### Hydra `v2.3.0` at `{url}`: 0 to create, 3 unchanged, ");
    assert!(dev.starts_with(&heading), "{dev}");
    assert!(
        gone.starts_with("`gone`\n\nExit code 5: `") && gone.contains("127.0.0.1:1"),
        "{gone}"
    );
    assert!(!gone.contains("###"), "{gone}");
    assert!(prod.starts_with("`prod`\n\nExit code 7: `"), "{prod}");
    assert_eq!(prod.matches("| create |").count(), 3, "{prod}");
    let expect = "`hydra-gitops apply --config s.toml --environment prod --expect sha256:";
    assert!(prod.contains(expect), "{prod}");
    // What a reviewer expects is what `apply` knows.
    let sum = prod.split("Checksum: `").nth(1).unwrap();
    let sum = sum.split('`').next().unwrap();
    let line = format!(
        "apply --config s.toml --environment prod --yes --allow-plaintext-secrets --max-creates 3 --expect {sum}"
    );
    run(&mut command(&folder, &line)).says(0, &["3 created"]);
    Ok(())
}

/// What a short section leaves is for the others, and no plan takes it all.
fn shared() -> Result<(), Missing> {
    let folder = folder(
        "s.toml",
        "[environments.none]\nsandbox = true\nonly = \"c0000\"\n[environments.one]\nsandbox = true\n[environments.two]\nsandbox = true\n",
    );
    let clients: Vec<_> = (0..2_000)
        .map(|n| json!({"client_id": format!("c{n:04}")}))
        .collect();
    folder.manifest(&json!(clients));
    let ended = comment(&folder);
    ended.says(0, &[]);
    let sections: Vec<_> = ended.stdout.split("\n## ").map(str::len).collect();
    assert!(sections[1] < 1_000, "{sections:?}");
    assert!(sections[2] > 30_000 && sections[3] > 30_000, "{sections:?}");
    let left_out = ended.stdout.matches("\n… and ").count();
    assert_eq!(left_out, 2, "{ended}");
    Ok(())
}

/// A plan without room makes way for the command that shows it.
fn many() -> Result<(), Missing> {
    let sections: String = (0..200)
        .map(|n| format!("[environments.e{n}]\nsandbox = true\n"))
        .collect();
    let folder = folder("s.toml", &sections);
    let ended = comment(&folder);
    ended.says(0, &[]);
    assert_eq!(ended.stdout.matches("\n## `e").count(), 200);
    let short = "## `e7`\n\nThe plan is too long for this comment. `hydra-gitops plan --config s.toml --environment e7` shows it.\n";
    assert!(ended.stdout.contains(short), "{ended}");
    let line = "plan --config s.toml --environment e7";
    run(&mut command(&folder, line)).says(0, &["3 to create"]);
    Ok(())
}
