//! What is published is complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[("every_file_that_the_program_needs_is_packaged", complete)];

fn complete() -> Result<(), Missing> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let listed = String::from_utf8(output.stdout).unwrap();
    let packaged: BTreeSet<&str> = listed.lines().collect();
    assert!(packaged.contains("build.rs") && packaged.contains("src/main.rs"));
    let mut included = 0;
    for source in sources(&root.join("src")) {
        let text = fs::read_to_string(&source).unwrap();
        for rest in text.split("include_str!(\"").skip(1) {
            let (name, _) = rest.split_once('"').unwrap();
            let file = source.parent().unwrap().join(name);
            let file = fs::canonicalize(&file).unwrap();
            let name = file.strip_prefix(root).unwrap().to_str().unwrap();
            assert!(packaged.contains(name), "`{name}` is not packaged");
            included += 1;
        }
    }
    assert!(included > 0);
    Ok(())
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let below = paths.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    });
    let is_source = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    below.filter(is_source).collect()
}
