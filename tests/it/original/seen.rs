//! What was seen of a command line, in a form that can be compared.

use serde_json::Value;

use crate::support::program::Ended;
use crate::support::proxy::Request;

/// What a run did.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) posts: Vec<Post>,
    /// All clients that there are afterwards, as Hydra lists them.
    pub(crate) stored: Vec<Value>,
}

/// A request that was to create a client.
#[derive(Debug)]
pub(crate) struct Post {
    path: String,
    headers: Vec<(&'static str, Option<String>)>,
    pub(crate) body: Value,
}

/// The headers that matter to Hydra, and to what may stand before it. `Accept` is not among them:
/// ours takes whatever comes, and Hydra creates alike for both.
const HEADERS: [&str; 3] = ["authorization", "content-type", "x-forwarded-proto"];

/// What Hydra writes of its own accord.
const TIMES: [&str; 2] = ["created_at", "updated_at"];

impl Seen {
    pub(crate) fn new(ended: &Ended, requests: &[Request], stored: Vec<Value>) -> Self {
        // Ours looks before it creates; nothing else is ever sent.
        let is_known = |request: &&Request| !matches!(&*request.method, "GET" | "POST");
        assert!(requests.iter().find(is_known).is_none(), "{requests:?}");
        let posts = requests.iter().filter(|request| request.method == "POST");
        Self {
            code: ended.code,
            stdout: ended.stdout.clone(),
            stderr: ended.stderr.clone(),
            posts: posts.map(Post::new).collect(),
            stored,
        }
    }

    /// The lines on standard output, with the words `ID` and `SECRET` for what was made by chance.
    pub(crate) fn lines(&self, given: &[&str]) -> Vec<String> {
        let is_made = |id: &&str| !given.contains(id);
        let ids: Vec<&str> = self.ids().into_iter().filter(is_made).collect();
        let lines = self.stdout.lines().map(|line| {
            let line = ids
                .iter()
                .fold(line.to_owned(), |line, id| line.replace(id, "ID"));
            without_secret(&line)
        });
        lines.collect()
    }

    /// The ids of the clients that are stored.
    pub(crate) fn ids(&self) -> Vec<&str> {
        let ids = self.stored.iter().map(|client| &client["client_id"]);
        ids.filter_map(Value::as_str).collect()
    }

    /// What is stored, without what was made by chance.
    pub(crate) fn comparable(&self, given: &[&str]) -> Vec<Value> {
        let clients = self.stored.iter().cloned().map(|mut client| {
            let members = client.as_object_mut().unwrap();
            TIMES.iter().for_each(|name| drop(members.remove(*name)));
            let is_given = given.contains(&members["client_id"].as_str().unwrap());
            if !is_given {
                members.remove("client_id");
            }
            client
        });
        let mut clients: Vec<Value> = clients.collect();
        clients.sort_by_key(Value::to_string);
        clients
    }
}

/// The line with `SECRET` in place of a secret in clear.
fn without_secret(line: &str) -> String {
    if line.starts_with("OAuth 2.0 Client Secret: ") {
        return "OAuth 2.0 Client Secret: SECRET".to_owned();
    }
    let imported = line.strip_prefix("Imported OAuth 2.0 Client ");
    match imported.and_then(|rest| rest.split_once(" from: ")) {
        Some((client, path)) if client.contains(':') => {
            let (id, _) = client.split_once(':').unwrap();
            format!("Imported OAuth 2.0 Client {id}:SECRET from: {path}")
        }
        _ => line.to_owned(),
    }
}

impl Post {
    fn new(request: &Request) -> Self {
        let header = |name: &'static str| (name, request.header(name).map(str::to_owned));
        Self {
            path: request.path.clone(),
            headers: HEADERS.map(header).to_vec(),
            body: serde_json::from_slice(&request.body).unwrap(),
        }
    }

    /// The headers that matter.
    pub(crate) fn headers(&self) -> &[(&'static str, Option<String>)] {
        &self.headers
    }

    /// What was sent, without what is chosen at random, here or there.
    fn comparable(&self, given: &[&str]) -> (&str, &[(&'static str, Option<String>)], Value) {
        let mut body = self.body.clone();
        let members = body.as_object_mut().unwrap();
        // Ory's command sends the year 1 for both, which Hydra passes over.
        TIMES.iter().for_each(|name| drop(members.remove(*name)));
        for name in ["client_id", "client_secret"] {
            let is_given = members
                .get(name)
                .and_then(Value::as_str)
                .is_some_and(|value| given.contains(&value));
            if !is_given {
                members.remove(name);
            }
        }
        (&self.path, &self.headers, body)
    }
}

/// Asserts that both did the same; `given` are the ids and secrets that the words of the case name.
///
/// Different on purpose, and therefore left out, is what is chosen at random: an id that nobody
/// gave is made here, so that a try after a lost answer cannot make a second client, and so is the
/// secret, so that it can be made safe before it is sent. Ours also asks before it creates.
#[track_caller]
pub(crate) fn assert_same((theirs, ours): (&Seen, &Seen), given: &[&str]) {
    let both = || format!("\ntheirs: {theirs:?}\nours: {ours:?}");
    assert_eq!(theirs.lines(given), ours.lines(given), "lines{}", both());
    assert_eq!(theirs.code, ours.code, "exit code{}", both());
    let sent = |seen: &Seen| -> Vec<_> {
        let posts = seen.posts.iter().map(|post| post.comparable(given));
        posts
            .map(|(path, headers, body)| (path.to_owned(), headers.to_vec(), body))
            .collect()
    };
    assert_eq!(sent(theirs), sent(ours), "requests{}", both());
    let stored = |seen: &Seen| seen.comparable(given);
    assert_eq!(stored(theirs), stored(ours), "stored{}", both());
}
