//! Lists that shift while they are read, that end too early, or that never end.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::support::ask;
use crate::support::http::{self, JSON};
use crate::support::hydra::Release;
use crate::support::program::Ended;
use crate::support::proxy::{Fault, Request, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("what_moves_to_a_page_read_before_is_looked_up", moved),
    ("a_total_that_stays_the_same_proves_nothing", replaced),
    ("an_id_with_a_slash_is_looked_for_again", slash),
    (
        "an_id_with_a_slash_is_looked_for_until_a_list_is_whole",
        short,
    ),
    ("unmanaged_clients_cannot_be_looked_up", unmanaged),
    ("nothing_is_missing_while_others_create_and_delete", busy),
    ("a_list_that_repeats_itself_ends", repeats),
    ("a_list_that_goes_on_for_ever_ends", endless),
    ("a_page_that_comes_twice_is_no_whole_list", page_twice),
];

/// What happens between two pages.
#[derive(Clone, Copy)]
enum Between {
    /// A client of the first page is deleted.
    Delete,
    /// The same, and another one is created.
    Replace,
}

/// How many clients the longest page of a Hydra holds.
fn page(clients: &str) -> usize {
    match clients {
        "/clients" => 500,
        _ => 1_000,
    }
}

/// Those with pages that shift.
fn targets() -> Result<Vec<Target>, Missing> {
    let mut targets = vec![
        Target::sandbox(Version::V2_0_2),
        Target::sandbox(Version::V2_3_0),
    ];
    for release in Release::ALL {
        targets.push(Target::real(release, None)?);
    }
    Ok(targets)
}

/// Makes more clients than fit on a page, and returns all in Hydra's order.
fn fill(target: &Target) -> Vec<Value> {
    let (url, count) = (target.clients_url(), page(target.path()) + 20);
    let make = |number: usize| {
        let client = json!({"client_name": format!("n{number}"), "owner": "o", "token_endpoint_auth_method": "none"});
        ask::create(&url, &client);
    };
    thread::scope(|scope| {
        for part in 0..4 {
            let make = &make;
            scope.spawn(move || (part..count).step_by(4).for_each(make));
        }
    });
    target.clients()
}

/// A folder and a proxy that lets something happen before each second page.
fn setup(target: Target, between: Between, mut expendable: Vec<Value>) -> Setup {
    let url = target.clients_url();
    expendable.reverse();
    let expendable = Mutex::new(expendable);
    Setup::before(target, move |request| {
        if is_second_page(request)
            && let Some(client) = expendable.lock().unwrap().pop()
        {
            let id = client["client_id"].as_str().unwrap();
            let gone = http::send("DELETE", &format!("{url}/{id}"), &[], "");
            assert_eq!(gone.status, 204);
            if matches!(between, Between::Replace) {
                replace(&url);
            }
        }
        Fault::Pass
    })
}

/// Creates a client that stands last in the list, where its id can be chosen.
fn replace(url: &str) {
    let id = json!({"client_id": "~new"}).to_string();
    let made = http::send("POST", url, &[JSON], &id);
    if made.status != 201 {
        ask::create(url, &json!({}));
    }
}

fn is_second_page(request: &Request) -> bool {
    let is_page = request.path.contains("clients?");
    // {"offset":"0","v":2} begins so as well, and is asked for by nobody.
    is_page && (request.path.contains("page_token=") || request.path.contains("offset=500"))
}

/// Plans those clients, half of them by their names.
fn plan(setup: &Setup, clients: &[Value], more: &[&str]) -> Ended {
    let manifest = |(number, client): (usize, &Value)| match number % 2 {
        0 => json!({"client_id": client["client_id"]}),
        _ => json!({"client_name": client["client_name"], "owner": "o"}),
    };
    let manifests: Vec<_> = clients.iter().enumerate().map(manifest).collect();
    setup
        .folder
        .write("manifests/all.json", json!(manifests).to_string());
    let mut program = setup.program(&["plan"]);
    program.env_remove("RUST_LOG");
    setup.run(program.args(more))
}

fn moved() -> Result<(), Missing> {
    for target in targets()? {
        let clients = fill(&target);
        let setup = setup(target, Between::Delete, clients[..5].to_vec());
        let ended = plan(&setup, &clients[5..], &[]);
        let unchanged = format!("0 to create, {} unchanged", clients.len() - 5);
        ended.says(0, &[&unchanged]);
    }
    Ok(())
}

fn replaced() -> Result<(), Missing> {
    for target in targets()? {
        let clients = fill(&target);
        let setup = setup(target, Between::Replace, clients[..5].to_vec());
        let ended = plan(&setup, &clients[5..], &[]);
        let unchanged = format!("0 to create, {} unchanged", clients.len() - 5);
        ended.says(0, &[&unchanged]);
    }
    Ok(())
}

/// It cannot be looked up, and the first reading does not show it.
fn slash() -> Result<(), Missing> {
    let target = Target::sandbox(Version::V2_3_0);
    let early = |number: usize| json!({"client_id": format!("a{number:04}")});
    (0..1_000).for_each(|number| drop(target.create(&early(number))));
    for id in ["m/slash", "z"] {
        target.create(&json!({"client_id": id}));
    }
    let setup = setup(target, Between::Replace, vec![early(0)]);
    setup.folder.clients(&["m/slash", "m/absent"]);
    let mut program = setup.program(&["plan"]);
    let ended = setup.run(&mut program);
    ended.says(0, &["+ m/absent", "1 to create, 1 unchanged"]);
    Ok(())
}

/// While others create clients, Hydra's total is that of a later moment than its page.
fn short() -> Result<(), Missing> {
    const SHORT: usize = 5;
    let target = Target::sandbox(Version::V2_3_0);
    for id in ["m/slash", "z"] {
        target.create(&json!({"client_id": id}));
    }
    let lists = AtomicUsize::new(0);
    let setup = Setup::before(target, move |request| {
        let is_list = request.path.contains("/clients?");
        match is_list && lists.fetch_add(1, Ordering::Relaxed) < SHORT {
            true => Fault::Answer(answer(
                "200 OK",
                "Content-Type: application/json\r\nX-Total-Count: 2\r\n",
                r#"[{"client_id":"z"}]"#,
            )),
            false => Fault::Pass,
        }
    });
    setup.folder.clients(&["m/slash"]);
    let mut program = setup.program(&["plan"]);
    let ended = setup.run(&mut program);
    ended.says(0, &["0 to create, 1 unchanged"]);
    Ok(())
}

fn unmanaged() -> Result<(), Missing> {
    let target = Target::real(Release::V2, None)?;
    let clients = fill(&target);
    let setup = setup(target, Between::Delete, clients[..5].to_vec());
    let ended = plan(&setup, &clients[5..], &["--unmanaged"]);
    let texts = [
        "created or deleted while the list was read",
        "leave `--unmanaged` out",
    ];
    ended.says(5, &texts);
    // Once nothing happens any more, the list is whole.
    let still = Setup::before(setup.target, |_| Fault::Pass);
    plan(&still, &clients[10..], &["--unmanaged"]).says(0, &["0 to create"]);
    Ok(())
}

/// Clients of every page come and go without a pause.
fn busy() -> Result<(), Missing> {
    const RUNS: usize = 15;
    for release in Release::ALL {
        let target = Target::real(release, None)?;
        let clients = fill(&target);
        let setup = Setup::before(target, |_| Fault::Pass);
        let url = setup.target.clients_url();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut expendable: Vec<String> = clients[..40]
                    .iter()
                    .map(|client| client["client_id"].as_str().unwrap().to_owned())
                    .collect();
                while !is_over.load(Ordering::Relaxed) {
                    let id = expendable.remove(0);
                    http::send("DELETE", &format!("{url}/{id}"), &[], "");
                    let made = http::send("POST", &url, &[JSON], "{}");
                    // A busy SQLite refuses now and then.
                    let made: Value = serde_json::from_str(&made.body).unwrap();
                    if let Some(id) = made["client_id"].as_str() {
                        expendable.push(id.to_owned());
                    }
                    if expendable.is_empty() {
                        break;
                    }
                }
            });
            let runs = || {
                (0..RUNS)
                    .map(|_| plan(&setup, &clients[40..], &[]))
                    .collect::<Vec<_>>()
            };
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(runs));
            is_over.store(true, Ordering::Relaxed);
            let unchanged = format!("0 to create, {} unchanged", clients.len() - 40);
            for ended in ended.unwrap() {
                ended.says(0, &[&unchanged]);
            }
        });
    }
    Ok(())
}

/// A Hydra whose every page names a next one; its first client has that number.
fn without_end(first: fn(usize) -> usize) -> Setup {
    Setup::new(move |request| {
        if !request.path.contains("clients?") {
            return Fault::Pass;
        }
        let clients: Vec<_> = (0..1_000)
            .map(|client| json!({"client_id": (first(request.number) + client).to_string()}))
            .collect();
        let link = format!(
            "Content-Type: application/json\r\nLink: </admin/clients?page_token=t{}>; rel=\"next\"\r\n",
            request.number
        );
        Fault::Answer(answer("200 OK", &link, &json!(clients).to_string()))
    })
}

/// `plan --unmanaged` in 1.2 GB of address space.
fn plan_in_little_memory(setup: &Setup, fail_after: &str) -> Ended {
    setup.folder.clients(&["a"]);
    let words = ["plan", "--unmanaged", "--fail-after", fail_after];
    let mut program = setup.program_after("ulimit -v 1200000", &words);
    program.env_remove("RUST_LOG");
    setup.run(&mut program)
}

fn repeats() -> Result<(), Missing> {
    let ended = plan_in_little_memory(&without_end(|_| 0), "30s");
    ended.says(
        5,
        &[
            "the list does not end",
            "showed no client that was not on an earlier page",
        ],
    );
    Ok(())
}

fn endless() -> Result<(), Missing> {
    let setup = without_end(|number| number * 1_000);
    let ended = plan_in_little_memory(&setup, "2s");
    ended.says(
        5,
        &["the list does not end", "X-Total-Count", "`--fail-after`"],
    );
    assert!(ended.took.as_secs() < 30, "{:?}", ended.took);
    // However long it may take.
    let ended = plan_in_little_memory(&setup, "0");
    ended.says(5, &["the list does not end", "given up after 100"]);
    Ok(())
}

/// A cache that ignores the query gives page 1 for page 2, which names page 2 as the next one.
fn page_twice() -> Result<(), Missing> {
    let page: Vec<_> = (0..500)
        .map(|number| json!({"client_id": format!("c{number}")}))
        .collect();
    let page = json!(page).to_string();
    let setup = Setup::before(Target::sandbox(Version::V26_2_0), move |request| {
        if !request.path.contains("clients?") {
            return Fault::Pass;
        }
        let link = "Content-Type: application/json\r\nLink: </admin/clients?page_size=500&page_token=two>; rel=\"next\"\r\n";
        Fault::Answer(answer("200 OK", link, &page))
    });
    setup.folder.clients(&["c1"]);
    let ended = setup.run(&mut setup.program(&["plan", "--unmanaged"]));
    ended.says(5, &["the list is incomplete", "cache or gateway"]);
    // Neither are clients taken for absent that such a list does not show.
    let ids: Vec<String> = (0..600).map(|number| format!("new{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    setup.folder.clients(&ids);
    let ended = setup.run(&mut setup.program(&["plan"]));
    ended.says(5, &["the list is incomplete"]);
    Ok(())
}
