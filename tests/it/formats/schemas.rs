//! `schema`: what the schemas accept and refuse, judged by a validator that is not ours.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::program::{program, run};
use crate::support::requirement::Missing;
use crate::support::schema::{DOCUMENTS, errors, printed, validator};
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("every_manifest_here_is_valid", shipped),
    ("wrong_manifests_are_refused", refused),
    ("every_field_is_described", described),
    ("a_manifest_is_the_default", default),
    ("every_document_has_a_schema", documents),
    ("a_missing_or_new_member_is_noticed", noticed),
    ("a_client_of_hydra_is_a_manifest", answered),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let below = paths.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    });
    below.collect()
}

fn shipped() -> Result<(), Missing> {
    let validator = validator(&printed("manifest"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // What other systems read is judged by their own schemas.
    let ignored = fs::read_to_string(root.join("examples/.hydra-gitops-ignore")).unwrap();
    let ignored: Vec<_> = ignored
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| root.join("examples").join(line))
        .collect();
    let mut count = 0;
    for file in ["manifests", "examples"]
        .map(|name| files(&root.join(name)))
        .concat()
    {
        let is_manifest = |ending: &&str| file.extension().is_some_and(|own| own == *ending);
        let is_ignored = ignored.iter().any(|path| file.starts_with(path));
        if is_ignored || !["yaml", "yml", "json"].iter().any(is_manifest) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for document in serde_saphyr::from_multiple::<Value>(&text).unwrap() {
            let errors = validator.iter_errors(&document);
            let errors: Vec<_> = errors.map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} documents were found");
    Ok(())
}

/// Mistakes that people make, and where the validator says that they are.
fn refused() -> Result<(), Missing> {
    let validator = validator(&printed("manifest"));
    for (client, place) in [
        (json!({"client_id": "a", "redirect_uri": "https://a"}), ""),
        (
            json!({"client_id": "a", "redirect_uris": "https://a"}),
            "/redirect_uris",
        ),
        (
            json!({"client_id": "a", "redirect_uris": ["a"]}),
            "/redirect_uris/0",
        ),
        (
            json!({"client_id": "a", "redirect_uris": ["https://a/#b"]}),
            "/redirect_uris/0",
        ),
        (json!({"client_id": 1}), "/client_id"),
        (
            json!({"client_id": "a", "skip_consent": "true"}),
            "/skip_consent",
        ),
        (json!({"client_id": "a", "scope": [["openid"]]}), "/scope/0"),
        (
            json!({"client_id": "a", "scope": ["openid email"]}),
            "/scope/0",
        ),
        (
            json!({"client_id": "a", "subject_type": "x"}),
            "/subject_type",
        ),
        (
            json!({"client_id": "a", "client_secret": "short"}),
            "/client_secret",
        ),
        (
            json!({"client_id": "a", "allowed_cors_origins": ["https://a/b"]}),
            "/allowed_cors_origins/0",
        ),
        (
            json!({"client_id": "a", "implicit_grant_id_token_lifespan": "1d"}),
            "/implicit_grant_id_token_lifespan",
        ),
        (
            json!({"client_id": "a", "jwks": {"keys": [{"kty": "RSA"}]}}),
            "/jwks",
        ),
        (json!({"client_name": "a"}), ""),
        (json!("text"), ""),
    ] {
        for document in [client.clone(), json!([client])] {
            let mut errors = validator.iter_errors(&document);
            let place = match document.is_array() {
                true => format!("/0{place}"),
                false => place.to_owned(),
            };
            let is_there = errors.any(|error| error.instance_path().to_string() == place);
            assert!(is_there, "{document}");
        }
    }
    Ok(())
}

fn described() -> Result<(), Missing> {
    let schema = printed("manifest");
    let validator = validator(&schema);
    let properties = schema["definitions"]["client"]["properties"].as_object();
    for (name, property) in properties.unwrap() {
        assert!(property["description"].is_string(), "{name}");
        for example in property["examples"].as_array().into_iter().flatten() {
            let client = json!({"client_id": "a", "client_name": "a", "owner": "a", name: example});
            assert!(validator.is_valid(&client), "{name}: {example}");
        }
    }
    Ok(())
}

fn default() -> Result<(), Missing> {
    let folder = Workspace::new();
    let default = run(program(folder.path()).arg("schema"));
    default.says(0, &["http://json-schema.org/draft-07/schema#"]);
    assert_eq!(default.json(), printed("manifest"));
    assert_eq!(default.stderr, "");
    run(program(folder.path()).args(["schema", "nothing"])).says(64, &["manifest"]);
    Ok(())
}

/// Each schema says which document it describes, and the page of the command line names each.
fn documents() -> Result<(), Missing> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let page = fs::read_to_string(page).unwrap();
    for name in DOCUMENTS {
        let schema = printed(name);
        let format = format!("hydra-gitops/{name}/1");
        assert!(schema["title"].as_str().unwrap().starts_with(&format));
        assert!(
            page.contains(&format!("{{\"format\": \"{format}\"")),
            "{format}"
        );
        validator(&schema);
    }
    let formats = page.split("{\"format\": \"hydra-gitops/").skip(1);
    for format in formats {
        let name = format.split('/').next().unwrap();
        assert!(DOCUMENTS.contains(&name), "no schema describes `{name}`");
    }
    Ok(())
}

/// What the other tests rely on: the check fails for a document that is otherwise.
fn noticed() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a\nfoo: b\n");
    let ended = run(program(folder.path()).args(["validate", "--output", "json"]));
    let document = ended.json();
    let fails = |change: fn(&mut Value)| {
        let mut changed = document.clone();
        change(&mut changed);
        !errors(&changed).is_empty()
    };
    assert!(!fails(|_| {}));
    assert!(fails(|document| document["new"] = json!(1)));
    assert!(fails(|document| document["findings"][0]["new"] = json!(1)));
    assert!(fails(
        |document| document["findings"][0]["severity"] = json!("fatal")
    ));
    assert!(fails(|document| document["summary"] = json!({})));
    assert!(fails(
        |document| document["format"] = json!("hydra-gitops/validate/2")
    ));
    // Members may be added, so the schema itself does not mind.
    let mut more = document.clone();
    more["findings"][0]["new"] = json!(1);
    assert!(validator(&printed("validate")).is_valid(&more));
    Ok(())
}

/// Hydra's own JSON of a client, with the fields that it sets itself.
fn answered() -> Result<(), Missing> {
    let client = json!({
        "client_id": "a", "client_name": "", "redirect_uris": null, "grant_types": ["client_credentials"],
        "response_types": [], "scope": "", "audience": null, "owner": "", "subject_type": "public",
        "jwks": {}, "jwks_uri": "https://a.example/keys", "client_secret_expires_at": 0,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "metadata": {},
        "userinfo_signed_response_alg": "none", "skip_consent": false, "contacts": null,
        "registration_access_token": "x", "registration_client_uri": "x",
        "authorization_code_grant_access_token_lifespan": null,
    });
    let mut null = client.clone();
    null["jwks"] = Value::Null;
    for client in [&client, &null] {
        assert!(validator(&printed("manifest")).is_valid(client), "{client}");
    }
    let folder = Workspace::new();
    folder.write("manifests/a.json", client.to_string());
    run(program(folder.path()).args(["validate"])).says(0, &[]);
    Ok(())
}
