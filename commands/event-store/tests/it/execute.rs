use std::sync::atomic::{AtomicI64, Ordering};

use bugsage_domain::error::{ErrorCommand, ErrorGroup, Refusal};
use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_event_store::{CommandContext, ExecuteError, Executed, Executor, Idempotency};
use serde_json::json;
use uuid::Uuid;

use crate::store::{Store, context, detect};

struct Detected {
    store: Store,
    executor: Executor,
    id: ErrorId,
}

impl Detected {
    async fn new() -> Self {
        let store = Store::new().await;
        let executor = store.executor();
        let id = ErrorId(Uuid::new_v4());
        let detected = Self {
            store,
            executor,
            id,
        };
        let command = detect(detected.store.organization, id);
        detected
            .ask(command, detected.store.context())
            .await
            .unwrap();
        detected
    }

    async fn ask(
        &self,
        command: ErrorCommand,
        context: CommandContext,
    ) -> Result<Executed, ExecuteError<Refusal>> {
        self.executor
            .execute::<ErrorGroup, _>(&self.id.to_string(), command, context, |group, sequence| {
                json!({"tags": group.live().map(|error| &error.facts.tags), "sequence": sequence})
            })
            .await
    }

    async fn events(&self) -> i64 {
        self.store.count("select count(*) from events").await
    }

    fn keyed(&self, request: u8) -> CommandContext {
        keyed(self.store.organization, request)
    }
}

fn keyed(organization: OrganizationId, request: u8) -> CommandContext {
    CommandContext {
        idempotency: Some(Idempotency {
            key: "key".to_owned(),
            request: vec![request],
        }),
        ..context(organization)
    }
}

pub(crate) fn tag(tag: &str) -> ErrorCommand {
    ErrorCommand::Tag {
        add: vec![tag.to_owned()],
        remove: Vec::new(),
    }
}

pub(crate) fn untag(tag: &str) -> ErrorCommand {
    ErrorCommand::Tag {
        add: Vec::new(),
        remove: vec![tag.to_owned()],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_at_once_are_decided_again_until_each_has_its_effect() {
    let error = Detected::new().await;
    let asking = ["a", "b", "c", "d"].map(|name| error.ask(tag(name), error.store.context()));
    for executed in futures::future::join_all(asking).await {
        executed.unwrap();
    }
    let last = error.ask(tag("e"), error.store.context()).await.unwrap();
    let mut tags: Vec<String> = serde_json::from_value(last.answer["tags"].clone()).unwrap();
    tags.sort();
    assert_eq!(tags, ["a", "b", "c", "d", "e", "web"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_overtaken_each_time_gives_up_and_writes_nothing() {
    let error = Detected::new().await;
    let rounds = AtomicI64::new(0);
    // The answer is made between deciding and appending: here somebody else is faster each time.
    let overtaken = error
        .executor
        .execute::<ErrorGroup, _>(
            &error.id.to_string(),
            tag("mine"),
            error.store.context(),
            |_, _| {
                let round = rounds.fetch_add(1, Ordering::Relaxed);
                tokio::task::block_in_place(|| {
                    let faster = tag(&format!("other-{round}"));
                    tokio::runtime::Handle::current()
                        .block_on(error.ask(faster, error.store.context()))
                        .unwrap();
                });
            },
        )
        .await;
    assert!(matches!(overtaken, Err(ExecuteError::Contended)));
    assert_eq!(error.events().await, 1 + rounds.load(Ordering::Relaxed));
    let mine = "select count(*) from events where payload::text like '%mine%'";
    assert_eq!(error.store.count(mine).await, 0);
}

#[tokio::test]
async fn a_command_that_was_overtaken_once_is_decided_on_the_new_state() {
    let error = Detected::new().await;
    let first = error.ask(tag("a"), error.store.context()).await.unwrap();
    let again = error.ask(tag("a"), error.store.context()).await.unwrap();
    assert_eq!(again.answer, first.answer);
    assert_eq!(again.position, 0, "nothing new to wait for");
    assert_eq!(error.events().await, 2);
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer_although_the_state_moved_on() {
    let error = Detected::new().await;
    let first = error.ask(tag("a"), error.keyed(1)).await.unwrap();
    error.ask(untag("a"), error.store.context()).await.unwrap();
    let again = error.ask(tag("a"), error.keyed(1)).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(again.answer["tags"], json!(["web", "a"]));
    assert_eq!(error.events().await, 3);
}

#[tokio::test]
async fn a_key_used_for_another_request_is_refused() {
    let error = Detected::new().await;
    error.ask(tag("a"), error.keyed(1)).await.unwrap();
    let other = error.ask(tag("b"), error.keyed(2)).await;
    assert!(matches!(other, Err(ExecuteError::KeyReused)));
    assert_eq!(error.events().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_many_times_at_once_has_one_effect_and_one_answer() {
    let error = Detected::new().await;
    // With If-Match, a repeat that was decided alone would find the error changed.
    let asking = (0..8).map(|_| {
        let context = CommandContext {
            if_match: Some(1),
            ..error.keyed(1)
        };
        error.ask(tag("a"), context)
    });
    let executed: Vec<_> = futures::future::try_join_all(asking).await.unwrap();
    assert!(executed.iter().all(|one| *one == executed[0]));
    assert_eq!(error.events().await, 2);
}

#[tokio::test]
async fn a_key_belongs_to_its_organization() {
    let error = Detected::new().await;
    error.ask(tag("a"), error.keyed(1)).await.unwrap();
    let (elsewhere, id) = (OrganizationId(Uuid::new_v4()), ErrorId(Uuid::new_v4()));
    let executed = error
        .executor
        .execute::<ErrorGroup, _>(
            &id.to_string(),
            detect(elsewhere, id),
            keyed(elsewhere, 2),
            |_, sequence| sequence,
        )
        .await
        .unwrap();
    assert_eq!(executed.answer, json!(1));
}

#[tokio::test]
async fn a_key_is_remembered_for_a_command_that_changed_nothing() {
    let error = Detected::new().await;
    let first = error.ask(tag("web"), error.keyed(1)).await.unwrap();
    error
        .ask(untag("web"), error.store.context())
        .await
        .unwrap();
    let again = error.ask(tag("web"), error.keyed(1)).await.unwrap();
    assert_eq!(again, first);
    assert_eq!((again.sequence, again.position), (1, 0));
}

#[tokio::test]
async fn a_stale_command_is_told_where_the_error_stands() {
    let error = Detected::new().await;
    error.ask(tag("a"), error.store.context()).await.unwrap();
    let stale = CommandContext {
        if_match: Some(1),
        ..error.store.context()
    };
    let outcome = error.ask(tag("b"), stale).await;
    assert!(matches!(outcome, Err(ExecuteError::Stale { actual: 2 })));
    let fresh = CommandContext {
        if_match: Some(2),
        ..error.store.context()
    };
    assert_eq!(error.ask(tag("b"), fresh).await.unwrap().sequence, 3);
}

#[tokio::test]
async fn a_refused_command_writes_nothing_and_its_key_stays_free() {
    let error = Detected::new().await;
    let refused = error.ask(ErrorCommand::Unmerge, error.keyed(1)).await;
    assert!(matches!(
        refused,
        Err(ExecuteError::Refused(Refusal::NotMerged))
    ));
    assert_eq!(error.events().await, 1);
    let keys = "select count(*) from idempotency_keys";
    assert_eq!(error.store.count(keys).await, 0);
    error.ask(tag("a"), error.keyed(2)).await.unwrap();
}

#[tokio::test]
async fn an_error_of_another_organization_does_not_exist() {
    let error = Detected::new().await;
    let stranger = context(OrganizationId(Uuid::new_v4()));
    let outcome = error.ask(tag("a"), stranger).await;
    assert!(matches!(
        outcome,
        Err(ExecuteError::Refused(Refusal::NotFound))
    ));
}

#[tokio::test]
async fn the_position_answered_is_that_of_the_last_event() {
    let error = Detected::new().await;
    let both = ErrorCommand::Tag {
        add: vec!["a".to_owned()],
        remove: vec!["web".to_owned()],
    };
    let executed = error.ask(both, error.store.context()).await.unwrap();
    let last = error.store.count("select max(position) from events").await;
    assert_eq!((executed.sequence, executed.position), (3, last));
}
