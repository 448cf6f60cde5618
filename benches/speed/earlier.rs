//! This build beside an earlier one, which `HYDRA_GITOPS_BENCH_BESIDE` names.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bare::Bare;
use crate::clients::{Clients, Known};
use crate::creates::{folder, manifests, with_secrets};
use crate::figure::{Figure, Goal, Ratio, in_turns};
use crate::plans::cheap;
use crate::program::{OURS, time, tool_of};
use crate::settings::Settings;
use crate::support::hydra::{Options, Release, Server};
use crate::support::requirement::Missing;

/// The same, but for what differs from run to run.
const SAME: Goal = Goal::AtMost(1.0);

fn earlier() -> Result<PathBuf, Missing> {
    let path = env::var_os("HYDRA_GITOPS_BENCH_BESIDE").map(PathBuf::from);
    path.ok_or_else(|| Missing("HYDRA_GITOPS_BENCH_BESIDE names no earlier build".to_owned()))
}

pub(crate) fn validate(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let earlier = earlier()?;
    let count = settings.manifests;
    let manifests = folder();
    Clients::new("web", count).write_folder(manifests.path(), Known::ById);
    let validate =
        |program: &Path| time(Command::new(program).arg("validate").arg(manifests.path()));
    Ok(vec![beside_it(
        format!("validate of {count} files"),
        settings.pairs,
        || validate(OURS.as_ref()),
        || validate(&earlier),
    )])
}

pub(crate) fn plan(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let earlier = earlier()?;
    let server = Server::start(Release::V2, cheap())?;
    let clients = Clients::new("web", settings.manifests);
    Bare::new(&server, Release::V2).create(clients.bodies(), 4);
    let manifests = manifests(&clients);
    let plan = |program: &Path| time(&mut tool_of(program, "plan", manifests.path(), &server));
    Ok(vec![beside_it(
        format!("plan of {} unchanged files", settings.manifests),
        settings.pairs,
        || plan(OURS.as_ref()),
        || plan(&earlier),
    )])
}

pub(crate) fn apply(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let earlier = earlier()?;
    let server = Server::start(Release::V2, Options::default())?;
    let bare = Bare::new(&server, Release::V2);
    let clients = Clients::new("web", settings.clients);
    let manifests = manifests(&clients);
    let apply = |program: &Path| {
        let secrets = folder();
        let mut command = tool_of(program, "apply", manifests.path(), &server);
        let took = time(with_secrets(&mut command, &secrets.path().join("s.jsonl")));
        bare.delete(clients.ids());
        took
    };
    Ok(vec![beside_it(
        format!("apply of {} clients, memory", settings.clients),
        settings.pairs,
        || apply(OURS.as_ref()),
        || apply(&earlier),
    )])
}

/// Both in turns, after each has run once.
fn beside_it(
    what: String,
    pairs: usize,
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
) -> Figure {
    ours();
    theirs();
    Figure::Ratio {
        name: format!("{what}, by an earlier build"),
        ratio: Ratio::Time,
        pairs: in_turns(pairs, ours, theirs),
        goal: SAME,
    }
}
