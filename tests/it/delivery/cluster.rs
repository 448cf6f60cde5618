//! What Kubernetes or Docker gives a container: volumes, names of other services, variables, a user.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use serde_json::Value;
use url::Url;

use super::container::{Container, volume};
use super::files::strings;
use crate::support::program::{Ended, Running, run};
use crate::support::requirement::Missing;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

/// The ports that the examples know Hydra's two APIs by.
const ADMIN: u16 = 4445;
const PUBLIC: u16 = 4444;
/// Where the examples serve health, and where the tests do, side by side.
const HEALTH: [&str; 2] = [
    "--health-listen=0.0.0.0:9090",
    "--health-listen=127.0.0.1:0",
];

/// A place for containers, with a Hydra.
pub(super) struct Cluster {
    pub(super) target: Target,
    pub(super) folder: Workspace,
}

/// A container as it is described, whatever the language.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub(super) arguments: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    /// User and group, where the description chooses others than the image.
    pub(super) user: Option<(u32, u32)>,
    /// What is mounted, where, and whether it cannot be written to.
    pub(super) mounts: Vec<(PathBuf, String, bool)>,
}

impl Cluster {
    pub(super) fn new(target: Target) -> Self {
        let folder = Workspace::new();
        // Pods have other users than this folder.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { target, folder }
    }

    /// A container that is ready to run. The root lives as long as the first value.
    pub(super) fn prepare(
        &self,
        described: &Described,
    ) -> Result<(Container, std::process::Command), Missing> {
        let mut container = Container::new("")?;
        let mut hosts = "127.0.0.1 localhost\n".to_owned();
        let mut env = described.env.clone();
        for (_, value) in &mut env {
            if let Some((host, address)) = self.resolve(value) {
                hosts += &format!("127.0.0.1 {host}\n");
                *value = address;
            }
        }
        container.write("/etc/hosts", &hosts);
        for (source, at, is_read_only) in &described.mounts {
            container.mount(source, at, *is_read_only);
        }
        let arguments: Vec<String> = described
            .arguments
            .iter()
            .map(|argument| {
                let argument = if argument == HEALTH[0] {
                    HEALTH[1]
                } else {
                    argument
                };
                argument.to_owned()
            })
            .collect();
        let user = described.user.unwrap_or(container.image.user);
        let command = container.command(user, &arguments, &env);
        Ok((container, command))
    }

    /// Runs a container to its end.
    pub(super) fn run(&self, described: &Described) -> Result<Ended, Missing> {
        let (_root, mut command) = self.prepare(described)?;
        Ok(run(&mut command))
    }

    /// Starts a container.
    pub(super) fn start(&self, described: &Described) -> Result<(Container, Running), Missing> {
        let (root, mut command) = self.prepare(described)?;
        Ok((root, Running::start(&mut command)))
    }

    /// The host of an address of Hydra's, and the address with the port that it has here.
    fn resolve(&self, address: &str) -> Option<(String, String)> {
        let mut address = Url::parse(address).ok()?;
        let here = match address.port()? {
            ADMIN => self.target.url(),
            PUBLIC => self.target.public_url(),
            port => panic!("nothing has port {port}"),
        };
        address.set_port(Url::parse(&here).unwrap().port()).unwrap();
        Some((address.host_str()?.to_owned(), address.to_string()))
    }

    /// A volume, which is made where it is not there yet, as `fsGroup` leaves it.
    pub(super) fn claim(&self, name: &str, group: u32) -> PathBuf {
        let folder = self.folder.file(&format!("claims/{name}"));
        if !folder.exists() {
            volume(&folder, (0, group));
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o2775)).unwrap();
        }
        folder
    }

    /// Gives a ConfigMap these files: a new folder, and a link that is swapped, as kubelet does it.
    pub(super) fn set_config_map(&self, name: &str, data: &Value) {
        let folder = self.config_map(name);
        let versions = fs::read_dir(&folder).map_or(0, Iterator::count);
        let version = format!("..version-{versions}");
        let below = format!("config-maps/{name}/{version}");
        for (file, text) in data.as_object().unwrap() {
            let path = format!("{below}/{file}");
            self.folder.write(&path, text.as_str().unwrap());
            let mode = fs::Permissions::from_mode(0o644);
            fs::set_permissions(self.folder.file(&path), mode).unwrap();
            let link = folder.join(file);
            if link.symlink_metadata().is_err() {
                symlink(Path::new("..data").join(file), link).unwrap();
            }
        }
        let swapped = folder.join("..data_tmp");
        symlink(version, &swapped).unwrap();
        fs::rename(swapped, folder.join("..data")).unwrap();
    }

    fn config_map(&self, name: &str) -> PathBuf {
        self.folder.file(&format!("config-maps/{name}"))
    }

    /// The one container of a pod, its volumes made.
    pub(super) fn pod(&self, spec: &Value) -> Described {
        let containers = spec["containers"].as_array().unwrap();
        let [container] = &containers[..] else {
            panic!("{} containers", containers.len());
        };
        let id =
            |name: &str| u32::try_from(spec["securityContext"][name].as_u64().unwrap()).unwrap();
        let env = container["env"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mounts = container["volumeMounts"].as_array().unwrap().iter();
        Described {
            arguments: strings(&container["args"]),
            env: env
                .map(|var| (text(&var["name"]), text(&var["value"])))
                .collect(),
            user: Some((id("runAsUser"), id("runAsGroup"))),
            mounts: mounts
                .map(|mount| {
                    let volumes = spec["volumes"].as_array().unwrap();
                    let volume = volumes
                        .iter()
                        .find(|volume| volume["name"] == mount["name"]);
                    let volume = volume.unwrap_or_else(|| panic!("no volume for {mount}"));
                    let source = match volume["configMap"]["name"].as_str() {
                        Some(name) => self.config_map(name),
                        None => {
                            let claim = &volume["persistentVolumeClaim"]["claimName"];
                            self.claim(claim.as_str().unwrap(), id("fsGroup"))
                        }
                    };
                    (source, text(&mount["mountPath"]), mount["readOnly"] == true)
                })
                .collect(),
        }
    }
}

/// What a pod of the resource is made from.
pub(super) fn spec(resource: &Value) -> &Value {
    match resource["kind"].as_str().unwrap() {
        "Pod" => &resource["spec"],
        "CronJob" => &resource["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        _ => &resource["spec"]["template"]["spec"],
    }
}
