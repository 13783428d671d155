//! What runtimes, libraries and drivers say, and what it means.

mod csharp;
mod go;
mod java;
mod javascript;
mod php;
mod python;
mod ruby;
mod rust;

use crate::analysis::Category;
use crate::analysis::rules::{Circumstances, analyze};
use crate::occurrence::{Exception, Occurrence};

fn category(platform: &str, kind: &str, value: &str) -> Category {
    let exception = Exception {
        kind: Some(kind.to_owned()).filter(|kind| !kind.is_empty()),
        value: Some(value.to_owned()),
        ..Exception::default()
    };
    let occurrence = Occurrence {
        platform: Some(platform.to_owned()),
        exceptions: vec![exception],
        ..Occurrence::default()
    };
    analyze(&occurrence, &Circumstances::default()).category
}

fn hold(platform: &str, known: &[(&str, &str, Category)]) {
    let wrong = known.iter().filter_map(|(kind, value, expected)| {
        let told = category(platform, kind, value);
        (told != *expected).then(|| format!("{kind}: {value}: {expected}, told {told}"))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{platform}\n{}", wrong.join("\n"));
}
