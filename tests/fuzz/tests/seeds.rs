//! The seeds keep the rules, and every target has some.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bugsage_test_fuzz::TARGETS;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

fn seeds(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a file")))
        .collect()
}

#[test]
fn every_seed_keeps_the_rules_of_its_target() {
    for (name, target) in TARGETS {
        let seeds = seeds(&Path::new(CORPUS).join(name));
        assert!(!seeds.is_empty(), "{name} starts from nothing");
        for (path, bytes) in seeds {
            println!("{path}"); // shown if it panics
            target(&bytes);
        }
    }
}

#[test]
fn every_folder_of_seeds_has_its_target() {
    let folders: BTreeSet<String> = fs::read_dir(CORPUS)
        .expect("the seeds")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    assert_eq!(folders, TARGETS.map(|(name, _)| name.to_owned()).into());
}
