//! A plan as a comment on a pull request: whole, short enough, and harmless whatever it is about.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::program::{program, run};
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("a_comment_has_all_of_a_plan", whole),
    ("a_comment_of_nothing_is_short", nothing),
    ("its_first_line_stays_the_same", marker),
    ("names_are_nothing_but_text", hostile),
    ("secrets_are_masked", secrets),
    ("ten_thousand_changes_are_counted", many),
    ("much_drift_is_counted", much_drift),
    ("it_is_never_too_long", lengths),
];

/// What GitHub takes at most.
pub(super) const MOST: usize = 65_536;

fn setup(clients: &Value) -> Setup {
    let setup = Setup::new(|_| Fault::Pass).without_log();
    setup.folder.manifest(clients);
    setup
}

#[track_caller]
fn comment(setup: &Setup, more: &[&str]) -> String {
    let words = [&["plan", "--output", "markdown"], more].concat();
    let ended = setup.run_direct(&words);
    ended.says(0, &[]);
    assert!(ended.stdout.len() < MOST, "{}", ended.stdout.len());
    ended.stdout
}

/// The rows of the table, in cells.
fn rows(comment: &str) -> Vec<Vec<&str>> {
    let lines = comment.lines().filter(|line| line.starts_with("| "));
    let cells = lines.skip(2).map(|line| {
        let line = line.strip_prefix("| ").unwrap();
        let line = line.strip_suffix(" |").unwrap();
        line.split(" | ").collect()
    });
    cells.collect()
}

fn whole() -> Result<(), Missing> {
    let setup = setup(&json!([
        {"client_id": "shop", "client_name": "Shop"},
        {"client_id": "spa", "token_endpoint_auth_method": "none"},
        {"client_id": "wiki", "scope": "read write"},
        {"client_id": "same"},
        {"client_name": "twice", "owner": "o"},
        {"client_id": "plain", "redirect_uris": ["http://plain.example/"]},
    ]));
    setup
        .target
        .create(&json!({"client_id": "wiki", "scope": "read admin"}));
    for client in [
        json!({"client_id": "same"}),
        json!({"client_id": "old", "client_name": "Old"}),
        json!({"client_id": "t1", "client_name": "twice", "owner": "o"}),
        json!({"client_id": "t2", "client_name": "twice", "owner": "o"}),
    ] {
        setup.target.create(&client);
    }
    let words = ["plan", "--output", "markdown", "--unmanaged"];
    let ended = setup.run_direct(&words);
    ended.says(1, &[]);
    let json = setup.run_direct(&["plan", "--output", "json", "--unmanaged"]);
    let checksum = json.json()["checksum"].as_str().unwrap().to_owned();
    let url = setup.target.url();
    let local = url.replace("127.0.0.1", "localhost");
    let expected = format!(
        "<!-- hydra-gitops plan {local} -->
### Hydra `v2.3.0` at `{url}`: 3 to create, 1 unchanged, 1 drifted, 3 unmanaged, 1 failed

| change | client | | manifest |
| --- | --- | --- | --- |
| failed | `twice` | `` the name `twice (o)` matches several clients in Hydra: `t1`, `t2` `` | `manifests/clients.json:1` |
| create | `shop` (`Shop`) | secret generated | `manifests/clients.json:1` |
| create | `spa` | no secret | `manifests/clients.json:1` |
| create | `plain` | secret generated | `manifests/clients.json:1` |
| drifted | `wiki` | `scope` | `manifests/clients.json:1` |
| unmanaged | `old` (`Old`) | no manifest |  |
| unmanaged | `t1` (`twice`) | no manifest |  |
| unmanaged | `t2` (`twice`) | no manifest |  |

<details>
<summary>Differences of 1 client</summary>

`wiki`

```diff
@@ scope @@
- admin
  read
+ write
```

</details>

In the differences, `-` is what Hydra has, `+` what the manifest says; an existing client is never changed.

```sh
# change the manifest to what Hydra has:
hydra-gitops export --endpoint {url} --only wiki
# or change Hydra to what the manifest says:
hydra-gitops plan --endpoint {url} --only wiki --output patch | curl -X PATCH -H 'Content-Type: application/json-patch+json' --data @- '{url}/admin/clients/wiki'
# or accept the differences, in `plan` and `apply`:
# --ignore-drift scope
```

1 warning about the manifests is in the log of this run.

Checksum: `{checksum}`; `hydra-gitops apply --expect {checksum}` applies this plan or nothing
"
    );
    assert_eq!(ended.stdout, expected);
    Ok(())
}

fn nothing() -> Result<(), Missing> {
    let setup = setup(&json!({"client_id": "a"}));
    setup.target.create(&json!({"client_id": "a"}));
    let comment = comment(&setup, &[]);
    let lines: Vec<_> = comment.lines().collect();
    assert!(lines[1].ends_with(": 0 to create, 1 unchanged, 0 drifted"));
    assert!(lines[3].starts_with("Checksum: `sha256:"), "{comment}");
    assert!(lines[3].ends_with('`'), "{comment}");
    assert_eq!(lines.len(), 4, "{comment}");
    Ok(())
}

fn marker() -> Result<(), Missing> {
    let setup = setup(&json!({"client_id": "a"}));
    let first = |comment: &str| comment.lines().next().unwrap().to_owned();
    let before = first(&comment(&setup, &[]));
    assert!(before.starts_with("<!-- hydra-gitops plan http://localhost:"));
    setup
        .folder
        .manifest(&json!([{"client_id": "a"}, {"client_id": "b"}]));
    assert_eq!(first(&comment(&setup, &["--unmanaged"])), before);
    let other = ["plan", "--output", "markdown", "--sandbox=a--><img>.json"];
    let ended = run(program(setup.folder.path()).args(other));
    ended.says(
        0,
        &["<!-- hydra-gitops plan sandbox:a--%3E%3Cimg%3E.json -->\n"],
    );
    Ok(())
}

const HOSTILE: &[&str] = &[
    "a | b || c",
    "\\| \\\\| \\",
    "`x` ``y`` ```",
    "<img src=x onerror=alert(1)>",
    "</details></summary><b>",
    "@octocat @org/team",
    "line\nbreak\r\n| new | row | x | y |",
    "--> <!-- -->",
    "[a](https://evil.example) ![b](https://evil.example/b.png)",
    "https://evil.example www.evil.example me@evil.example",
    "# heading\n\n- item\n\n    code",
    "::error::x ##[error]y ##vso[z]",
    "#1 GH-1 org/repo#1 &lt;b&gt; &#64;octocat",
    "\u{202e}backwards\u{2066} \u{1b}[2J\u{0}",
    "~~x~~ **x** _x_ $`x`$ $$x$$ :x: ~label !1 %1",
    " spaced ",
    "```diff\n+ x",
    "~~~",
];

/// The page without what stands in code, of which nothing is read.
pub(super) fn outside_code(comment: &str) -> String {
    let (mut page, mut fence) = (String::new(), None);
    for line in comment.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(length) if ticks >= length && line.len() == ticks => fence = None,
            Some(_) => {}
            None if ticks >= 3 && !line[ticks..].contains('`') => fence = Some(ticks),
            None => writeln!(page, "{}", outside_spans(line)).unwrap(),
        }
    }
    assert_eq!(fence, None, "a block has no end: {comment}");
    page
}

fn outside_spans(mut line: &str) -> String {
    let mut rest = String::new();
    while let Some(start) = line.find('`') {
        let ticks = line[start..].len() - line[start..].trim_start_matches('`').len();
        let fence = "`".repeat(ticks);
        rest.push_str(&line[..start]);
        line = &line[start + ticks..];
        let mut at = 0;
        let end = loop {
            let begin = at + line[at..].find(&fence).unwrap();
            let run = line[begin..].len() - line[begin..].trim_start_matches('`').len();
            match run == ticks {
                true => break begin,
                false => at = begin + run,
            }
        };
        line = &line[end + ticks..];
    }
    rest + line
}

fn hostile() -> Result<(), Missing> {
    let named = HOSTILE.iter().enumerate().map(|(n, name)| {
        json!({
            "client_id": format!("c{n}"), "client_name": name,
            "metadata": {"note": name, "list": [name]}, "contacts": [name],
        })
    });
    let named: Vec<Value> = named.collect();
    let setup = setup(&json!(named));
    // Every other one exists and differs; and each is the id of one that nobody manages.
    for (n, name) in HOSTILE.iter().enumerate() {
        if n % 2 == 0 {
            let odd = format!("{name}!");
            setup.target.create(&json!({
                "client_id": format!("c{n}"), "client_name": odd,
                "metadata": {"note": odd, "list": []}, "contacts": [odd],
            }));
        }
        let id = name.replace('\u{0}', "");
        setup
            .target
            .create(&json!({"client_id": format!("z{id}"), "client_name": id}));
    }
    let comment = comment(
        &setup,
        &["--unmanaged", "--allow", "unresolved-placeholder"],
    );
    let (mut lines, outside) = (comment.lines(), outside_code(&comment));
    assert!(lines.all(|line| line.matches("##[").count() == 0 && !line.starts_with("::")));
    assert_eq!(rows(&comment).len(), 2 * HOSTILE.len());
    // A pipe ends a cell wherever it stands.
    let mut table = comment.lines().filter(|line| line.starts_with("| "));
    assert!(table.all(|row| row.matches('|').count() == 5), "{comment}");
    for row in rows(&outside) {
        assert_eq!(row.len(), 4, "{row:?}");
        let allowed = |text: &str| text.chars().all(|char| "(), &#124;".contains(char));
        assert!(allowed(row[1]) && allowed(row[3]), "{row:?}");
    }
    let ours = [
        "<!-- hydra-gitops plan ",
        " -->",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
    ];
    let mut outside = ours
        .iter()
        .fold(outside, |page, text| page.replacen(text, "", 1));
    outside = outside.replacen("http://localhost:", "", 1);
    for mark in [
        "<", ">", "@", "[", "]", "http", "www", "*", "\\", "\u{1b}", "\u{202e}",
    ] {
        assert!(!outside.contains(mark), "{mark}: {outside}");
    }
    Ok(())
}

fn secrets() -> Result<(), Missing> {
    let setup = setup(&json!([
        {"client_id": "a", "client_secret": "HUNTER2-given"},
        {"client_id": "b", "metadata": {"api_key": "HUNTER2-named", "n": 1}},
    ]));
    let theirs = json!({"api_key": "HUNTER2-theirs", "more": "HUNTER2-more", "n": 2});
    setup.target.create(
        &json!({"client_id": "b", "client_secret": "HUNTER2-b-secret", "metadata": theirs}),
    );
    let comment = comment(&setup, &[]);
    assert!(comment.contains("secret given") && comment.contains("*** (differs)"));
    assert!(!comment.contains("HUNTER2"), "{comment}");
    Ok(())
}

/// The number in `… and 9,123 more`.
fn left_out(line: &str) -> usize {
    let number = line.strip_prefix("… and ").unwrap();
    let number = number.split(' ').next().unwrap();
    number.replace(',', "").parse().unwrap()
}

fn many() -> Result<(), Missing> {
    let mut clients: Vec<_> = (0..9_999)
        .map(|n| json!({"client_id": format!("client-{n:04}"), "client_name": format!("Client {n}")}))
        .collect();
    clients.push(json!({"client_id": "drifted", "scope": "x"}));
    let setup = setup(&json!(clients));
    setup
        .target
        .create(&json!({"client_id": "drifted", "scope": "y"}));
    let comment = comment(&setup, &[]);
    assert!(comment.contains(": 9999 to create, 0 unchanged, 1 drifted\n"));
    let shown = rows(&comment);
    assert!(shown.iter().all(|row| row.len() == 4 && row[0] == "create"));
    assert!(comment.len() > MOST - 1000, "{}", comment.len());
    let note = comment.lines().find(|line| line.starts_with("… and "));
    let note = note.unwrap();
    assert_eq!(left_out(note) + shown.len(), 10_000, "{note}");
    assert!(note.ends_with(" create, 1 drifted"), "{note}");
    // What does not fit into the table is still explained.
    assert!(comment.contains("@@ scope @@\n- y\n+ x\n"), "{comment}");
    assert!(comment.contains("--ignore-drift scope"));
    assert!(comment.contains("--expect sha256:"));
    Ok(())
}

fn much_drift() -> Result<(), Missing> {
    let client = |n: usize, note: &str| {
        let long = note.repeat(1 + n * 10);
        json!({
            "client_id": format!("c{n}"), "token_endpoint_auth_method": "none",
            "metadata": {"note": long, "list": vec![note; n]},
        })
    };
    let setup = setup(&json!(
        (0..300).map(|n| client(n, "new")).collect::<Vec<_>>()
    ));
    for n in 0..300 {
        setup.target.create(&client(n, "old"));
    }
    let comment = comment(&setup, &[]);
    assert_eq!(rows(&comment).len(), 300);
    let shown = comment.matches("```diff").count();
    let mut notes = comment.lines().filter(|line| line.starts_with("… and "));
    let note = notes.next().unwrap();
    assert_eq!(left_out(note) + shown, 300, "{note}");
    assert!(shown > 20, "{shown}");
    assert_eq!(notes.next(), None);
    assert!(comment.contains("<summary>Differences of 300 clients</summary>"));
    assert!(comment.contains("the first of 300 drifted clients"));
    outside_code(&comment);
    Ok(())
}

/// Long names, and texts that grow when they are escaped, around the size at which rows are cut.
fn lengths() -> Result<(), Missing> {
    for (number, name) in [
        (1, "\u{2028}".repeat(100_000)),
        (150, "`".repeat(90)),
        (400, "|".repeat(95)),
        (700, "\u{10ffff}".repeat(20)),
        (800, "#[##[a".repeat(9)),
        (1_000, "n".to_owned()),
    ] {
        let drifted = |n: usize, end: &str| {
            json!({
                "client_id": format!("d{n}"), "token_endpoint_auth_method": "none",
                "client_name": format!("{name}{end}"),
            })
        };
        let mut clients: Vec<_> = (0..number)
            .map(|n| json!({"client_id": format!("c{n}"), "client_name": name}))
            .collect();
        clients.extend((0..20).map(|n| drifted(n, "a")));
        let setup = setup(&json!(clients));
        for n in 0..20 {
            setup.target.create(&drifted(n, "b"));
        }
        let comment = comment(&setup, &["--quiet"]);
        let notes = comment.lines().take_while(|line| *line != "<details>");
        let notes = notes.filter(|line| line.starts_with("… and "));
        let missing: usize = notes.map(left_out).sum();
        assert_eq!(missing + rows(&comment).len(), number + 20, "{number}");
        outside_code(&comment);
    }
    Ok(())
}
