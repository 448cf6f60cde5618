//! Tokens that are none, files that hold none, and who wins: exit 64, and nothing was sent.

use hydra_gitops::sandbox::Version;

use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::way::Way;

pub(crate) const TESTS: Tests = &[
    ("what_is_no_token_is_refused", refused),
    ("a_file_may_come_from_any_editor", editors),
    ("a_flag_wins_over_the_environment", precedence),
    ("a_token_that_is_refused_is_named", named),
];

fn setup(authorization: Option<&str>) -> Setup {
    Setup::through(
        Way::Http,
        Target::sandbox(Version::default()),
        authorization,
    )
}

fn refused() -> Result<(), Missing> {
    let setup = setup(None);
    setup.folder.write("empty", "\r\n");
    setup.folder.write("two", "hunter2\nhunter2\n");
    setup.folder.write("utf16", b"\xff\xfeh\0u\0");
    setup.folder.write("long", vec![b'a'; 5 << 20]);
    setup.folder.write("folder/x", "");
    for (words, texts) in [
        (
            ["--access-token", "Bearer hunter2"],
            ["`--access-token`", "the word `Bearer`"],
        ),
        (
            ["--access-token", "hunter2 hunter2"],
            ["`--access-token`", "blanks"],
        ),
        (
            ["--access-token-file", "no"],
            ["`no` of `--access-token-file`", "No such file"],
        ),
        (
            ["--access-token-file", "folder"],
            ["`folder`", "Is a directory"],
        ),
        (
            ["--access-token-file", "empty"],
            ["`empty`", "contains no token"],
        ),
        (["--access-token-file", "two"], ["`two`", "line breaks"]),
        (
            ["--access-token-file", "utf16"],
            ["`utf16`", "not UTF-8 text"],
        ),
        (
            ["--access-token-file", "long"],
            ["`long`", "longer than 4 MiB"],
        ),
    ] {
        let ended = setup.run_silent(setup.connecting(&["plan"], "").args(words), &[]);
        ended.says(64, &texts);
    }
    let words = ["--access-token", "x", "--access-token-file", "two"];
    let ended = setup.run_silent(setup.connecting(&["plan"], "").args(words), &[]);
    ended.says(64, &["cannot be used with"]);
    let mut program = setup.connecting(&["plan"], "");
    program.env("OAUTH2_ACCESS_TOKEN", "Bearer hunter2");
    setup
        .run_silent(&mut program, &[])
        .says(64, &["`OAUTH2_ACCESS_TOKEN`", "the word `Bearer`"]);
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn editors() -> Result<(), Missing> {
    let setup = setup(Some("Bearer abc.def"));
    for content in [
        "abc.def",
        "abc.def\n",
        "\u{feff}abc.def\r\n",
        "\n  abc.def \n\n",
    ] {
        setup.folder.write("token", content);
        let words = ["--access-token-file", "token"];
        setup
            .run_silent(setup.connecting(&["plan"], "").args(words), &["abc.def"])
            .says(0, &["1 to create"]);
    }
    // Such as `--access-token-file <(vault read …)`.
    let mut program = setup.connecting(&["plan"], "");
    program.args(["--access-token-file", "/dev/stdin"]);
    program.stdin(std::fs::File::open(setup.folder.file("token")).unwrap());
    setup
        .run_silent(&mut program, &["abc.def"])
        .says(0, &["1 to create"]);
    Ok(())
}

fn precedence() -> Result<(), Missing> {
    for (words, authorization) in [
        (&["--access-token", "flag"][..], Some("Bearer flag")),
        (&["--access-token-file", "token"], Some("Bearer file")),
        (&[], Some("Bearer variable")),
        // Said to be none.
        (&["--access-token", ""], None),
    ] {
        let setup = setup(authorization);
        setup.folder.write("token", "file");
        let mut program = setup.connecting(&["plan"], "");
        program.env("OAUTH2_ACCESS_TOKEN", "variable").args(words);
        setup
            .run_silent(&mut program, &[])
            .says(0, &["1 to create"]);
    }
    Ok(())
}

fn named() -> Result<(), Missing> {
    let setup = setup(Some("Bearer right"));
    let mut program = setup.connecting(&["plan"], "");
    program.args(["--access-token", "wrong-hunter2"]);
    setup
        .run_silent(&mut program, &[])
        .says(5, &["HTTP 401: no entry", "--access-token"]);
    let ended = setup.run_silent(&mut setup.connecting(&["plan"], "user:hunter2@"), &[]);
    ended.says(
        5,
        &["HTTP 401: no entry", "user and password in the endpoint"],
    );
    Ok(())
}
