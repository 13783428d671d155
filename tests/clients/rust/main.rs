//! A program that uses the unmodified `sentry` crate, as an application would.

fn main() {}
