use super::super::auth::{AuthError, Places, sender};

#[test]
fn the_key_is_found_in_each_place() {
    let all = [
        Places {
            sentry_auth: Some("sentry  sentry_key = k ,sentry_client=c/1"),
            ..Places::default()
        },
        Places {
            authorization: Some("Sentry sentry_key=k"),
            ..Places::default()
        },
        Places {
            query: Some("sentry_version=7&sentry_key=k"),
            ..Places::default()
        },
        Places {
            dsn: Some("https://k:secret@host/prefix/1"),
            ..Places::default()
        },
    ];
    for places in all {
        assert_eq!(sender(&places).unwrap().key, "k");
    }
    assert_eq!(sender(&all[0]).unwrap().client.as_deref(), Some("c/1"));
}

#[test]
fn keys_that_differ_are_refused() {
    let places = Places {
        query: Some("sentry_key=a"),
        dsn: Some("https://b@h/1"),
        ..Places::default()
    };
    assert!(matches!(sender(&places), Err(AuthError::Disagree { .. })));
}

#[test]
fn no_key_is_an_error() {
    let places = Places {
        authorization: Some("Bearer x"),
        ..Places::default()
    };
    assert_eq!(sender(&places), Err(AuthError::Missing));
}
