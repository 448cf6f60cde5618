//! A clock of the day that jumps, for the program alone: a library before the system's moves it.

use std::process::Command;
use std::time::Instant;

use hydra_gitops::sandbox::Version;

use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("it_jumps_and_nothing_is_late_or_said_twice", jumps),
    ("it_jumps_and_no_secret_is_dropped", late),
];

/// Adds the seconds that a file holds to the clock of the day.
const MOVED: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, now);
    FILE *file = id == CLOCK_REALTIME ? fopen(getenv("MOVED_BY"), "r") : NULL;
    long seconds = 0;
    if (file && fscanf(file, "%ld", &seconds) == 1)
        now->tv_sec += seconds;
    if (file)
        fclose(file);
    return result;
}
"#;

/// Five years, in seconds.
const FAR: i64 = 5 * 365 * 86_400;

fn year(event: &serde_json::Value) -> i64 {
    event["time"].as_str().unwrap()[..4].parse().unwrap()
}

/// A clock that can be moved, in that folder.
struct Moved<'f>(&'f Workspace);

impl<'f> Moved<'f> {
    fn new(folder: &'f Workspace) -> Result<Self, Missing> {
        if !is_installed("cc", "--version") {
            return Err(Missing("a C compiler is needed to move a clock".to_owned()));
        }
        folder.write("moved.c", MOVED);
        let mut compile = Command::new("cc");
        compile
            .args(["-shared", "-fPIC", "-o"])
            .args([folder.file("moved.so"), folder.file("moved.c")]);
        assert!(compile.status().unwrap().success());
        folder.write("moved-by", "0");
        Ok(Self(folder))
    }

    /// Shows that clock to the program.
    fn shown_to(&self, command: &mut Command) -> Watching {
        command
            .env("LD_PRELOAD", self.0.file("moved.so"))
            .env("MOVED_BY", self.0.file("moved-by"));
        Watching::start(command)
    }

    fn by(&self, seconds: i64) {
        // In one step, so that nobody reads half a number.
        self.0.write("next", seconds.to_string());
        std::fs::rename(self.0.file("next"), self.0.file("moved-by")).unwrap();
    }
}

fn save(folder: &Workspace, id: &str) {
    let text = format!("client_id: {id}\n");
    folder.write(&format!("manifests/{id}.yaml"), text);
}

fn jumps() -> Result<(), Missing> {
    let setup = Setup::to_watch_with(Version::default(), |_| Fault::Pass);
    let clock = Moved::new(&setup.folder)?;
    setup.folder.clients(&["a"]);
    let mut watching = clock.shown_to(&mut setup.watching(&["--interval", "200ms"]));
    let now = year(&watching.next_of("created", "a"));
    for (number, seconds) in [FAR, -FAR, 0].into_iter().enumerate() {
        clock.by(seconds);
        let (id, start) = (format!("c{number}"), Instant::now());
        save(&setup.folder, &id);
        let created = watching.next_of("created", &id);
        assert_eq!(
            (year(&created) - now).signum(),
            seconds.signum(),
            "{created}"
        );
        assert!(created["took_ms"].as_u64().unwrap() <= start.elapsed().as_millis() as u64);
        assert_eq!(created["unconfirmed"], false);
        // Hydra is looked at as before, and no more often.
        let (before, start) = (setup.requests(), Instant::now());
        until("looks", || setup.requests() > before + 12);
        assert!(start.elapsed().as_millis() >= 400, "{:?}", start.elapsed());
        assert!(setup.is_recorded(&id));
    }
    watching.end().says(0, &[]);
    Ok(())
}

/// A secret is not dropped because the clock says that its request was sent long ago.
fn late() -> Result<(), Missing> {
    for seconds in [FAR, -FAR] {
        let gate = Gate::default();
        let held = gate.clone();
        let setup =
            Setup::to_watch_with(Version::default(), move |request| match request.creates() {
                true => Fault::Hold(held.clone()),
                false => Fault::Pass,
            });
        let clock = Moved::new(&setup.folder)?;
        let direct = setup.target.url();
        let words = ["--request-timeout", "1s", "--interval", "200ms"];
        let mut command = setup.watching(&words);
        command.args(["--public-url", &direct]);
        let mut watching = clock.shown_to(&mut command);
        watching.next("idle");
        save(&setup.folder, "late");
        watching.next_of("failed", "late");
        clock.by(seconds);
        let before = setup.requests();
        until("looks", || setup.requests() > before + 12);
        gate.open();
        until("its secret", || setup.folder.record("late").is_some());
        assert!(setup.is_recorded("late"));
        let before = setup.requests();
        until("a whole look", || setup.requests() > before + 6);
        watching.end().says(0, &["`late` was created after all"]);
        assert_eq!(setup.folder.records().len(), 1);
    }
    Ok(())
}
