//! A place with people, and a postman who keeps their letters.

use std::net::IpAddr;
use std::sync::Mutex;

use async_trait::async_trait;
use bugsage_commands::audit::Origin;
use bugsage_commands::clock::Clock;
use bugsage_commands::mail::{Letter, MailError, Mailer};
use bugsage_commands::people::signing::Algorithm;
use bugsage_commands::people::{
    Email, Means, Opened, People, PeopleError, Registration, SignedIn, letters,
};
use bugsage_commands::seal::Sealer;
use bugsage_domain::ids::UserId;
use bugsage_event_store::{DatabaseRole, connect};
use bugsage_test_database::TestDatabase;
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) const URL: &str = "https://bugs.example";
pub(crate) const PASSWORD: &str = "correct battery 37 staple";

pub(crate) struct Town {
    pub(crate) people: People,
    pub(crate) clock: Clock,
    pub(crate) owner: PgPool,
    pub(crate) app: PgPool,
    pub(crate) postman: Postman,
    // Last, so that the pools go before it.
    _database: TestDatabase,
}

/// Keeps every letter, or refuses all.
#[derive(Default)]
pub(crate) struct Postman {
    pub(crate) letters: Mutex<Vec<Letter>>,
    pub(crate) ill: Mutex<bool>,
}

#[async_trait]
impl Mailer for Postman {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        if *self.ill.lock().unwrap() {
            return Err(MailError::Server(None));
        }
        self.letters.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

/// Thirty-two bytes of nothing.
pub(crate) fn sealer() -> Sealer {
    format!("it={}=", "A".repeat(43)).parse().unwrap()
}

pub(crate) fn email(text: &str) -> Email {
    text.parse().unwrap()
}

pub(crate) fn origin(address: &str) -> Origin {
    Origin {
        actor: "anonymous".to_owned(),
        address: Some(address.parse::<IpAddr>().unwrap()),
        request_id: "request".to_owned(),
    }
}

impl Town {
    pub(crate) async fn new() -> Self {
        Self::signing(Algorithm::EdDsa).await
    }

    pub(crate) async fn signing(algorithm: Algorithm) -> Self {
        let database = TestDatabase::create().await;
        let owner = database.owner().await;
        let app = connect(&database.url(), DatabaseRole::App, 16).unwrap();
        let clock = Clock::default();
        Self {
            people: People::open(app.clone(), clock.clone(), sealer(), URL, algorithm)
                .await
                .unwrap(),
            clock,
            owner,
            app,
            postman: Postman::default(),
            _database: database,
        }
    }

    /// The people as another process knows them.
    pub(crate) async fn another_node(&self) -> People {
        People::open(
            self.app.clone(),
            self.clock.clone(),
            sealer(),
            URL,
            Algorithm::EdDsa,
        )
        .await
        .unwrap()
    }

    pub(crate) async fn registers(&self, who: &str, password: &str) -> Result<(), PeopleError> {
        let asked = Registration {
            email: email(who),
            name: String::new(),
            password: password.to_owned(),
        };
        self.people.register(&asked, &origin("192.0.2.1")).await
    }

    /// A person with a confirmed address.
    pub(crate) async fn resident(&self, who: &str) {
        self.registers(who, PASSWORD).await.unwrap();
        self.confirms(who, PASSWORD).await.unwrap();
    }

    /// Confirms an address with the code in its newest letter.
    pub(crate) async fn confirms(&self, who: &str, password: &str) -> Result<(), PeopleError> {
        let code = self.code_of(who).await;
        self.people
            .confirm(&code, password, &origin("192.0.2.1"))
            .await
    }

    /// Has the post delivered, and answers the newest letter to somebody.
    pub(crate) async fn letter_to(&self, who: &str) -> Option<Letter> {
        letters::round(&self.people, &self.postman, URL)
            .await
            .unwrap();
        let letters = self.postman.letters.lock().unwrap();
        letters.iter().rfind(|letter| letter.to == who).cloned()
    }

    /// The code in the newest letter to somebody.
    pub(crate) async fn code_of(&self, who: &str) -> String {
        let letter = self.letter_to(who).await.unwrap();
        let code = letter
            .text
            .lines()
            .map(str::trim)
            .find(|line| line.len() == 32);
        code.unwrap().to_owned()
    }

    pub(crate) async fn signs_in(
        &self,
        who: &str,
        password: &str,
    ) -> Result<SignedIn, PeopleError> {
        self.signs_in_from("192.0.2.1", who, password).await
    }

    pub(crate) async fn signs_in_from(
        &self,
        address: &str,
        who: &str,
        password: &str,
    ) -> Result<SignedIn, PeopleError> {
        self.people
            .sign_in(&email(who), password, Means::Tokens, &origin(address))
            .await
    }

    pub(crate) async fn gets_cookie(&self, who: &str) -> (UserId, String) {
        let signed_in = self
            .people
            .sign_in(&email(who), PASSWORD, Means::Cookie, &origin("192.0.2.1"))
            .await
            .unwrap();
        match signed_in.opened {
            Opened::Cookie(cookie) => (signed_in.user, cookie),
            Opened::Tokens { .. } => panic!("a cookie was asked for"),
        }
    }

    /// The actions in the audit log about somebody, oldest first.
    pub(crate) async fn audited(&self, user: UserId) -> Vec<String> {
        sqlx::query_scalar("select action from audit_log where subject = $1 order by audit_id")
            .bind(format!("user:{user}"))
            .fetch_all(&self.owner)
            .await
            .unwrap()
    }

    /// Makes somebody a member of a new organization.
    pub(crate) async fn owns_an_organization(&self, user: UserId) -> Uuid {
        let organization = Uuid::new_v4();
        sqlx::query("insert into organizations (organization_id, name) values ($1, 'it')")
            .bind(organization)
            .execute(&self.owner)
            .await
            .unwrap();
        self.joins(organization, user, "owner").await;
        organization
    }

    pub(crate) async fn joins(&self, organization: Uuid, user: UserId, role: &str) {
        sqlx::query("insert into memberships (organization_id, user_id, role) values ($1, $2, $3)")
            .bind(organization)
            .bind(user.0)
            .bind(role)
            .execute(&self.owner)
            .await
            .unwrap();
    }
}

/// The two tokens of a session.
pub(crate) fn tokens(signed_in: SignedIn) -> (String, String) {
    match signed_in.opened {
        Opened::Tokens { access, refresh } => (access, refresh),
        Opened::Cookie(_) => panic!("tokens were asked for"),
    }
}
