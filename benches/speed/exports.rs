//! `export` beside the bare download of the same pages, to standard output and to files.

use std::path::Path;
use std::process::Command;

use crate::bare::Bare;
use crate::clients::Clients;
use crate::creates::Folders;
use crate::figure::{Figure, Goal, Ratio, in_turns};
use crate::plans::cheap;
use crate::program::{peak_memory, time};
use crate::settings::Settings;
use crate::support::hydra::{Release, Server};
use crate::support::requirement::Missing;

/// The most memory, in megabytes.
const MEMORY: f64 = 60.0;

pub(crate) fn beside_the_download(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let server = Server::start(Release::V2, cheap())?;
    let bare = Bare::new(&server, Release::V2);
    let count = settings.manifests;
    bare.create(Clients::new("web", count).bodies(), 4);
    let folders = Folders::new();
    let mut figures = Vec::new();
    for (to, most) in [("standard output", 1.3), ("files", 2.0)] {
        let export = || match to {
            "files" => time(&mut export(&folders.next(), &server)),
            _ => time(&mut export(Path::new("-"), &server)),
        };
        export();
        bare.download();
        figures.push(Figure::Ratio {
            name: format!("export of {count} clients to {to}, by their download"),
            ratio: Ratio::Time,
            pairs: in_turns(settings.pairs, export, || bare.download()),
            goal: Goal::AtMost(most),
        });
    }
    figures.push(Figure::Memory {
        name: format!("export of {count} clients, memory"),
        megabytes: peak_memory(&mut export(Path::new("-"), &server)),
        most: MEMORY,
    });
    Ok(figures)
}

fn export(dir: &Path, server: &Server) -> Command {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_hydra-gitops"));
    tool.env_clear()
        .args(["export", "--endpoint", &server.admin_url(), "--dir"])
        .arg(dir);
    tool
}
