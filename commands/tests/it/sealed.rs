//! Secrets in the database: sealed there, opened by the program alone, and sealed anew.

use bugsage_commands::clock::Clock;
use bugsage_commands::seal::{self, Place, SealError, Sealer, new_key};
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{DatabaseRole, connect, tenant};
use bugsage_test_database::TestDatabase;
use sqlx::PgPool;
use uuid::Uuid;

struct Vault {
    _database: TestDatabase,
    owner: PgPool,
    app: PgPool,
    organization: OrganizationId,
    clock: Clock,
}

impl Vault {
    async fn new() -> Self {
        let database = TestDatabase::create().await;
        let owner = database.owner().await;
        let organization = OrganizationId(Uuid::new_v4());
        sqlx::query("insert into organizations (organization_id, name) values ($1, 'it')")
            .bind(organization.0)
            .execute(&owner)
            .await
            .unwrap();
        Self {
            app: connect(&database.url(), DatabaseRole::App, 2).unwrap(),
            owner,
            organization,
            clock: Clock::default(),
            _database: database,
        }
    }

    fn place(&self) -> Place<'static> {
        Place {
            organization: Some(self.organization),
            purpose: "github.token",
            id: self.clock.new_id(),
        }
    }

    async fn put(&self, sealer: &Sealer, place: &Place<'_>, secret: &[u8]) {
        let mut transaction = tenant(&self.app, self.organization).await.unwrap();
        seal::seal(&mut transaction, sealer, place, secret, self.clock.now())
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    async fn get(&self, sealer: &Sealer, place: &Place<'_>) -> Result<Option<Vec<u8>>, SealError> {
        let mut transaction = tenant(&self.app, self.organization).await.unwrap();
        let opened = seal::open(&mut transaction, sealer, place).await?;
        Ok(opened.map(|secret| secret.expose().to_vec()))
    }
}

fn key(id: &str) -> String {
    new_key(id).unwrap()
}

fn sealer(keys: &[&str]) -> Sealer {
    keys.join(",").parse().unwrap()
}

#[tokio::test]
async fn a_secret_is_read_again_replaced_and_forgotten() {
    let vault = Vault::new().await;
    let (sealer, place) = (sealer(&[&key("a")]), vault.place());
    assert_eq!(vault.get(&sealer, &place).await.unwrap(), None);
    for secret in [&b"first"[..], b"second"] {
        vault.put(&sealer, &place, secret).await;
        assert_eq!(vault.get(&sealer, &place).await.unwrap().unwrap(), secret);
    }
    let mut transaction = tenant(&vault.app, vault.organization).await.unwrap();
    seal::forget(&mut transaction, &place).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(vault.get(&sealer, &place).await.unwrap(), None);
}

#[tokio::test]
async fn another_organization_neither_sees_nor_replaces_it() {
    let vault = Vault::new().await;
    let (sealer, place) = (sealer(&[&key("a")]), vault.place());
    vault.put(&sealer, &place, b"secret").await;
    let other = OrganizationId(Uuid::new_v4());
    let mut transaction = tenant(&vault.app, other).await.unwrap();
    let opened = seal::open(&mut transaction, &sealer, &place).await.unwrap();
    assert_eq!(opened, None);
    let theirs = Place {
        organization: Some(other),
        ..place
    };
    let now = vault.clock.now();
    let replaced = seal::seal(&mut transaction, &sealer, &theirs, b"x", now).await;
    assert!(
        matches!(replaced, Err(SealError::Database(_))),
        "{replaced:?}"
    );
}

#[tokio::test]
async fn a_row_that_was_copied_over_another_does_not_open() {
    let vault = Vault::new().await;
    let (sealer, one, other) = (sealer(&[&key("a")]), vault.place(), vault.place());
    vault.put(&sealer, &one, b"one").await;
    vault.put(&sealer, &other, b"other").await;
    sqlx::query(
        "update sealed_secrets s set sealed = o.sealed from sealed_secrets o
          where s.secret_id = $1 and o.secret_id = $2",
    )
    .bind(one.id)
    .bind(other.id)
    .execute(&vault.owner)
    .await
    .unwrap();
    let opened = vault.get(&sealer, &one).await;
    assert!(matches!(opened, Err(SealError::Broken(_))), "{opened:?}");
}

#[tokio::test]
async fn everything_is_sealed_anew_and_the_old_key_can_go() {
    let vault = Vault::new().await;
    let (old, new) = (key("old"), key("new"));
    let places: Vec<_> = (0..250).map(|_| vault.place()).collect();
    for place in &places {
        vault.put(&sealer(&[&old]), place, b"secret").await;
    }
    let of_all = Place {
        organization: None,
        ..vault.place()
    };
    vault.put(&sealer(&[&old]), &of_all, b"of all").await;
    let both = sealer(&[&new, &old]);
    let now = vault.clock.now();
    for expected in [251, 0] {
        let resealed = seal::reseal(&vault.owner, &both, now).await.unwrap();
        assert_eq!((resealed.done, resealed.unopened.len()), (expected, 0));
    }
    let new = sealer(&[&new]);
    for place in &places {
        assert_eq!(vault.get(&new, place).await.unwrap().unwrap(), b"secret");
    }
    assert_eq!(vault.get(&new, &of_all).await.unwrap().unwrap(), b"of all");
}

#[tokio::test]
async fn what_does_not_open_holds_nothing_up_and_is_told() {
    let vault = Vault::new().await;
    let (lost, old, new) = (key("lost"), key("old"), key("new"));
    let (first, second) = (vault.place(), vault.place());
    vault.put(&sealer(&[&lost]), &first, b"first").await;
    vault.put(&sealer(&[&old]), &second, b"second").await;
    let both = sealer(&[&new, &old]);
    let resealed = seal::reseal(&vault.owner, &both, vault.clock.now())
        .await
        .unwrap();
    assert_eq!(resealed.done, 1);
    let [(id, error)] = &resealed.unopened[..] else {
        panic!("{resealed:?}");
    };
    assert_eq!(*id, first.id);
    assert!(error.to_string().contains("\"lost\""), "{error}");
}
