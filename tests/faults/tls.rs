pub(crate) const TESTS: crate::Tests = &[];
