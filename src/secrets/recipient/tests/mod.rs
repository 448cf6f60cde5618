//! Tests of the whole way from bytes to messages, with keys made here.
