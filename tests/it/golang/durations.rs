//! Durations.

use hydra_gitops::golang::duration::{format, parse};

use super::chance::Chance;
use super::go::{answers, compare};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[("as_go_reads_and_writes_them", same)];

/// How many texts are generated.
const CASES: usize = 20_000;

const GO: &str = r#"
import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"
)

func answer(text string) string {
	length, err := time.ParseDuration(text)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d, written %s", length, length)
}
"#;

fn same() -> Result<(), Missing> {
    let mut chance = Chance(7);
    let mut texts: Vec<String> = KNOWN.iter().map(|text| (*text).to_owned()).collect();
    texts.extend((0..CASES).map(|_| generated(&mut chance)));
    // Every length has a spelling in nanoseconds.
    texts.extend((0..CASES).map(|_| format!("{}{}ns", chance.one(&["", "-"]), chance.digits(21))));
    let theirs = answers(GO, "1.22", &texts)?;
    compare(&texts, &theirs, |text| match parse(text) {
        Ok(length) => format!("{length}, written {}", format(length)),
        Err(error) => error.to_string(),
    });
    let taken = texts.iter().filter(|text| parse(text).is_ok()).count();
    assert!(taken > CASES / 2 && taken < texts.len() * 3 / 4, "{taken}");
    Ok(())
}

/// Texts at the edges.
const KNOWN: &[&str] = &[
    "",
    "0",
    "+0",
    "-0",
    "1",
    "1d",
    " 1h",
    "1h ",
    "1h2m3.5s",
    "1\u{b5}s",
    "1us",
    "1\u{3bc}s",
    ".5s",
    "+5s",
    "-5s",
    "5.s",
    ".s",
    ".",
    "-",
    "+",
    "1.",
    "1h1",
    "1h-1m",
    "00",
    "0s0",
    "0x1s",
    "1e3s",
    "9223372036854775807ns",
    "9223372036854775808ns",
    "-9223372036854775808ns",
    "-9223372036854775809ns",
    "2562047h47m16.854775807s",
    "2562047h47m16.854775808s",
    "-2562047h47m16.854775808s",
    "0.3333333333333333333h",
    "0.9999999999999999999999ns",
    "0.9223372036854775807h",
    "0.100000000000000000000h",
    "0.830103483285477580700h",
    "9007199254.740993ms",
    "39h9m14.425s",
    "\u{661}s",
    "1\u{212a}s",
    "1m\u{0}",
    "1\"\\\u{7f}\u{80}",
    "99999999999999999999",
    "9223372036854775809",
    "9223372036854775808",
    "9223372036854775808ns9223372036854775808ns",
    "-9223372036854775808ns9223372036854775808ns1s",
    "9223372036854775808ns1ns",
    "2562047.9999999999999h",
];

/// A text that is a duration, or nearly.
fn generated(chance: &mut Chance) -> String {
    const UNITS: &[&str] = &[
        "ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h", "h", "s", "m", "d", "", "S", "hm",
    ];
    let mut text = ["", "", "", "-", "+", " "][chance.below(6)].to_owned();
    for _ in 0..=chance.below(4) {
        let most = [2, 4, 8, 21][chance.below(4)];
        text.push_str(&chance.digits(most));
        if chance.below(2) == 0 {
            text.push('.');
            let most = [2, 4, 10, 24][chance.below(4)];
            text.push_str(&chance.digits(most));
        }
        // Most have a unit that is one.
        let kinds = if chance.below(12) == 0 {
            UNITS.len()
        } else {
            11
        };
        text.push_str(UNITS[chance.below(kinds)]);
    }
    text
}
