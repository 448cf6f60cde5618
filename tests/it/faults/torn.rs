//! A secrets file whose last line is torn: what was whole stays, nothing is glued together.

use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
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
fn killed() -> (Setup, String) {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    setup.apply(&[]).says(0, &["1 created"]);
    let line = setup.folder.read(SECRETS);
    setup.folder.clients(&["a", "b"]);
    (setup, line)
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
    let (setup, line) = killed();
    let journal = journal_of(&line);
    for end in (0..line.len()).step_by(10) {
        setup.folder.write(SECRETS, &line[..end]);
        setup.folder.write(JOURNAL, &journal);
        let ended = setup.apply(&["--only", "a", "--public-url", &setup.target.public_url()]);
        ended.says(0, &["1 unchanged"]);
        if end > 0 && end + 1 < line.len() {
            ended.says(
                0,
                &["last line of the secrets file was torn; the journal holds it whole, and the torn part was removed"],
            );
        }
        assert_eq!(setup.folder.records().len(), 1, "{end}");
        setup.has_secret("a", true);
        setup.is_tidy();
    }
    Ok(())
}

fn without_journal() -> Result<(), Missing> {
    let (setup, line) = killed();
    let torn = &line[..line.len() - 40];
    setup.folder.write(SECRETS, format!("{line}{torn}"));
    setup.apply(&[]).says(0, &["1 created", "was torn", TORN]);
    assert_eq!(setup.folder.read(TORN), format!("{torn}\n"));
    assert_eq!(setup.folder.records().len(), 2);
    setup.has_secret("a", true);
    setup.has_secret("b", true);
    assert_eq!(setup.folder.files(), [SECRETS, TORN]);
    Ok(())
}

fn line_break() -> Result<(), Missing> {
    let (setup, line) = killed();
    setup.folder.write(SECRETS, line.trim_end());
    setup
        .apply(&[])
        .says(0, &["1 created", "had lost its line break"]);
    assert_eq!(setup.folder.records().len(), 2);
    setup.has_secret("a", true);
    setup.has_secret("b", true);
    setup.is_tidy();
    Ok(())
}

fn foreign_line() -> Result<(), Missing> {
    let (setup, line) = killed();
    setup.folder.write(SECRETS, format!("<<<<<<< HEAD\n{line}"));
    let list = setup.run(&mut setup.program(&["secrets", "list"]));
    list.says(6, &["a"]);
    setup.apply(&[]).says(0, &["1 created"]);
    let text = setup.folder.read(SECRETS);
    assert!(text.starts_with(&format!("<<<<<<< HEAD\n{line}")), "{text}");
    assert_eq!(text.lines().count(), 3);
    Ok(())
}
