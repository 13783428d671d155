//! The life of an account: registered, confirmed, used, changed, erased.

use bugsage_commands::audit::Origin;
use bugsage_commands::people::password::{LENGTH_MAX, Passwords, Unfit};
use bugsage_commands::people::{Change, Means, Notifications, PeopleError, Registration};
use bugsage_domain::ids::UserId;
use sqlx::PgPool;
use uuid::Uuid;

use super::town::{PASSWORD, Town, email, origin, tokens};

/// What is stored of a password by parameters of long ago: 8 KiB and one pass.
pub(super) fn weak(town: &Town) -> Passwords {
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    Passwords::with(params, town.clock.clone())
}

async fn stored(owner: &PgPool, who: &str) -> String {
    sqlx::query_scalar("select password_hash from users where email = $1")
        .bind(who)
        .fetch_one(owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn nobody_signs_in_before_the_address_is_confirmed() {
    let town = Town::new().await;
    town.registers("ann@example.com", PASSWORD).await.unwrap();
    let early = town
        .signs_in("ann@example.com", PASSWORD)
        .await
        .unwrap_err();
    assert!(matches!(early, PeopleError::Wrong), "{early}");
    let code = town.code_of("ann@example.com").await;
    town.people
        .confirm(&code, PASSWORD, &origin("192.0.2.1"))
        .await
        .unwrap();
    let signed_in = town.signs_in("Ann@Example.com ", PASSWORD).await.unwrap();
    let known = [
        "user.registered",
        "session.refused",
        "user.confirmed",
        "session.started",
    ];
    assert_eq!(town.audited(signed_in.user).await, known);
    let again = town
        .people
        .confirm(&code, PASSWORD, &origin("192.0.2.1"))
        .await
        .unwrap_err();
    assert!(matches!(again, PeopleError::Link), "{again}");
}

#[tokio::test]
async fn what_is_stored_of_a_password_is_argon2id_of_todays_strength() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let hash = stored(&town.owner, "ann@example.com").await;
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
    assert!(!hash.contains("battery"));
}

#[tokio::test]
async fn a_weak_hash_is_made_anew_at_the_next_sign_in() {
    let mut town = Town::new().await;
    let today = town.people.passwords().clone();
    town.people = town.people.clone().with_passwords(weak(&town));
    town.resident("ann@example.com").await;
    let before = stored(&town.owner, "ann@example.com").await;
    assert!(before.contains("m=8,t=1"), "{before}");
    town.signs_in("ann@example.com", PASSWORD).await.unwrap();
    assert_eq!(stored(&town.owner, "ann@example.com").await, before);

    town.people = town.people.clone().with_passwords(today);
    town.signs_in("ann@example.com", PASSWORD).await.unwrap();
    let after = stored(&town.owner, "ann@example.com").await;
    assert!(after.contains("m=19456,t=2"), "{after}");
    town.signs_in("ann@example.com", PASSWORD).await.unwrap();
    assert_eq!(stored(&town.owner, "ann@example.com").await, after);
}

#[tokio::test]
async fn passwords_that_are_guessed_at_once_are_not_taken() {
    let town = Town::new().await;
    for (password, why) in [
        ("elevenchars", Unfit::Short),
        ("ünïcödé€€€€", Unfit::Short),
        (&*"x1".repeat(LENGTH_MAX), Unfit::Long),
        ("1234567890123", Unfit::Common),
        ("PasswordPassword", Unfit::Common),
        ("1q2w3e4r5t6y", Unfit::Common),
        ("aaaaaaaaaaaaaaaa", Unfit::Common),
        ("abcdabcdabcdab", Unfit::Common),
        ("Ann-Marie@example.com", Unfit::Common),
    ] {
        let refused = town.registers("ann-marie@example.com", password).await;
        match refused {
            Err(PeopleError::Unfit(unfit)) => assert_eq!(unfit, why, "{password}"),
            other => panic!("{password}: {other:?}"),
        }
    }
    assert_eq!(town.people.passwords().runs(), 0);
    let longest = "ab3".repeat(50)[..LENGTH_MAX - 1].to_owned() + "€";
    town.registers("ann-marie@example.com", &longest)
        .await
        .unwrap();
}

#[tokio::test]
async fn who_registers_an_address_of_somebody_else_knows_no_password_of_it() {
    let town = Town::new().await;
    town.registers("ann@example.com", "the password of mallory")
        .await
        .unwrap();
    town.registers("ann@example.com", PASSWORD).await.unwrap();
    town.confirms("ann@example.com", PASSWORD).await.unwrap();
    town.signs_in("ann@example.com", "the password of mallory")
        .await
        .unwrap_err();
    town.signs_in("ann@example.com", PASSWORD).await.unwrap();

    // Confirmed, it is nobody's to register.
    town.registers("ann@example.com", "the password of mallory")
        .await
        .unwrap();
    town.signs_in("ann@example.com", "the password of mallory")
        .await
        .unwrap_err();
    let letter = town.letter_to("ann@example.com").await.unwrap();
    assert_eq!(letter.subject, "You have an account already");
}

#[tokio::test]
async fn a_changed_password_ends_every_session_before() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let (user, cookie) = town.gets_cookie("ann@example.com").await;
    let (access, refresh) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    assert!(town.people.by_cookie(&cookie).await.unwrap().is_some());
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_some()
    );

    let new = "another battery staple";
    let here = origin("192.0.2.1");
    let wrong = town
        .people
        .change_password(user, "not that one, no", new, Means::Tokens, &here);
    assert!(matches!(
        wrong.await.unwrap_err(),
        PeopleError::WrongPassword
    ));
    let change = town
        .people
        .change_password(user, PASSWORD, new, Means::Tokens, &here);
    let (fresh, _) = tokens(change.await.unwrap());

    assert!(town.people.by_cookie(&cookie).await.unwrap().is_none());
    assert!(
        town.people
            .by_access_token(&access)
            .await
            .unwrap()
            .is_none()
    );
    assert!(matches!(
        town.people.refresh(&refresh, &here).await.unwrap_err(),
        PeopleError::Over
    ));
    assert!(town.people.by_access_token(&fresh).await.unwrap().is_some());
    town.signs_in("ann@example.com", PASSWORD)
        .await
        .unwrap_err();
    town.signs_in("ann@example.com", new).await.unwrap();
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_who_reads_the_mail() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let (_, cookie) = town.gets_cookie("ann@example.com").await;
    let here = origin("192.0.2.1");
    town.people
        .forgot_password(&email("ann@example.com"), &here)
        .await
        .unwrap();
    town.people
        .forgot_password(&email("nobody@example.com"), &here)
        .await
        .unwrap();
    assert!(town.letter_to("nobody@example.com").await.is_none());
    let code = town.code_of("ann@example.com").await;

    let runs = town.people.passwords().runs();
    let made_up =
        town.people
            .reset_password("00000000000000000000000000000000", "a new password", &here);
    assert!(matches!(made_up.await.unwrap_err(), PeopleError::Link));
    assert_eq!(
        town.people.passwords().runs(),
        runs,
        "a made-up code costs no run"
    );

    town.people
        .reset_password(&code, "a password of today", &here)
        .await
        .unwrap();
    assert!(town.people.by_cookie(&cookie).await.unwrap().is_none());
    town.signs_in("ann@example.com", "a password of today")
        .await
        .unwrap();
    let again = town
        .people
        .reset_password(&code, "a password of today", &here);
    assert!(matches!(again.await.unwrap_err(), PeopleError::Link));
    let letter = town.letter_to("ann@example.com").await.unwrap();
    assert_eq!(letter.subject, "Your password was changed");
}

#[tokio::test]
async fn who_has_letters_sent_to_somebody_else_makes_none_of_them_useless() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let ann = email("ann@example.com");
    let mallory = origin("198.51.100.1");
    town.people.forgot_password(&ann, &mallory).await.unwrap();
    let first = town.code_of("ann@example.com").await;
    town.clock.advance(121);
    town.people.forgot_password(&ann, &mallory).await.unwrap();
    let second = town.code_of("ann@example.com").await;
    assert_ne!(first, second);
    let reset = async |code: &str| {
        let here = origin("192.0.2.1");
        let new = "a password of today";
        town.people.reset_password(code, new, &here).await
    };
    reset(&first).await.unwrap();
    assert!(matches!(
        reset(&second).await.unwrap_err(),
        PeopleError::Link
    ));
}

#[tokio::test]
async fn a_code_to_set_a_password_is_good_for_an_hour() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let here = origin("192.0.2.1");
    town.people
        .forgot_password(&email("ann@example.com"), &here)
        .await
        .unwrap();
    let code = town.code_of("ann@example.com").await;
    town.clock.advance(3601);
    let late = town
        .people
        .reset_password(&code, "a password of today", &here)
        .await
        .unwrap_err();
    assert!(matches!(late, PeopleError::Link), "{late}");
}

#[tokio::test]
async fn a_person_says_what_they_are_called_and_when_their_day_begins() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let (user, _) = town.gets_cookie("ann@example.com").await;
    let here = origin("192.0.2.1");
    let change = Change {
        name: Some("Ann".to_owned()),
        time_zone: Some("Europe/Paris".to_owned()),
        notifications: Some(Notifications {
            weekly_summary: true,
            ..Notifications::default()
        }),
    };
    let changed = town
        .people
        .change_profile(user, change, &here)
        .await
        .unwrap();
    assert_eq!(town.people.profile(user).await.unwrap(), changed);
    assert_eq!(
        (&*changed.name, &*changed.time_zone),
        ("Ann", "Europe/Paris")
    );
    assert!(changed.preferences.notifications.weekly_summary);
    for zone in ["Europe/Atlantis", "CET+5", "", "x'; drop table users; --/"] {
        let change = Change {
            time_zone: Some(zone.to_owned()),
            ..Change::default()
        };
        let refused = town
            .people
            .change_profile(user, change, &here)
            .await
            .unwrap_err();
        assert!(
            matches!(refused, PeopleError::TimeZone),
            "{zone}: {refused}"
        );
    }
    assert_eq!(town.people.profile(user).await.unwrap(), changed);
}

#[tokio::test]
async fn who_is_erased_leaves_an_id_and_nothing_else() {
    let town = Town::new().await;
    let here = origin("192.0.2.77");
    did_all_from(&town, &here).await;
    let (user, cookie) = town.gets_cookie("ann@example.com").await;
    let organization = town.owns_an_organization(user).await;
    town.resident("bob@example.com").await;
    let (bob, _) = town.gets_cookie("bob@example.com").await;
    town.joins(organization, bob, "viewer").await;
    let last = town.people.erase(user, PASSWORD, &here).await.unwrap_err();
    assert!(matches!(last, PeopleError::LastOwner), "{last}");
    assert!(town.people.by_cookie(&cookie).await.unwrap().is_some());

    sqlx::query("update memberships set role = 'owner'")
        .execute(&town.owner)
        .await
        .unwrap();
    let unproved = town
        .people
        .erase(user, "not that one, no", &here)
        .await
        .unwrap_err();
    assert!(matches!(unproved, PeopleError::WrongPassword), "{unproved}");
    town.people.erase(user, PASSWORD, &here).await.unwrap();

    assert!(town.people.by_cookie(&cookie).await.unwrap().is_none());
    town.signs_in("ann@example.com", PASSWORD)
        .await
        .unwrap_err();
    assert!(town.audited(user).await.contains(&"user.erased".to_owned()));
    nothing_is_left_of(&town.owner, user).await;
    // The address is free again.
    town.resident("ann@example.com").await;
    let (next, _) = town.gets_cookie("ann@example.com").await;
    assert_ne!(next, user);
}

/// Ann from one address: all that leaves a record before it is known who asks.
async fn did_all_from(town: &Town, here: &Origin) {
    let ann = email("ann@example.com");
    let asked = Registration {
        email: ann.clone(),
        name: "Ann".to_owned(),
        password: PASSWORD.to_owned(),
    };
    town.people.register(&asked, here).await.unwrap();
    let code = town.code_of("ann@example.com").await;
    town.people.ask_to_confirm(&ann, here).await.unwrap();
    town.people.confirm(&code, PASSWORD, here).await.unwrap();
    let wrong = town
        .people
        .sign_in(&ann, "not that one, no", Means::Tokens, here);
    assert!(wrong.await.is_err());
    town.people.forgot_password(&ann, here).await.unwrap();
    let (_, first) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
    town.people.refresh(&first, here).await.unwrap();
    assert!(town.people.refresh(&first, here).await.is_err());
    let told: Vec<String> = sqlx::query_scalar(
        "select distinct action from audit_log where actor = 'anonymous' order by action",
    )
    .fetch_all(&town.owner)
    .await
    .unwrap();
    let all = [
        "password.forgotten",
        "session.refused",
        "session.reused",
        "user.asked_to_confirm",
        "user.registered",
    ];
    assert_eq!(told, all);
}

/// An organization of one person, with all that lets somebody or something in.
async fn founds(town: &Town, user: UserId) -> Uuid {
    let organization = town.owns_an_organization(user).await;
    sqlx::raw_sql(&format!(
        "insert into projects (organization_id, name) values ('{organization}', 'it');
         insert into dsn_keys (public_key, organization_id, project_id)
             select 'it', organization_id, project_id from projects;
         insert into api_keys (key_id, organization_id, name, hash, scopes)
             values (gen_random_uuid(), '{organization}', 'it', '', '{{}}');
         insert into service_accounts (account_id, organization_id, name, scopes, hash, created_by, created_at)
             values (gen_random_uuid(), '{organization}', 'it', '{{}}', '', 'system', now());
         insert into invitations (invitation_id, organization_id, email, role, hash, invited_by, created_at, expires_at)
             values (gen_random_uuid(), '{organization}', 'bob@example.com', 'owner', '', 'system', now(), now() + interval '1 day');
         insert into identity_providers (provider_id, organization_id, name, kind, issuer, client_id, domains, role, created_by, created_at)
             values (gen_random_uuid(), '{organization}', 'it', 'oidc', 'https://it.example', 'it', '{{}}', 'viewer', 'system', now());"
    ))
    .execute(&town.owner)
    .await
    .unwrap();
    organization
}

#[tokio::test]
async fn an_organization_whose_last_member_is_erased_lets_nothing_in_any_more() {
    let town = Town::new().await;
    town.resident("ann@example.com").await;
    let (user, _) = town.gets_cookie("ann@example.com").await;
    let organization = founds(&town, user).await;
    let here = origin("192.0.2.77");
    town.people.erase(user, PASSWORD, &here).await.unwrap();
    let open: i64 = sqlx::query_scalar(
        "select (select count(*) from memberships) + (select count(*) from identity_providers)
              + (select count(*) from dsn_keys where enabled) + (select count(*) from api_keys where revoked_at is null)
              + (select count(*) from service_accounts where revoked_at is null)
              + (select count(*) from invitations where revoked_at is null)
              + (select count(*) from projects where closed_at is null)",
    )
    .fetch_one(&town.owner)
    .await
    .unwrap();
    assert_eq!(open, 0);
    let told: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select actor, action, host(address) from audit_log where organization_id = $1
          and action = 'organization.closed'",
    )
    .bind(organization)
    .fetch_all(&town.owner)
    .await
    .unwrap();
    let closed = (
        format!("user:{user}"),
        "organization.closed".to_owned(),
        None,
    );
    assert_eq!(told, [closed]);
}

/// Looks through every row of the whole database for the name and the place of somebody.
async fn nothing_is_left_of(owner: &PgPool, user: UserId) {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p')",
    )
    .fetch_all(owner)
    .await
    .unwrap();
    for table in tables {
        let found: i64 = sqlx::query_scalar(&format!(
            "select count(*) from {table} t where t::text like '%ann@example%' or
                 (t::text like '%192.0.2.77%' and t::text like $1)"
        ))
        .bind(format!("%user:{user}%"))
        .fetch_one(owner)
        .await
        .unwrap();
        assert_eq!(found, 0, "{table}");
    }
    let left: Option<Uuid> =
        sqlx::query_scalar("select user_id from users where user_id = $1 and email is null")
            .bind(user.0)
            .fetch_optional(owner)
            .await
            .unwrap();
    assert_eq!(left, Some(user.0), "history still names somebody");
}
