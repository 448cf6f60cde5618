//! A clock of the day that jumps, for the program alone: a library before the system's moves it.

use std::process::Command;
use std::time::Instant;

use hydra_gitops::sandbox::Version;

use crate::proxy::Fault;
use crate::requirement::{Missing, is_installed};
use crate::stage::{Stage, Watching, until};
use crate::suite::Tests;

pub(crate) const TESTS: Tests = &[("it_jumps_and_nothing_is_late_or_said_twice", jumps)];

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

fn jumps() -> Result<(), Missing> {
    if !is_installed("cc", "--version") {
        return Err(Missing("a C compiler is needed to move a clock".to_owned()));
    }
    let stage = Stage::with(Version::default(), |_| Fault::Pass);
    let path = |name: &str| stage.folder.path().join(name);
    stage.folder.write("moved.c", MOVED);
    let mut compile = Command::new("cc");
    compile
        .args(["-shared", "-fPIC", "-o"])
        .args([path("moved.so"), path("moved.c")]);
    assert!(compile.status().unwrap().success());
    stage.folder.write("moved-by", "0");
    stage.folder.clients(&["a"]);
    let mut command = stage.watching(&["--interval", "200ms"]);
    command
        .env("LD_PRELOAD", path("moved.so"))
        .env("MOVED_BY", path("moved-by"));
    let mut watching = Watching::start(&mut command);
    let now = year(&watching.next_of("created", "a"));
    for (number, seconds) in [FAR, -FAR, 0].into_iter().enumerate() {
        // In one step, so that nobody reads half a number.
        stage.folder.write("next", seconds.to_string());
        std::fs::rename(path("next"), path("moved-by")).unwrap();
        let (id, start) = (format!("c{number}"), Instant::now());
        stage.folder.write(
            &format!("manifests/{id}.yaml"),
            format!("client_id: {id}\n"),
        );
        let created = watching.next_of("created", &id);
        assert_eq!(
            (year(&created) - now).signum(),
            seconds.signum(),
            "{created}"
        );
        assert!(created["took_ms"].as_u64().unwrap() <= start.elapsed().as_millis() as u64);
        assert_eq!(created["unconfirmed"], false);
        // Hydra is looked at as before, and no more often.
        let (before, start) = (stage.requests(), Instant::now());
        until("looks", || stage.requests() > before + 12);
        assert!(start.elapsed().as_millis() >= 400, "{:?}", start.elapsed());
        assert!(stage.has_secret(&id));
    }
    watching.end().says(0, &[]);
    Ok(())
}
