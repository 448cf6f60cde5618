//! Clients of random fields and odd values: a real server and the sandbox must take and refuse the
//! same, and store the same.

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use crate::conformance::bodies::{
    self, ADDRESSES, FLAGS, LIFESPANS, LISTS, ODD_TEXTS, SPANS, TEXTS,
};
use crate::conformance::differences::difference;
use crate::conformance::key_sets::key_sets;
use crate::support::target::Target;

/// Compares `HYDRA_GITOPS_CASES` clients.
pub(crate) fn compare(real: &Target, sandbox: &Target) {
    let mut random = StdRng::seed_from_u64(setting("HYDRA_GITOPS_SEED", 1));
    let values = Values {
        sets: key_sets(),
        any: bodies::any(),
    };
    let cases = setting("HYDRA_GITOPS_CASES", 200);
    let mut taken = 0;
    for _ in 0..cases {
        let client = values.client(&mut random);
        match difference(real, sandbox, &text(&client)) {
            Ok(was_taken) => taken += u64::from(was_taken),
            Err(whole) => {
                let client = shrunk(real, sandbox, client);
                let small = difference(real, sandbox, &text(&client));
                panic!("{}", small.err().unwrap_or(whole));
            }
        }
    }
    // Only a client that is taken shows what becomes of its fields.
    assert!(taken * 5 >= cases, "only {taken} of {cases} were taken");
}

fn text(client: &Map<String, Value>) -> String {
    Value::Object(client.clone()).to_string()
}

pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// The client without the members that the difference does not need.
fn shrunk(real: &Target, sandbox: &Target, client: Map<String, Value>) -> Map<String, Value> {
    let names: Vec<String> = client.keys().cloned().collect();
    names.iter().fold(client, |client, name| {
        let mut smaller = client.clone();
        smaller.remove(name);
        if difference(real, sandbox, &text(&smaller)).is_err() {
            smaller
        } else {
            client
        }
    })
}

struct Values {
    sets: Vec<Value>,
    any: Vec<Value>,
}

impl Values {
    fn client(&self, random: &mut StdRng) -> Map<String, Value> {
        let mut client = Map::new();
        let mut put = |name: &str, value: Value| client.insert(name.to_owned(), value);
        for name in [
            TEXTS,
            LISTS,
            FLAGS,
            LIFESPANS,
            &["jwks", "metadata", "unknown_field"],
        ]
        .concat()
        {
            if random.gen_ratio(1, 6) {
                put(name, self.value(name, random));
            }
        }
        if random.gen_ratio(1, 2) {
            put("redirect_uris", json!(["https://a.example/cb"]));
        }
        client
    }

    /// Mostly a value of the field's own kind; anything at all one time in thirty.
    fn value(&self, name: &str, random: &mut StdRng) -> Value {
        if random.gen_ratio(1, 30) {
            return self.any.choose(random).unwrap().clone();
        }
        if LISTS.contains(&name) {
            let length = random.gen_range(0..4);
            let safe = ["https://a.example/", "https://a.example", "a|b", "x"];
            let texts = if random.gen_ratio(1, 3) {
                ADDRESSES
            } else {
                &safe
            };
            return (0..length).map(|_| one_of(texts, random)).collect();
        }
        match name {
            _ if TEXTS.contains(&name) => json!(one_of(ODD_TEXTS, random)),
            _ if FLAGS.contains(&name) => json!(random.gen_bool(0.5)),
            _ if LIFESPANS.contains(&name) => json!(one_of(SPANS, random)),
            "jwks" => self.sets.choose(random).unwrap().clone(),
            _ => self.any.choose(random).unwrap().clone(),
        }
    }
}

fn one_of<'a>(texts: &[&'a str], random: &mut StdRng) -> &'a str {
    texts.choose(random).unwrap()
}
