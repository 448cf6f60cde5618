//! `validate --output github|gitlab|sarif`.

use std::collections::BTreeSet;

use hydra_gitops::manifest::Rule;
use serde_json::{Value, json};

use crate::support::program::{Ended, program, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("github_annotates_lines", github),
    ("no_text_commands_the_runner", commands),
    ("gitlab_gets_issues", gitlab),
    ("sarif_is_what_code_scanning_reads", sarif),
    ("sarif_is_what_its_schema_says", sarif_schema),
    ("fingerprints_do_not_depend_on_lines", fingerprints),
    ("a_finding_about_no_file_has_a_place", no_file),
    ("standard_input_has_no_file", stdin),
    ("paths_are_those_of_the_repository", repository),
    ("no_secret_is_in_any", secrets),
    ("valid_manifests_make_empty_reports", valid),
];

pub(crate) const FORMATS: [&str; 5] = ["text", "json", "github", "gitlab", "sarif"];

/// Two errors and two warnings, with a path that has to be escaped everywhere.
const PATH: &str = "manifests/shop, 100%: über.yaml";
const MANIFEST: &str = "\
client_id: shop
redirect_uri: https://shop.example/cb
client_secret: hunter2-is-secret
---
client_id: shop
logo_uri: a.png
";

pub(crate) fn wrong() -> Workspace {
    let folder = Workspace::new();
    folder.write(PATH, MANIFEST);
    folder
}

fn validate(folder: &Workspace, format: &str, more: &[&str]) -> Ended {
    let mut program = program(folder.path());
    program.args(["validate", "--output", format]).args(more);
    let ended = run(&mut program);
    assert_eq!(ended.stderr, "", "{ended}");
    ended
}

fn github() -> Result<(), Missing> {
    let ended = validate(&wrong(), "github", &[]);
    ended.says(3, &[]);
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{ended}");
    assert_eq!(
        lines[0],
        "::error title=unknown-field (hydra-gitops),file=manifests/shop%2C 100%25%3A über.yaml,line=2,col=1::manifests/shop, 100%25: über.yaml:2:1: unknown field `redirect_uri`%0Ahelp: did you mean `redirect_uris`?"
    );
    assert!(lines[1].starts_with("::warning title=secret-in-manifest "));
    assert!(lines[2].starts_with("::error title=duplicate-client "));
    assert!(lines[3].starts_with("::warning title=invalid-page-url "));
    Ok(())
}

/// Paths and values that look like commands.
fn commands() -> Result<(), Missing> {
    let folder = Workspace::new();
    for name in [
        "a\n::error::x.yaml",
        "b\r::stop-commands::x.yaml",
        "c,line=9::x.yaml",
        "d##vso[task.x]##[error].yaml",
        "e%0A::set-env::\u{2028}\u{9b}2J.yaml",
    ] {
        let text =
            "client_id: \"::a\\n::error::b\"\nlogo_uri: \"%0A::error::##[c]\\n::error::d\"\n";
        folder.write(&format!("manifests/{name}"), text);
    }
    let ended = validate(&folder, "github", &[]);
    for line in ended.stdout.lines() {
        let rest = line.strip_prefix("::error title=");
        let rest = rest.or_else(|| line.strip_prefix("::warning title="));
        let (properties, _) = rest
            .unwrap_or_else(|| panic!("{line}"))
            .split_once("::")
            .unwrap();
        let names = properties
            .split(',')
            .skip(1)
            .map(|one| one.split('=').next().unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["file", "line", "col"], "{line}");
        assert!(!line.contains("##["), "{line}");
        assert!(!line.contains("##vso"), "{line}");
        assert!(!line.contains(char::is_control), "{line}");
    }
    for format in ["gitlab", "sarif"] {
        let ended = validate(&folder, format, &[]);
        ended.json();
        let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
        assert!(!ended.stdout.lines().any(is_command), "{ended}");
    }
    Ok(())
}

fn gitlab() -> Result<(), Missing> {
    let ended = validate(&wrong(), "gitlab", &[]);
    ended.says(3, &[]);
    let issues = ended.json();
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), 4);
    for issue in issues {
        let names: Vec<_> = issue.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            [
                "description",
                "check_name",
                "fingerprint",
                "severity",
                "location"
            ]
        );
        assert_eq!(issue["location"]["path"], PATH);
        assert_eq!(issue["fingerprint"].as_str().unwrap().len(), 32);
    }
    assert_eq!(
        issues[0]["description"],
        "unknown field `redirect_uri` (did you mean `redirect_uris`?)"
    );
    assert_eq!(issues[0]["check_name"], "unknown-field");
    assert_eq!(issues[0]["severity"], "major");
    assert_eq!(issues[0]["location"]["lines"], json!({"begin": 2}));
    assert_eq!(issues[1]["severity"], "minor");
    assert_eq!(fingerprints_of(&ended).len(), 4);
    Ok(())
}

/// Read into types that are generated from the schema of SARIF 2.1.0, and written again: a member that
/// the schema does not have would be gone.
fn sarif_schema() -> Result<(), Missing> {
    let again = |log: &Value| {
        let read: serde_sarif::sarif::Sarif = serde_json::from_value(log.clone()).unwrap();
        serde_json::to_value(&read).unwrap()
    };
    let valid = Workspace::new();
    valid.clients(&["a"]);
    for folder in [wrong(), valid, Workspace::new()] {
        let mut log = validate(&folder, "sarif", &[]).json();
        assert_eq!(again(&log), log);
        log["runs"][0]["planted"] = json!(1);
        assert_ne!(again(&log), log);
    }
    Ok(())
}

fn sarif() -> Result<(), Missing> {
    let ended = validate(&wrong(), "sarif", &[]);
    ended.says(3, &[]);
    let log = ended.json();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "hydra-gitops");
    let rules = driver["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Rule::ALL.len());
    for (rule, known) in rules.iter().zip(Rule::ALL) {
        assert_eq!(rule["id"], known.name());
        assert_eq!(rule["shortDescription"]["text"], known.summary());
        let level = known.severity().name();
        assert_eq!(rule["defaultConfiguration"]["level"], level);
        for text in ["fullDescription", "help"] {
            assert!(rule[text]["text"].is_string(), "{rule}");
        }
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap();
        let index = usize::try_from(index).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"], "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            place["artifactLocation"],
            json!({"uri": "manifests/shop%2C%20100%25%3A%20%C3%BCber.yaml"})
        );
    }
    assert_eq!(results[0]["level"], "error");
    assert_eq!(
        results[0]["message"]["text"],
        "unknown field `redirect_uri`\nhelp: did you mean `redirect_uris`?"
    );
    assert_eq!(
        results[0]["locations"][0]["physicalLocation"]["region"],
        json!({"startLine": 2, "startColumn": 1})
    );
    assert_eq!(results[1]["level"], "warning");
    let other = &results[2]["relatedLocations"][0];
    assert_eq!(other["message"]["text"], "first here");
    assert_eq!(other["physicalLocation"]["region"]["startLine"], 1);
    Ok(())
}

fn fingerprints_of(ended: &Ended) -> BTreeSet<String> {
    let document = ended.json();
    let of_results = document.pointer("/runs/0/results");
    let all = of_results.unwrap_or(&document).as_array().unwrap();
    let prints = all.iter().map(|one| {
        let print = one.pointer("/partialFingerprints/hydraGitops~1v1");
        print
            .unwrap_or(&one["fingerprint"])
            .as_str()
            .unwrap()
            .to_owned()
    });
    prints.collect()
}

/// Text above a finding, and other findings that come and go, leave it recognizable.
fn fingerprints() -> Result<(), Missing> {
    let (before, after) = (wrong(), wrong());
    let more = format!("# A comment\n\nclient_id: new\naudiense: [x]\n---\n{MANIFEST}");
    after.write(PATH, more);
    for format in ["gitlab", "sarif"] {
        let [before, after] = [&before, &after].map(|folder| {
            let ended = validate(folder, format, &[]);
            assert_eq!(
                fingerprints_of(&ended),
                fingerprints_of(&validate(folder, format, &[]))
            );
            fingerprints_of(&ended)
        });
        assert_eq!(before.len(), 4);
        assert_eq!(after.len(), 5);
        assert!(before.is_subset(&after), "{before:?} {after:?}");
    }
    let same = Workspace::new();
    same.write(
        "manifests/a.yaml",
        "client_id: a\nallowed_cors_origins: [x, x, x]\n",
    );
    // Three that are not valid, two of them duplicates.
    assert_eq!(fingerprints_of(&validate(&same, "gitlab", &[])).len(), 3);
    Ok(())
}

/// Nothing could be read, or a folder holds nothing.
fn no_file() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("empty/readme.txt", "");
    for (words, code, path) in [
        (&["gone"][..], 3, "gone"),
        (&["empty", "--allow-empty"], 0, "empty"),
    ] {
        let ended = validate(&folder, "github", words);
        ended.says(code, &[]);
        assert!(!ended.stdout.contains("file="), "{ended}");
        assert_eq!(ended.stdout.lines().count(), 1, "{ended}");
        let issues = validate(&folder, "gitlab", words).json();
        assert_eq!(
            issues[0]["location"],
            json!({"path": path, "lines": {"begin": 1}})
        );
        let log = validate(&folder, "sarif", words).json();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place, &json!({"artifactLocation": {"uri": path}}));
    }
    Ok(())
}

fn stdin() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("in", "client_id: a\nfoo: b\n");
    let read = |format: &str| {
        let mut program = program(folder.path());
        let input = std::fs::File::open(folder.file("in")).unwrap();
        run(program
            .args(["validate", "-", "--output", format])
            .stdin(input))
    };
    let ended = read("github");
    assert!(!ended.stdout.contains("file="), "{ended}");
    assert!(
        ended.stdout.contains("::<stdin>:2:1: unknown field"),
        "{ended}"
    );
    assert_eq!(read("gitlab").json()[0]["location"]["path"], "<stdin>");
    let log = read("sarif").json();
    let uri = log.pointer("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri");
    assert_eq!(uri.unwrap(), "%3Cstdin%3E");
    Ok(())
}

/// CI systems know files by their paths in the repository, wherever the job runs.
fn repository() -> Result<(), Missing> {
    let folder = wrong();
    folder.write("infra/manifests/a.yaml", "client_id: a\nfoo: b\n");
    let inside = folder.file("infra");
    let path = |program: &mut std::process::Command| {
        let issues = run(program.args(["--output", "gitlab"])).json();
        issues[0]["location"]["path"].as_str().unwrap().to_owned()
    };
    let validate = || {
        let mut program = program(&inside);
        program.arg("validate");
        program
    };
    let whole = "infra/manifests/a.yaml";
    for name in ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"] {
        let root = folder.path().canonicalize().unwrap();
        assert_eq!(path(validate().env(name, root)), whole);
        assert_eq!(path(validate().env(name, "/elsewhere")), "manifests/a.yaml");
    }
    let absolute = inside.canonicalize().unwrap().join("manifests");
    assert_eq!(path(validate().arg(absolute)), "manifests/a.yaml");
    Ok(())
}

fn secrets() -> Result<(), Missing> {
    let folder = wrong();
    let text = "client_id: b\nclient_secret: hunter2\nhunter2-key: hunter2\nlogo_uri: 'x://me:hunter2@h'\n? hunter2\n: [\n";
    folder.write("manifests/broken.yaml", text);
    for format in FORMATS {
        let mut program = program(folder.path());
        let ended = run(program.args(["validate", "--output", format]));
        let shown = ended.to_string();
        assert!(!shown.contains("hunter2-is"), "{ended}");
        assert!(!shown.contains(": hunter2"), "{ended}");
        assert!(!shown.contains("me:hunter2"), "{ended}");
    }
    Ok(())
}

fn valid() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.clients(&["a"]);
    let ended = validate(&folder, "github", &[]);
    ended.says(0, &[]);
    assert_eq!(ended.stdout, "");
    assert_eq!(validate(&folder, "gitlab", &[]).json(), json!([]));
    let log = validate(&folder, "sarif", &[]).json();
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    Ok(())
}
