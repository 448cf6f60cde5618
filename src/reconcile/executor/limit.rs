//! The number of parallel creates.
//!
//! Each create costs the server a password hash, so throughput falls once there are more parallel
//! creates than cores. We find the best number by experiment: we measure the throughput (by
//! Little's law, the number of parallel requests divided by their mean duration) over windows of
//! creates. The limit starts at 8, doubles as long as that helps, and then tries the neighbours of
//! the best limit, less and less often.

use std::collections::BTreeMap;
use std::time::Duration;

/// The initial limit and the maximum.
const START: usize = 8;
const MOST: usize = 64;

/// Keep doubling while throughput grows by at least this factor.
const WORTH_DOUBLING: f64 = 1.4;

/// Prefer a lower limit that is within this factor of the best one.
const AS_GOOD: f64 = 0.99;

/// The minimum number of creates in a window.
const WINDOW: usize = 48;

/// The number of windows between two trials of a neighbour.
const SHORTEST_REST: usize = 2;
const LONGEST_REST: usize = 24;

/// The weight of a new window in a limit's remembered throughput.
const FRESH: f64 = 0.25;

/// The number of parallel creates: fixed, or adapted.
#[derive(Debug)]
pub struct Limit {
    current: usize,
    finding: Option<Finding>,
}

#[derive(Debug, Default)]
struct Finding {
    /// Remembered throughput by limit, in creates per second.
    throughput: BTreeMap<usize, f64>,
    home: usize,
    phase: Phase,
    /// Creates still running under the previous limit, which do not count.
    skip: usize,
    count: usize,
    /// Sums over this window's requests: how many ran in parallel as each ended, and their
    /// durations.
    at_once: usize,
    sum: Duration,
    upwards: bool,
    rest: usize,
}

#[derive(Debug, Default, PartialEq)]
enum Phase {
    #[default]
    Doubling,
    Resting(usize),
    Trying,
}

impl Limit {
    /// Always `number`, at least one.
    pub fn fixed(number: usize) -> Self {
        Self {
            current: number.max(1),
            finding: None,
        }
    }

    /// Adapted by measuring.
    pub fn auto() -> Self {
        let finding = Finding {
            home: START,
            upwards: true,
            rest: SHORTEST_REST,
            ..Finding::default()
        };
        Self {
            current: START,
            finding: Some(finding),
        }
    }

    /// Whether the limit is adapted, not set by the user.
    pub(super) fn is_found(&self) -> bool {
        self.finding.is_some()
    }

    /// How many creates may run in parallel now.
    pub fn current(&self) -> usize {
        self.current
    }

    /// Learns from a request that created a client in `took`, while `at_once` requests were in
    /// flight.
    pub fn observe(&mut self, took: Duration, at_once: usize) {
        let Some(finding) = &mut self.finding else {
            return;
        };
        if finding.skip > 0 {
            finding.skip -= 1;
            return;
        }
        finding.count += 1;
        finding.at_once += at_once;
        finding.sum += took;
        if finding.count < WINDOW.max(2 * self.current) {
            return;
        }
        let throughput = finding.at_once as f64 / finding.sum.as_secs_f64().max(1e-9);
        finding.count = 0;
        finding.at_once = 0;
        finding.sum = Duration::ZERO;
        let next = finding.decide(self.current, throughput);
        if next != self.current {
            finding.skip = self.current;
            self.current = next;
        }
    }
}

impl Finding {
    /// The limit to use next, after a window at `current` with that throughput.
    fn decide(&mut self, current: usize, throughput: f64) -> usize {
        let remembered = self.throughput.entry(current).or_insert(throughput);
        *remembered += FRESH * (throughput - *remembered);
        match self.phase {
            Phase::Doubling => {
                let before = self.throughput.get(&(current / 2)).copied().unwrap_or(0.0);
                if throughput > before * WORTH_DOUBLING && current < MOST {
                    self.home = current;
                    return current * 2;
                }
                self.choose_home();
                self.phase = Phase::Resting(self.rest);
                self.home
            }
            Phase::Resting(0) => {
                self.phase = Phase::Trying;
                self.upwards = !self.upwards;
                let step = (self.home / 8).max(1);
                let neighbour = match self.upwards {
                    true => self.home + step,
                    false => self.home - step.min(self.home),
                };
                neighbour.clamp(1, MOST)
            }
            Phase::Resting(left) => {
                self.phase = Phase::Resting(left - 1);
                self.home
            }
            Phase::Trying => {
                self.rest = match self.choose_home() {
                    true => SHORTEST_REST,
                    false => (self.rest * 2).min(LONGEST_REST),
                };
                self.phase = Phase::Resting(self.rest);
                self.home
            }
        }
    }

    /// Takes the lowest limit that is about as good as the best. Returns whether it changed.
    fn choose_home(&mut self) -> bool {
        let best = self.throughput.values().copied().fold(0.0, f64::max);
        let mut limits = self.throughput.iter();
        let lowest = limits.find(|(_, throughput)| **throughput >= best * AS_GOOD);
        let home = lowest.map_or(self.home, |(limit, _)| *limit);
        std::mem::replace(&mut self.home, home) != home
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, MOST};
    use std::time::Duration;

    /// A server with that many cores and 7 ms of work per request, `network` away. Beyond its
    /// cores, each further request slows it down by `penalty`.
    fn settle(cores: usize, network: f64, penalty: f64) -> usize {
        let mut limit = Limit::auto();
        for _ in 0..20_000 {
            let at_once = limit.current() as f64;
            let waiting = (at_once / cores as f64).max(1.0);
            let crowd = 1.0 + penalty * (at_once - cores as f64).max(0.0);
            let took = Duration::from_secs_f64(0.007 * waiting * crowd + network);
            limit.observe(took, limit.current());
        }
        limit.current()
    }

    #[test]
    fn finds_about_as_many_as_the_server_has_cores() {
        for cores in [1, 2, 4, 8, 16] {
            let found = settle(cores, 0.0, 0.02);
            assert!(
                (cores.max(2) - 1..=cores + 2).contains(&found),
                "{cores}: {found}"
            );
        }
    }

    #[test]
    fn a_slow_network_asks_for_more_at_once() {
        let found = settle(4, 0.05, 0.005);
        assert!((16..=MOST).contains(&found), "{found}");
    }

    #[test]
    fn a_fixed_limit_stays() {
        let mut limit = Limit::fixed(0);
        for _ in 0..1_000 {
            limit.observe(Duration::from_millis(1), 1);
        }
        assert_eq!(limit.current(), 1);
    }
}
