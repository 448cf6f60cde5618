//! The files are what their schemas say, and ask for no privileges.

use serde_json::{Value, json};

use super::cluster::spec;
use super::dockerfile::Image;
use super::files::{documents, path, text};
use super::kubernetes::hook;
use crate::support::program::{Ended, command, run};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("kubernetes_knows_each_field", kubernetes),
    ("compose_and_github_know_each_field", others),
    ("no_pod_has_a_privilege", privileges),
    ("secrets_have_one_writer", one_writer),
    ("the_release_has_few_permissions", permissions),
];

const FILES: [&str; 5] = [
    "examples/kubernetes/cronjob.yaml",
    "examples/kubernetes/inputs.yaml",
    "examples/kubernetes/job.yaml",
    "examples/kubernetes/reader.yaml",
    "examples/kubernetes/watch.yaml",
];

/// The resources of all files, with the hook as Helm renders it.
fn resources() -> Vec<Value> {
    let files = FILES.iter().flat_map(|file| documents(&text(file)));
    files.chain(documents(&hook())).collect()
}

/// Asks Kubernetes' own schemas, which reject names that they do not know.
pub(super) fn validated(folder: &Workspace, text: &str) -> Result<Ended, Missing> {
    if !is_installed("kubernetes-validate", "--version") {
        let needed = "`kubernetes-validate` is needed for the schemas of Kubernetes";
        return Err(Missing(needed.to_owned()));
    }
    folder.write("resources.yaml", text);
    let mut validate = command("kubernetes-validate", folder.path());
    Ok(run(validate.args(["--strict", "resources.yaml"])))
}

fn kubernetes() -> Result<(), Missing> {
    let folder = Workspace::new();
    let mut all = hook();
    for file in FILES {
        all += &format!("\n---\n{}", text(file));
    }
    validated(&folder, &all)?.says(0, &[]);
    // The judge is awake.
    for (right, wrong) in [
        ("concurrencyPolicy:", "concurrentPolicy:"),
        (
            "readOnlyRootFilesystem: true",
            "readOnlyRootFilesystem: maybe",
        ),
    ] {
        assert!(all.contains(right));
        let ended = validated(&folder, &all.replace(right, wrong))?;
        assert_ne!(ended.code, Some(0), "{ended}");
    }
    Ok(())
}

fn others() -> Result<(), Missing> {
    if !is_installed("check-jsonschema", "--version") {
        let needed = "`check-jsonschema` is needed for the schemas of compose and GitHub";
        return Err(Missing(needed.to_owned()));
    }
    let folder = Workspace::new();
    for (schema, file, right, wrong) in [
        (
            "vendor.compose-spec",
            "examples/compose/compose.yaml",
            "cap_drop:",
            "cap_dorp:",
        ),
        (
            "vendor.github-workflows",
            ".github/workflows/release.yml",
            "runs-on:",
            "run-on:",
        ),
    ] {
        for (text, code) in [(text(file), 0), (text(file).replacen(right, wrong, 1), 1)] {
            folder.write("file.yml", text);
            let mut check = command("check-jsonschema", folder.path());
            run(check.args(["--builtin-schema", schema, "file.yml"])).says(code, &[]);
        }
    }
    Ok(())
}

/// The restricted profile of Kubernetes' pod security standards, and a bit more.
fn privileges() -> Result<(), Missing> {
    let (user, group) = Image::read().user;
    let mut found = 0;
    for resource in resources() {
        if matches!(
            resource["kind"].as_str(),
            Some("ConfigMap" | "PersistentVolumeClaim")
        ) {
            continue;
        }
        found += 1;
        let name = format!("{} {}", resource["kind"], resource["metadata"]["name"]);
        let pod = spec(&resource);
        let wanted = json!({"runAsNonRoot": true, "runAsUser": user, "runAsGroup": group,
                            "seccompProfile": {"type": "RuntimeDefault"}});
        for (key, value) in wanted.as_object().unwrap() {
            assert_eq!(&pod["securityContext"][key], value, "{name}: {key}");
        }
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        assert_eq!(pod["enableServiceLinks"], false, "{name}");
        let container = &pod["containers"][0];
        let wanted = json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                            "capabilities": {"drop": ["ALL"]}});
        assert_eq!(container["securityContext"], wanted, "{name}");
        assert!(
            container["resources"]["limits"]["memory"].is_string(),
            "{name}"
        );
        assert!(
            !container["image"].as_str().unwrap().ends_with(":latest"),
            "{name}"
        );
        for mount in container["volumeMounts"].as_array().unwrap() {
            let is_written = mount["name"] == "secrets" && mount["readOnly"].is_null();
            assert!(is_written || mount["readOnly"] == true, "{name}: {mount}");
        }
    }
    assert_eq!(found, 5);
    let compose = &documents(&text("examples/compose/compose.yaml"))[0];
    let service = &compose["services"]["hydra-gitops"];
    assert_eq!(service["read_only"], true);
    assert_eq!(service["cap_drop"], json!(["ALL"]));
    assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]));
    Ok(())
}

/// Two pods at once would wait for a lock, or have one that does not reach across nodes.
fn one_writer() -> Result<(), Missing> {
    for resource in resources() {
        let spec = &resource["spec"];
        match resource["kind"].as_str().unwrap() {
            "Deployment" => {
                assert_eq!(spec["replicas"], 1);
                assert_eq!(spec["strategy"], json!({"type": "Recreate"}));
            }
            "CronJob" => {
                assert_eq!(spec["concurrencyPolicy"], "Forbid");
                assert_eq!(
                    spec["jobTemplate"]["spec"]["podReplacementPolicy"],
                    "Failed"
                );
            }
            "Job" => assert_eq!(spec["podReplacementPolicy"], "Failed"),
            "PersistentVolumeClaim" => assert_eq!(spec["accessModes"], json!(["ReadWriteOnce"])),
            _ => {}
        }
    }
    Ok(())
}

fn permissions() -> Result<(), Missing> {
    let workflow = &documents(&text(".github/workflows/release.yml"))[0];
    assert_eq!(workflow["permissions"], json!({}));
    let mut steps = Vec::new();
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        let may_write = &job["permissions"]["contents"] == "write";
        assert_eq!(may_write, name == "publish", "{name}");
        steps.extend(job["steps"].as_array().unwrap());
    }
    for step in &steps {
        // What an expression stands for would be run.
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{script}");
        let is_checkout = step["uses"]
            .as_str()
            .unwrap_or_default()
            .starts_with("actions/checkout");
        assert!(!is_checkout || step["with"]["persist-credentials"] == false);
    }
    // The scripts that it runs are here.
    for script in ["release/build", "release/pack", "release/reproduce"] {
        let runs = |step: &&&Value| step["run"].as_str().unwrap_or_default().contains(script);
        assert!(
            steps.iter().any(|step| runs(&step)) && path(script).is_file(),
            "{script}"
        );
    }
    Ok(())
}
