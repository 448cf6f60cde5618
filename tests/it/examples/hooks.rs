//! The hook of pre-commit and the variables of direnv.

use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[];
