//! `examples/kubernetes` and `examples/helm`: what their pods do, one after the other on one volume.

use rustix::process::Signal;
use serde_json::{Value, json};

use super::cluster::{Cluster, spec};
use super::files::{documents, path, text};
use crate::support::age::{self, Identity};
use crate::support::http;
use crate::support::hydra::Release;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::watching::until;
use crate::support::workspace::last_record;

pub(crate) const TESTS: Tests = &[
    ("a_job_a_cron_job_and_a_deployment_fill_hydra", fill),
    ("a_hook_fills_hydra", helm),
    ("without_a_recipient_nothing_is_created", no_recipient),
];

/// The expression of the chart that puts files into a ConfigMap, and the file that is there.
const EXPRESSION: &str = "  {{- (.Files.Glob \"clients/*\").AsConfig | nindent 2 }}\n";
const CLIENT: &str = "examples/helm/clients/checkout.yaml";
/// The line that everybody replaces.
const RECIPIENT: &str = "age1-replace-this-line";
const CLAIM: &str = "hydra-gitops-secrets";

/// The chart's hook, as Helm renders it.
pub(super) fn hook() -> String {
    let template = text("examples/helm/templates/hydra-clients.yaml");
    assert!(template.contains(EXPRESSION));
    assert_eq!(
        template.matches("{{").count(),
        1,
        "what else does Helm render?"
    );
    let files = std::fs::read_dir(path("examples/helm/clients")).unwrap();
    assert_eq!(files.count(), 1, "what else is in the ConfigMap?");
    let lines: String = text(CLIENT)
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    template.replace(EXPRESSION, &format!("  checkout.yaml: |\n{lines}"))
}

/// A real Hydra, and the ConfigMaps of these documents.
fn cluster(documents: &[Value]) -> Result<Cluster, Missing> {
    age::require()?;
    let cluster = Cluster::new(Target::real(Release::V2, None)?);
    for map in documents
        .iter()
        .filter(|document| document["kind"] == "ConfigMap")
    {
        cluster.set_config_map(map["metadata"]["name"].as_str().unwrap(), &map["data"]);
    }
    Ok(cluster)
}

/// The shared inputs, with somebody who can open the secrets.
fn inputs(cluster: &Cluster) -> Identity {
    let ann = age::generate(&cluster.folder, "ann.txt");
    let recipients = json!({"team.txt": format!("{}\n", ann.recipient)});
    cluster.set_config_map("hydra-gitops-recipients", &recipients);
    ann
}

/// The resource of that kind in a file.
fn resource(text: &str, kind: &str) -> Value {
    let mut all = documents(text).into_iter();
    all.find(|resource| resource["kind"] == kind).unwrap()
}

/// Asserts that the volume holds the client's secret and nothing that a run left behind.
#[track_caller]
fn has_secret(cluster: &Cluster, id: &str, ann: &Identity) {
    let folder = format!("claims/{CLAIM}");
    let lines = cluster
        .folder
        .read(&format!("{folder}/client-secrets.jsonl"));
    let record = last_record(&lines, id).unwrap_or_else(|| panic!("no record of {id}: {lines}"));
    let sealed = record["age_encrypted_client_secret"].as_str().unwrap();
    assert!(cluster.target.accepts(id, &ann.open(sealed)), "{id}");
}

fn fill() -> Result<(), Missing> {
    let cluster = cluster(&documents(&text("examples/kubernetes/inputs.yaml")))?;
    let ann = inputs(&cluster);
    let pod = |file: &str, kind: &str| {
        let resource = resource(&text(&format!("examples/kubernetes/{file}")), kind);
        (cluster.pod(spec(&resource)), resource)
    };
    let (job, _) = pod("job.yaml", "Job");
    cluster.run(&job)?.says(0, &[]);
    assert_eq!(cluster.target.ids(), ["billing"]);
    has_secret(&cluster, "billing", &ann);
    let (cron_job, _) = pod("cronjob.yaml", "CronJob");
    cluster.run(&cron_job)?.says(0, &["0 created, 1 unchanged"]);

    let (watch, deployment) = pod("watch.yaml", "Deployment");
    let (_root, running) = cluster.start(&watch)?;
    running.wait_until_says("/healthz");
    let address = || {
        let stderr = running.stderr();
        let start = stderr.find("http://127.0.0.1:")?;
        let line = stderr[start..].lines().next()?;
        stderr[start..]
            .contains('\n')
            .then(|| line.split(' ').next().unwrap().to_owned())
    };
    until("the address of health", || address().is_some());
    let container = &spec(&deployment)["containers"][0];
    for probe in ["readinessProbe", "livenessProbe"] {
        let get = &container[probe]["httpGet"];
        assert_eq!(get["port"], container["ports"][0]["name"]);
        let url = format!("{}{}", address().unwrap(), get["path"].as_str().unwrap());
        until(&url, || http::send("GET", &url, &[], "").status == 200);
    }
    let port = container["ports"][0]["containerPort"].as_u64().unwrap();
    let listens = format!("--health-listen=0.0.0.0:{port}");
    assert!(watch.arguments.contains(&listens), "{:?}", watch.arguments);
    // Kubernetes swaps the ConfigMap, and Hydra loses a client.
    let clients = json!({"billing.yaml": "client_id: billing\n", "wiki.yaml": "client_id: wiki\n"});
    cluster.set_config_map("hydra-clients", &clients);
    until("wiki", || cluster.target.ids().contains(&"wiki".to_owned()));
    running.signal(Signal::TERM);
    // 143 where the end of the create is still to be told.
    let ended = running.wait();
    assert!(matches!(ended.code, Some(0 | 143)), "{ended}");
    has_secret(&cluster, "billing", &ann);
    has_secret(&cluster, "wiki", &ann);
    let left = std::fs::read_dir(cluster.claim(CLAIM, 0)).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["client-secrets.jsonl"]);
    Ok(())
}

fn helm() -> Result<(), Missing> {
    let cluster = cluster(&documents(&hook()))?;
    let ann = inputs(&cluster);
    let job = resource(&hook(), "Job");
    cluster.run(&cluster.pod(spec(&job)))?.says(0, &[]);
    assert_eq!(cluster.target.ids(), ["checkout"]);
    has_secret(&cluster, "checkout", &ann);
    // The ConfigMap is there before the Job.
    let weight = |kind| {
        let annotations = &resource(&hook(), kind)["metadata"]["annotations"];
        assert_eq!(annotations["helm.sh/hook"], "pre-install,pre-upgrade");
        let weight = annotations["helm.sh/hook-weight"].as_str().unwrap();
        weight.parse::<i32>().unwrap()
    };
    assert!(weight("ConfigMap") < weight("Job"));
    Ok(())
}

/// Who deploys the example as it is loses no secret: there is none.
fn no_recipient() -> Result<(), Missing> {
    let inputs = text("examples/kubernetes/inputs.yaml");
    assert!(inputs.contains(RECIPIENT));
    let cluster = cluster(&documents(&inputs))?;
    let job = resource(&text("examples/kubernetes/job.yaml"), "Job");
    let ended = cluster.run(&cluster.pod(spec(&job)))?;
    ended.says(6, &["`/recipients/team.txt`: line 1"]);
    assert_eq!(cluster.target.ids(), [""; 0]);
    Ok(())
}
