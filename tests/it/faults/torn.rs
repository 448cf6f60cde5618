//! A secrets file whose last line is torn: what was whole stays, nothing is glued together.

use crate::faults::scene::Scene;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("at_every_tenth_byte_with_its_journal", with_journal),
    ("without_a_journal_it_is_moved_aside", without_journal),
    ("only_its_line_break_is_missing", line_break),
    ("a_line_of_something_else_is_named_and_kept", foreign_line),
];

const JOURNAL: &str = "client-secrets.jsonl.journal";
const TORN: &str = "client-secrets.jsonl.torn";

/// A run that created `a` and was killed before its journal went, and then its secrets file.
fn killed() -> (Scene, String) {
    let scene = Scene::new(|_| Fault::Pass);
    scene.folder.clients(&["a"]);
    scene.apply(&[]).says(0, &["1 created"]);
    let line = scene.folder.read(SECRETS);
    scene.folder.clients(&["a", "b"]);
    (scene, line)
}

/// The journal that such a run leaves.
pub(crate) fn journal_of(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    let mut intent = record.clone();
    let intent = intent.as_object_mut().unwrap();
    intent.remove("format");
    intent.insert("name".to_owned(), "1".into());
    intent.insert("owner".to_owned(), serde_json::Value::Null);
    intent.insert("method".to_owned(), "client_secret_basic".into());
    format!(
        "{{\"journal\":1}}\n{}\n",
        serde_json::json!({"intent": intent})
    )
}

fn with_journal() -> Result<(), Missing> {
    let (scene, line) = killed();
    let journal = journal_of(&line);
    for end in (0..line.len()).step_by(10) {
        scene.folder.write(SECRETS, &line[..end]);
        scene.folder.write(JOURNAL, &journal);
        let ended = scene.apply(&["--only", "a", "--public-url", &scene.target.public_url()]);
        ended.says(0, &["1 unchanged"]);
        if end > 0 && end + 1 < line.len() {
            ended.says(
                0,
                &["last line of the secrets file was torn; the journal holds it whole, and the torn part was removed"],
            );
        }
        assert_eq!(scene.folder.records().len(), 1, "{end}");
        scene.has_secret("a", true);
        scene.is_tidy();
    }
    Ok(())
}

fn without_journal() -> Result<(), Missing> {
    let (scene, line) = killed();
    let torn = &line[..line.len() - 40];
    scene.folder.write(SECRETS, format!("{line}{torn}"));
    scene.apply(&[]).says(0, &["1 created", "was torn", TORN]);
    assert_eq!(scene.folder.read(TORN), format!("{torn}\n"));
    assert_eq!(scene.folder.records().len(), 2);
    scene.has_secret("a", true);
    scene.has_secret("b", true);
    assert_eq!(scene.folder.files(), [SECRETS, TORN]);
    Ok(())
}

fn line_break() -> Result<(), Missing> {
    let (scene, line) = killed();
    scene.folder.write(SECRETS, line.trim_end());
    scene
        .apply(&[])
        .says(0, &["1 created", "had lost its line break"]);
    assert_eq!(scene.folder.records().len(), 2);
    scene.has_secret("a", true);
    scene.has_secret("b", true);
    scene.is_tidy();
    Ok(())
}

fn foreign_line() -> Result<(), Missing> {
    let (scene, line) = killed();
    scene.folder.write(SECRETS, format!("<<<<<<< HEAD\n{line}"));
    let list = scene.run(scene.program("secrets").arg("list"));
    list.says(6, &["a"]);
    scene.apply(&[]).says(0, &["1 created"]);
    let text = scene.folder.read(SECRETS);
    assert!(text.starts_with(&format!("<<<<<<< HEAD\n{line}")), "{text}");
    assert_eq!(text.lines().count(), 3);
    Ok(())
}
