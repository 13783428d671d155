use super::*;

const OLD: &str = "old=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "new=ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

fn sealer(keys: &str) -> Sealer {
    keys.parse().expect("keys")
}

fn place() -> Place<'static> {
    Place {
        organization: Some(OrganizationId(Uuid::from_u128(1))),
        purpose: "github.token",
        id: Uuid::from_u128(2),
    }
}

#[test]
fn what_is_sealed_opens_and_looks_like_nothing() {
    let sealer = sealer(OLD);
    let sealed = sealer.seal(&place(), b"token").unwrap();
    assert_eq!(sealed.key_id, "old");
    assert!(!sealed.bytes.windows(5).any(|part| part == b"token"));
    assert_eq!(sealer.open(&place(), &sealed).unwrap().expose(), b"token");
    assert_ne!(sealer.seal(&place(), b"token").unwrap(), sealed);
}

#[test]
fn the_first_key_seals_and_each_opens() {
    let old = sealer(OLD).seal(&place(), b"token").unwrap();
    let both = sealer(&format!("{NEW}, {OLD}"));
    assert_eq!(both.seal(&place(), b"token").unwrap().key_id, "new");
    assert_eq!(both.open(&place(), &old).unwrap().expose(), b"token");
    let gone = sealer(NEW).open(&place(), &old);
    assert!(matches!(gone, Err(SealError::UnknownKey(id)) if id == "old"));
}

#[test]
fn another_key_of_the_same_name_opens_nothing() {
    let sealed = sealer(OLD).seal(&place(), b"token").unwrap();
    let other = sealer(&NEW.replace("new=", "old="));
    let opened = other.open(&place(), &sealed);
    assert!(matches!(opened, Err(SealError::Broken(_))));
}

#[test]
fn a_seal_opens_in_its_own_place_alone() {
    let sealer = sealer(OLD);
    let sealed = sealer.seal(&place(), b"token").unwrap();
    let elsewhere = [
        Place {
            organization: None,
            ..place()
        },
        Place {
            organization: Some(OrganizationId(Uuid::from_u128(2))),
            ..place()
        },
        Place {
            purpose: "jira.token",
            ..place()
        },
        Place {
            id: Uuid::from_u128(3),
            ..place()
        },
    ];
    for place in elsewhere {
        let opened = sealer.open(&place, &sealed);
        assert!(matches!(opened, Err(SealError::Broken(_))), "{place:?}");
    }
}

#[test]
fn a_seal_that_was_changed_or_cut_does_not_open() {
    let sealer = sealer(OLD);
    let sealed = sealer.seal(&place(), b"token").unwrap();
    for at in 0..sealed.bytes.len() {
        let mut changed = sealed.clone();
        changed.bytes[at] ^= 1;
        assert!(sealer.open(&place(), &changed).is_err(), "byte {at}");
        changed.bytes.truncate(at);
        assert!(sealer.open(&place(), &changed).is_err(), "{at} bytes");
    }
}

#[test]
fn keys_that_are_none_are_told_without_being_shown() {
    let short = "a=c2hvcnQ=";
    for (text, wrong) in [
        ("", WrongKeys::None),
        (" , ", WrongKeys::None),
        ("secret", WrongKeys::Entry),
        (short, WrongKeys::Entry),
        ("a=!", WrongKeys::Entry),
        (&format!("={}", &OLD[4..]), WrongKeys::Entry),
        (&format!("a b={}", &OLD[4..]), WrongKeys::Entry),
        (&format!("{OLD},{OLD}"), WrongKeys::Twice),
    ] {
        assert_eq!(text.parse::<Sealer>().err(), Some(wrong), "{text}");
    }
}

#[test]
fn a_new_key_seals_and_none_is_ever_shown() {
    let key = new_key("2026-11-28").unwrap();
    assert_ne!(key, new_key("2026-11-28").unwrap());
    let sealer = sealer(&key);
    assert_eq!(format!("{sealer:?}"), "[\"2026-11-28\"]");
    let sealed = sealer.seal(&place(), b"token").unwrap();
    let opened = sealer.open(&place(), &sealed).unwrap();
    assert_eq!(format!("{opened:?}"), "(hidden)");
}
