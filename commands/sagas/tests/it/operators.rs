//! What operators do to dead letters.

use bugsage_commands::access::{AccessError, Page};
use bugsage_commands::audit::Origin;
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::tenant;
use bugsage_sagas::operators::{By, JobState, ListedJob, list, numbers, remove, retry};
use bugsage_sagas::{Priority, Register};
use chrono::DateTime;
use uuid::Uuid;

use crate::site::Site;
use crate::works::{Failing, noting};

fn operator() -> By {
    By {
        origin: Origin {
            actor: "user:operator".to_owned(),
            ..Origin::default()
        },
        at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
    }
}

async fn listed(
    site: &Site,
    state: Option<JobState>,
    page: Page,
) -> (Vec<ListedJob>, Option<String>) {
    let mut app = tenant(&site.app, site.organization).await.unwrap();
    let own = Some(site.organization);
    let listed = list(&mut app, own, (state, None), &page).await.unwrap();
    (listed.items, listed.next_cursor)
}

const ALL: Page = Page {
    limit: 100,
    cursor: None,
};

#[tokio::test]
async fn a_dead_letter_is_seen_and_tried_again_with_all_its_tries() {
    let site = Site::new().await;
    let jobs = site.ask(Priority::Critical, 1, 1).await;
    let failing = site
        .node(Register::default().work(Failing::Lasting), None)
        .await;
    site.until("jobs where state = 'dead'", 1).await;
    failing.stop().await;
    let (dead, _) = listed(&site, Some(JobState::Dead), ALL).await;
    assert_eq!(
        (dead[0].id, dead[0].priority.as_str()),
        (jobs[0], "critical")
    );
    assert_eq!(dead[0].last_failure.as_deref(), Some("it is nonsense"));

    let node = site.node(noting("a"), None).await;
    retry(&site.app, site.organization, jobs[0], &operator())
        .await
        .unwrap();
    site.each_had_its_effect_once(1).await;
    node.stop().await;
    let record = "audit_log where action = 'job.retried' and actor = 'user:operator'
                      and before->>'last_failure' = 'it is nonsense'";
    assert_eq!(site.count(record).await, 1);
    let again = retry(&site.app, site.organization, jobs[0], &operator()).await;
    assert!(matches!(again, Err(AccessError::Conflict(told)) if told.contains("is done")));
}

#[tokio::test]
async fn what_is_dropped_is_gone_and_of_others_there_is_nothing() {
    let site = Site::new().await;
    let jobs = site.ask(Priority::Normal, 1, 2).await;
    let other = OrganizationId(Uuid::new_v4());
    for organization in [other, site.organization] {
        let dropped = remove(&site.app, organization, jobs[0], &operator()).await;
        assert_eq!(
            dropped.is_ok(),
            organization == site.organization,
            "{dropped:?}"
        );
        let retried = retry(&site.app, other, jobs[1], &operator()).await;
        assert!(matches!(retried, Err(AccessError::Unknown("job"))));
    }
    assert_eq!(site.count("jobs").await, 1);
    assert_eq!(
        site.count("audit_log where action = 'job.dropped'").await,
        1
    );
}

#[tokio::test]
async fn lists_go_by_pages_and_numbers_say_how_many() {
    let site = Site::new().await;
    site.ask(Priority::Normal, 1, 5).await;
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let (rows, next) = listed(&site, None, Page { limit: 2, cursor }).await;
        seen.extend(rows.into_iter().map(|row| row.position));
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let numbers = numbers(&site.projector).await.unwrap();
    assert_eq!(
        (numbers[0].kind.as_str(), numbers[0].state.as_str()),
        ("test", "waiting")
    );
    assert_eq!(numbers[0].jobs, 5);
    assert!(numbers[0].oldest >= 0.0);
}
