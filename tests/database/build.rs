//! The migrations are part of this crate: a new one must be seen.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
