//! `examples/gitlab/.gitlab-ci.yml`: its jobs, run as a runner of GitLab runs them.

use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[];
