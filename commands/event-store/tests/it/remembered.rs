//! What one executor remembers while another changes it: given both know an error, when the other
//! changes it, then the first decides as if it had just looked.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{ErrorCommand, ErrorGroup, IgnoredUntil, Refusal};
use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_event_store::{CommandContext, ExecuteError, Executed, Executor, Idempotency};
use serde_json::json;
use uuid::Uuid;

use crate::execute::{tag, untag};
use crate::store::{Store, context, detect, noon};

/// An error that two nodes have decided on.
struct Shared {
    store: Store,
    here: Executor,
    there: Executor,
    id: ErrorId,
}

type Outcome = Result<Executed, ExecuteError<Refusal>>;

impl Shared {
    /// Detected and tagged: it stands at 3, and both know it.
    async fn new() -> Self {
        let store = Store::new().await;
        let shared = Self {
            here: store.executor(),
            there: store.executor(),
            id: ErrorId(Uuid::new_v4()),
            store,
        };
        let detected = detect(shared.store.organization, shared.id);
        shared.changes_there(detected).await;
        shared.changes_there(tag("both")).await;
        shared.ask_here(tag("known")).await.unwrap();
        shared
    }

    async fn changes_there(&self, command: ErrorCommand) {
        self.ask(&self.there, command, self.store.context())
            .await
            .unwrap();
    }

    async fn ask_here(&self, command: ErrorCommand) -> Outcome {
        self.ask(&self.here, command, self.store.context()).await
    }

    async fn ask(
        &self,
        node: &Executor,
        command: ErrorCommand,
        context: CommandContext,
    ) -> Outcome {
        node.execute::<ErrorGroup, _>(&self.id.to_string(), command, context, |group, sequence| {
            json!({"tags": group.live().map(|error| &error.facts.tags), "sequence": sequence})
        })
        .await
    }

    fn keyed(&self, request: u8) -> CommandContext {
        CommandContext {
            idempotency: Some(Idempotency {
                key: "key".to_owned(),
                request: vec![request],
            }),
            ..self.store.context()
        }
    }

    fn seen(&self, sequence: i64) -> CommandContext {
        CommandContext {
            if_match: Some(sequence),
            ..self.store.context()
        }
    }

    async fn events(&self) -> i64 {
        self.store.count("select count(*) from events").await
    }

    /// From here on a load fails.
    async fn hide_histories(&self) {
        sqlx::query("revoke select on events from bugsage_app")
            .execute(&self.store.owner)
            .await
            .unwrap();
    }
}

fn ignore() -> ErrorCommand {
    ErrorCommand::Ignore {
        by: Actor::System,
        at: noon(),
        until: IgnoredUntil::Forever,
    }
}

fn delete() -> ErrorCommand {
    ErrorCommand::Delete { by: Actor::System }
}

#[tokio::test]
async fn what_is_known_is_decided_without_reading_its_history() {
    let error = Shared::new().await;
    error.hide_histories().await;
    let executed = error.ask_here(tag("a")).await.unwrap();
    assert_eq!(
        executed.answer["tags"],
        json!(["web", "both", "known", "a"])
    );
    assert_eq!(error.ask_here(tag("b")).await.unwrap().sequence, 5);
}

#[tokio::test]
async fn what_is_new_is_detected_without_reading_its_history() {
    let error = Shared::new().await;
    error.hide_histories().await;
    let id = ErrorId(Uuid::new_v4());
    let executed = error
        .here
        .execute::<ErrorGroup, _>(
            &id.to_string(),
            detect(error.store.organization, id),
            error.store.context(),
            |_, sequence| sequence,
        )
        .await
        .unwrap();
    assert_eq!(executed.sequence, 1);
}

#[tokio::test]
async fn a_command_on_what_changed_elsewhere_keeps_the_change() {
    let error = Shared::new().await;
    error.changes_there(tag("there")).await;
    let executed = error.ask_here(tag("here")).await.unwrap();
    assert_eq!(
        executed.answer,
        json!({"tags": ["web", "both", "known", "there", "here"], "sequence": 5})
    );
}

#[tokio::test]
async fn a_refusal_is_of_the_error_as_it_is_and_not_as_it_was() {
    let error = Shared::new().await;
    let begun = error.ask_here(ErrorCommand::BeginFix).await.unwrap();
    assert_eq!(begun.sequence, 4);
    // Known here as being fixed, which may not be ignored or analyzed.
    let refused = error.ask_here(ErrorCommand::BeginAnalysis).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(_))));
    error.changes_there(ErrorCommand::EndFix).await;
    let begun = error.ask_here(ErrorCommand::BeginAnalysis).await.unwrap();
    assert_eq!(begun.sequence, 6);
}

#[tokio::test]
async fn what_is_allowed_no_longer_is_refused() {
    let error = Shared::new().await;
    error.changes_there(ignore()).await;
    let refused = error.ask_here(ErrorCommand::BeginAnalysis).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(_))));
    assert_eq!(error.events().await, 4);
}

#[tokio::test]
async fn a_command_that_once_changed_nothing_changes_what_was_undone_elsewhere() {
    let error = Shared::new().await;
    error.changes_there(untag("known")).await;
    let executed = error.ask_here(tag("known")).await.unwrap();
    assert_eq!(
        executed.answer,
        json!({"tags": ["web", "both", "known"], "sequence": 5})
    );
}

#[tokio::test]
async fn a_key_does_not_make_a_command_true_that_changes_nothing_by_an_old_memory() {
    let error = Shared::new().await;
    error.changes_there(untag("known")).await;
    let executed = error
        .ask(&error.here, tag("known"), error.keyed(1))
        .await
        .unwrap();
    assert_eq!(executed.sequence, 5);
}

#[tokio::test]
async fn nothing_to_change_is_said_of_the_version_as_it_is() {
    let error = Shared::new().await;
    error.changes_there(tag("there")).await;
    let executed = error.ask_here(tag("known")).await.unwrap();
    assert_eq!((executed.sequence, executed.position), (4, 0));
    assert_eq!(
        executed.answer["tags"],
        json!(["web", "both", "known", "there"])
    );
}

#[tokio::test]
async fn a_version_that_only_another_node_has_shown_is_not_stale() {
    let error = Shared::new().await;
    error.changes_there(tag("there")).await;
    let executed = error
        .ask(&error.here, tag("here"), error.seen(4))
        .await
        .unwrap();
    assert_eq!(executed.sequence, 5);
}

#[tokio::test]
async fn a_version_that_is_known_but_passed_is_stale() {
    let error = Shared::new().await;
    error.changes_there(tag("there")).await;
    let outcome = error.ask(&error.here, tag("here"), error.seen(3)).await;
    assert!(matches!(outcome, Err(ExecuteError::Stale { actual: 4 })));
    assert_eq!(error.events().await, 4);
}

#[tokio::test]
async fn a_key_answered_elsewhere_is_answered_the_same_here() {
    let error = Shared::new().await;
    let first = error
        .ask(&error.there, tag("a"), error.keyed(1))
        .await
        .unwrap();
    let again = error
        .ask(&error.here, tag("a"), error.keyed(1))
        .await
        .unwrap();
    assert_eq!(again, first);
    assert_eq!(error.events().await, 4);
}

#[tokio::test]
async fn a_key_used_elsewhere_for_another_request_is_refused_here() {
    let error = Shared::new().await;
    error
        .ask(&error.there, tag("a"), error.keyed(1))
        .await
        .unwrap();
    let other = error.ask(&error.here, tag("b"), error.keyed(2)).await;
    assert!(matches!(other, Err(ExecuteError::KeyReused)));
    assert_eq!(error.events().await, 4);
}

#[tokio::test]
async fn a_repeat_of_what_would_now_be_refused_gets_the_first_answer() {
    let error = Shared::new().await;
    let begin = ErrorCommand::BeginAnalysis;
    let first = error
        .ask(&error.here, begin.clone(), error.keyed(1))
        .await
        .unwrap();
    error.ask_here(ErrorCommand::BeginFix).await.unwrap();
    let again = error.ask(&error.here, begin, error.keyed(1)).await.unwrap();
    assert_eq!(again, first);
}

#[tokio::test]
async fn a_repeat_with_the_version_it_was_first_sent_with_gets_the_first_answer() {
    let error = Shared::new().await;
    let context = CommandContext {
        if_match: Some(3),
        ..error.keyed(1)
    };
    let first = error
        .ask(&error.here, tag("a"), context.clone())
        .await
        .unwrap();
    let again = error.ask(&error.here, tag("a"), context).await.unwrap();
    assert_eq!(again, first);
}

#[tokio::test]
async fn what_was_deleted_elsewhere_is_gone_here() {
    let error = Shared::new().await;
    // As ingest leaves it: a delete takes its state along.
    sqlx::query(
        "insert into error_state (error_id, organization_id, project_id, root_id, own_count,
                                  own_first_seen, own_last_seen, count, first_seen, last_seen)
         values ($1, $2, 1, $1, 1, now(), now(), 1, now(), now())",
    )
    .bind(error.id.0)
    .bind(error.store.organization.0)
    .execute(&error.store.owner)
    .await
    .unwrap();
    error.changes_there(delete()).await;
    let outcome = error.ask_here(tag("a")).await;
    assert!(matches!(
        outcome,
        Err(ExecuteError::Refused(Refusal::NotFound))
    ));
    assert_eq!(error.events().await, 4);
}

#[tokio::test]
async fn what_another_writer_appended_is_decided_on() {
    let error = Shared::new().await;
    // As ingest does, past every executor.
    let mut assigned = error.store.event(&error.id.to_string(), 3);
    assigned.aggregate_type = "error";
    assigned.events[0].event_type = "ErrorAssigned".to_owned();
    assigned.events[0].payload = json!({"ErrorAssigned": {"to": "user:ada"}});
    error.store.append(&[assigned]).await;
    let again = ErrorCommand::Assign {
        to: Some("user:ada".to_owned()),
    };
    let executed = error.ask_here(again).await.unwrap();
    assert_eq!((executed.sequence, executed.position), (4, 0));
}

#[tokio::test]
async fn a_detection_of_what_was_detected_elsewhere_changes_nothing() {
    let error = Shared::new().await;
    let stranger = error.store.executor();
    let detected = detect(error.store.organization, error.id);
    let executed = error
        .ask(&stranger, detected, error.store.context())
        .await
        .unwrap();
    assert_eq!((executed.sequence, executed.position), (3, 0));
    assert_eq!(error.events().await, 3);
}

#[tokio::test]
async fn what_is_remembered_of_one_organization_is_not_shown_to_another() {
    let error = Shared::new().await;
    let stranger = context(OrganizationId(Uuid::new_v4()));
    let outcome = error.ask(&error.here, tag("a"), stranger).await;
    assert!(matches!(
        outcome,
        Err(ExecuteError::Refused(Refusal::NotFound))
    ));
}

#[tokio::test]
async fn what_is_remembered_is_what_was_stored() {
    let error = Shared::new().await;
    error.ask_here(tag("nul\0")).await.unwrap();
    error.hide_histories().await;
    // Were the tag remembered as it came, it would not be found, and the history be asked.
    let executed = error.ask_here(untag("nul\u{fffd}")).await.unwrap();
    assert_eq!(executed.sequence, 5);
    assert_eq!(executed.answer["tags"], json!(["web", "both", "known"]));
}
