//! What `doctor` says of each problem alone and of several together, with the exit code of an apply.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::connections::doctor::{object, setup, setup_before, statuses};
use crate::support::gpg::Gpg;
use crate::support::key::Key;
use crate::support::program;
use crate::support::proxy::{Fault, answer};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::{NOWHERE, Target};

pub(crate) const TESTS: Tests = &[
    ("manifests_are_invalid", manifests),
    ("hydra_does_not_answer", no_hydra),
    ("hydra_refuses", refusal),
    ("recipients_are_missing_or_refused", recipients),
    ("clocks_are_apart", clocks),
    ("the_public_api_is_another", public),
    ("several_problems_at_once", together),
];

fn manifests() -> Result<(), Missing> {
    let setup = setup();
    setup
        .folder
        .write("manifests/bad.yaml", "client_id: b\nredirect_uri: x\n");
    // Nothing else is left out because of it.
    setup.doctor(&["manifests"]).says(
        3,
        &[
            "unknown field `redirect_uri`",
            "problem  manifests     1 error",
            "`hydra-gitops validate`",
            "ok       clients",
        ],
    );
    setup
        .doctor(&["nowhere"])
        .says(3, &["problem  manifests", "nowhere"]);
    // Without a path, nobody looks at them.
    setup.doctor(&[]).says(0, &[", 0 problems"]);
    Ok(())
}

fn no_hydra() -> Result<(), Missing> {
    let setup = setup();
    let url = format!("http://{NOWHERE}");
    setup.doctor(&["--endpoint", &url]).says(
        5,
        &[
            "from `--endpoint`",
            "problem  hydra",
            "Connection refused",
            "ok       secrets file",
        ],
    );
    setup
        .doctor(&["--endpoint", "http://no-such-host.invalid"])
        .says(5, &["problem  hydra", "hint: "]);
    setup.doctor(&["--endpoint", "ftp://h"]).says(
        64,
        &[
            "problem  endpoint",
            "`ftp` is not supported",
            "ok       recipients",
        ],
    );
    setup
        .doctor(&["--ca-cert", "no.pem"])
        .says(64, &["problem  endpoint", "cannot read `no.pem`"]);
    setup
        .doctor(&["--skip-tls-verify"])
        .says(0, &["warning  endpoint", "has no effect"]);
    let mut program = program::program(setup.folder.path());
    program::run(program.arg("doctor")).says(
        64,
        &["problem  endpoint", "no endpoint", "hint: give `--endpoint"],
    );
    Ok(())
}

fn refusal() -> Result<(), Missing> {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let refused = answer(status, "", "");
        let setup = setup_before(Target::sandbox(Version::default()), move |_| {
            Fault::Answer(refused.clone())
        });
        setup.doctor(&[]).says(
            5,
            &[
                "problem  access",
                "no credentials are configured",
                &status[..3],
            ],
        );
        let ended = setup.doctor(&["--access-token", "hunter2"]);
        ended.says(
            5,
            &[
                "problem  access",
                "Hydra rejects the credentials from `--access-token`",
            ],
        );
        assert!(!ended.stdout.contains("hunter2"));
    }
    Ok(())
}

fn recipients() -> Result<(), Missing> {
    let setup = setup();
    setup
        .doctor_only(&[])
        .says(0, &["warning  recipients", "none is given"]);
    setup.doctor_only(&["manifests"]).says(
        6,
        &[
            "problem  recipients",
            "nobody could decrypt them",
            "--pgp-key-file",
        ],
    );
    setup
        .doctor_only(&["manifests", "--allow-plaintext-secrets"])
        .says(0, &["warning  recipients", "in clear"]);
    setup
        .doctor(&["--allow-plaintext-secrets"])
        .says(64, &["problem  recipients", "both given"]);
    setup.folder.write("sign.asc", Key::signing().public());
    setup
        .doctor(&["--pgp-key-file", "sign.asc"])
        .says(6, &["problem  recipients", "encrypt", "ok       clients"]);
    setup.target.create(&json!({"client_id": "a"}));
    setup
        .doctor_only(&["manifests"])
        .says(0, &["none is given, and none is needed", "0 to create"]);
    // Where no secret is to be kept, nobody opens the file.
    setup
        .doctor_only(&["manifests", "--secrets-out", "no/s.jsonl"])
        .says(0, &["warning  secrets file", "cannot write"]);
    Ok(())
}

fn clocks() -> Result<(), Missing> {
    for (date, said) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "ahead of Hydra's"),
        ("Sun, 06 Nov 2101 08:49:37 GMT", "behind Hydra's"),
    ] {
        let headers =
            format!("Date: {date}\r\nX-Total-Count: 0\r\nContent-Type: application/json\r\n");
        let list = answer("200 OK", &headers, "[]");
        let setup = setup_before(
            Target::sandbox(Version::default()),
            move |request| match request.path.contains("clients") {
                true => Fault::Answer(list.clone()),
                false => Fault::Pass,
            },
        );
        setup.doctor(&[]).says(
            0,
            &["warning  clock", said, "hint: set the clock", "0 in Hydra"],
        );
        setup.folder.write("sign.asc", Key::signing().public());
        setup
            .doctor_only(&["--pgp-key-file", "sign.asc"])
            .says(6, &["problem  clock", "may be why a key is refused"]);
        if Gpg::is_installed() {
            let gpg = Gpg::new();
            let key = gpg.generate(
                &[],
                ["Bob <bob@example.org>", "future-default", "default", "10d"],
            );
            setup.folder.write("soon.asc", gpg.export(&key));
            let is_over = said.starts_with("behind");
            let ended = setup.doctor_only(&["--pgp-key-file", "soon.asc"]);
            ended.says(
                if is_over { 6 } else { 0 },
                &[
                    "warning  recipients",
                    "expires at",
                    &key,
                    "quick-set-expire",
                ],
            );
            assert_eq!(ended.stdout.contains("has expired"), is_over, "{ended}");
        }
    }
    Ok(())
}

fn public() -> Result<(), Missing> {
    let setup = setup();
    // The admin API has no discovery document.
    let admin = setup.target.url();
    setup
        .doctor(&["--public-url", &admin])
        .says(0, &["warning  public url", "cannot verify a secret"]);
    setup
        .doctor(&["--public-url", "http://h h"])
        .says(64, &["problem  endpoint"]);
    Ok(())
}

fn together() -> Result<(), Missing> {
    let setup = setup();
    setup
        .folder
        .write("manifests/bad.yaml", "client_id: b\nredirect_uri: x\n");
    setup.folder.write("sign.asc", Key::signing().public());
    setup.folder.write("diary", "dear diary\n");
    let bad = [
        "--pgp-key-file",
        "sign.asc",
        "--endpoint",
        "http://localhost:1",
        "--secrets-out",
        "diary",
    ];
    let ended = setup.doctor_only(&[&bad[..], &["manifests", "--output", "json"]].concat());
    assert_eq!(ended.code, Some(3), "{ended}");
    let found = object(&ended);
    for subject in ["manifests", "recipients", "hydra", "secrets file"] {
        assert_eq!(
            statuses(&found, subject),
            ["problem"],
            "{subject}: {found:#}"
        );
    }
    assert_eq!(found["summary"]["problems"], 4);
    for (words, code) in [(&bad[..], 6), (&bad[2..], 5), (&bad[4..], 6)] {
        assert_eq!(setup.doctor_only(words).code, Some(code), "{words:?}");
    }
    Ok(())
}
