//! The sandbox as a whole: starting, stopping, and its file. How it answers is checked by the
//! conformance suite, against real servers.
