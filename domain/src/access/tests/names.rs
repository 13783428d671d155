//! What can be a name.

use crate::access::{NAME_MAX, Name, NotAName};

fn named(text: &str) -> Result<String, NotAName> {
    Name::try_from(text).map(|name| name.as_str().to_owned())
}

#[test]
fn spaces_around_a_name_are_none_of_it() {
    assert_eq!(named("  The shop \n"), Ok("The shop".to_owned()));
}

#[test]
fn a_name_is_neither_empty_nor_endless() {
    assert_eq!(named("   "), Err(NotAName::Length(0)));
    assert!(named(&"ü".repeat(NAME_MAX)).is_ok());
    let long = "ü".repeat(NAME_MAX + 1);
    assert_eq!(named(&long), Err(NotAName::Length(NAME_MAX + 1)));
}

#[test]
fn a_name_shows_as_it_is() {
    for odd in ["a\u{0}b", "a\nb", "a\u{1b}[31mb", "a\u{202e}b", "a\u{85}b"] {
        assert_eq!(named(odd), Err(NotAName::Control), "{odd:?}");
    }
}
