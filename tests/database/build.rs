//! The migrations are part of this crate: a new one must be seen.

#![expect(clippy::print_stdout, reason = "so a build script speaks to cargo")]

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
