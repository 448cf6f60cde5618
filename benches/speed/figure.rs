//! A figure: what was measured in turns, and the ratio that counts.

use std::fmt::Write as _;
use std::time::Duration;

/// What a ratio has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn is_reached(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
        }
    }
}

/// Which of the two a ratio starts from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ratio {
    /// Our throughput in shares of theirs: their time by ours.
    Throughput,
    /// Our time in shares of theirs.
    Time,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) enum Figure {
    Ratio {
        name: String,
        ratio: Ratio,
        pairs: Vec<[Duration; 2]>,
        goal: Goal,
    },
    /// How much longer ours takes.
    More {
        name: String,
        pairs: Vec<[Duration; 2]>,
        most: Duration,
    },
    /// Megabytes (1,000,000 bytes).
    Memory {
        name: String,
        megabytes: f64,
        most: f64,
    },
}

/// Runs both in turns, which comes first changing, so that neither profits from its place.
pub(crate) fn in_turns(
    pairs: usize,
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
) -> Vec<[Duration; 2]> {
    (0..pairs)
        .map(|number| {
            if number % 2 == 0 {
                let ours = ours();
                [ours, theirs()]
            } else {
                let theirs = theirs();
                [ours(), theirs]
            }
        })
        .collect()
}

pub(crate) fn print_head() {
    println!(
        "{:<58} {:>9} {:>9} | {:>6} {:>6} {:>6} |",
        "figure", "ours", "other", "min", "median", "max"
    );
}

impl Figure {
    pub(crate) fn print(&self) {
        match self {
            Self::Ratio {
                name,
                ratio,
                pairs,
                goal,
            } => {
                let ratios = pairs.iter().map(|pair| ratio.of(pair)).collect();
                let [least, median, most] = spread(ratios);
                println!(
                    "{name:<58} {:>9} {:>9} | {least:>6.2} {median:>6.2} {most:>6.2} | {}",
                    show(median_of(pairs, 0)),
                    show(median_of(pairs, 1)),
                    verdict(*goal, median),
                );
            }
            Self::More { name, pairs, most } => {
                let more = 1_000.0 * (median_of(pairs, 0) - median_of(pairs, 1));
                let most = Goal::AtMost(seconds(*most) * 1_000.0);
                println!(
                    "{name:<58} {:>9} {:>9} | {:>6} {more:>6.2} {:>6} | in ms, {}",
                    show(median_of(pairs, 0)),
                    show(median_of(pairs, 1)),
                    "",
                    "",
                    verdict(most, more),
                );
            }
            Self::Memory {
                name,
                megabytes,
                most,
            } => println!(
                "{name:<58} {:>9} {:>9} | {:>6} {:>6} {:>6} | {}",
                format!("{megabytes:.0} MB"),
                "",
                "",
                "",
                "",
                verdict(Goal::AtMost(*most), *megabytes),
            ),
        }
    }
}

impl Ratio {
    fn of(self, [ours, theirs]: &[Duration; 2]) -> f64 {
        match self {
            Self::Throughput => seconds(*theirs) / seconds(*ours),
            Self::Time => seconds(*ours) / seconds(*theirs),
        }
    }
}

fn verdict(goal: Goal, value: f64) -> String {
    let mut text = goal.text();
    if !goal.is_reached(value) {
        // Writing to memory cannot fail.
        let _ = write!(text, " MISSED");
    }
    text
}

/// The median of one side, in seconds.
fn median_of(pairs: &[[Duration; 2]], side: usize) -> f64 {
    let [_, median, _] = spread(pairs.iter().map(|pair| seconds(pair[side])).collect());
    median
}

/// Least, median and most.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let median = if values.len().is_multiple_of(2) {
        f64::midpoint(values[middle - 1], values[middle])
    } else {
        values[middle]
    };
    [values[0], median, values[values.len() - 1]]
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn show(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1_000.0)
    } else {
        format!("{seconds:.3} s")
    }
}
