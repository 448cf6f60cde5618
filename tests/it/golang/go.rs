//! Runs Go programs that read texts and write a line about each.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use crate::support::requirement::Missing;

/// What every program begins and ends with: `answer` says something about a text.
const FRAME: &str = r#"
func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		text, err := strconv.Unquote(lines.Text())
		if err != nil {
			panic(err)
		}
		fmt.Println(answer(text))
	}
}
"#;

/// The answers of the function `answer` in `program` to `texts`, if Go is `version` (such as
/// `1.26.8`) or newer.
pub(crate) fn answers(
    program: &str,
    version: &str,
    texts: &[String],
) -> Result<Vec<String>, Missing> {
    let found = Command::new("go").args(["env", "GOVERSION"]).output();
    let found = found.map(|output| String::from_utf8(output.stdout).unwrap());
    let numbers = |text: &str| -> Vec<u32> {
        let numbers = text.trim().trim_start_matches("go").split('.');
        numbers.map_while(|number| number.parse().ok()).collect()
    };
    if !found.is_ok_and(|found| numbers(&found) >= numbers(version)) {
        return Err(Missing(format!(
            "Go {version} or newer is needed to compare with"
        )));
    }
    let folder = tempfile::tempdir().unwrap();
    let source = format!("package main\n{program}{FRAME}");
    std::fs::write(folder.path().join("main.go"), source).unwrap();
    let mut lines = String::new();
    for text in texts {
        let quoted = text
            .chars()
            .map(|char| format!("\\U{:08x}", u32::from(char)));
        writeln!(lines, "\"{}\"", quoted.collect::<String>()).unwrap();
    }
    let input = folder.path().join("texts");
    std::fs::write(&input, lines).unwrap();
    let output = Command::new("go")
        .args(["run", "main.go"])
        .current_dir(folder.path())
        .env("GOFLAGS", "")
        // What Go does in a program whose `go.mod` is as old as Hydra's.
        .env("GODEBUG", "urlstrictcolons=0")
        .stdin(std::fs::File::open(input).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<String> = answers.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), texts.len());
    Ok(answers)
}

/// Fails with all texts for which `ours` is not Go's answer.
pub(crate) fn compare(texts: &[String], answers: &[String], ours: impl Fn(&str) -> String) {
    let differences: Vec<String> = texts
        .iter()
        .zip(answers)
        .map(|(text, theirs)| (text, theirs, ours(text)))
        .filter(|(_, theirs, ours)| *theirs != ours)
        .map(|(text, theirs, ours)| format!("{text:?}\n  Go:   {theirs}\n  ours: {ours}"))
        .collect();
    let (count, first) = (differences.len(), &differences[..differences.len().min(20)]);
    assert!(count == 0, "{count} differ, such as\n{}", first.join("\n"));
}
