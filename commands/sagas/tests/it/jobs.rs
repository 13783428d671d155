//! How a job is done, with rows alone.

use std::sync::Arc;
use std::time::Duration;

use bugsage_sagas::{Priority, Register};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::nats::Nats;
use crate::site::Site;
use crate::works::{Failing, Note, noting, noting_behind};

#[tokio::test]
async fn a_job_is_done_once_and_its_result_kept() {
    let site = Site::new().await;
    let asked = site.ask(Priority::Normal, 1, 20).await;
    assert_eq!(site.ask(Priority::Normal, 1, 20).await, asked);
    let node = site.node(noting("a"), None).await;
    site.each_had_its_effect_once(20).await;
    assert_eq!(
        site.text("select result->>'by' from jobs limit 1").await,
        "a"
    );
    node.stop().await;
}

#[tokio::test]
async fn whoever_waits_is_woken() {
    let site = Site::new().await;
    let node = site.node(noting("a"), None).await;
    for first in [1, 11] {
        site.ask(Priority::Normal, first, 10).await;
        site.until("effects", first + 9).await;
    }
    node.stop().await;
}

/// Which positions were done, in their order.
async fn order(site: &Site) -> Vec<i64> {
    sqlx::query_scalar(
        "select j.position from effects e join jobs j on j.job_id = e.job order by e.number",
    )
    .fetch_all(&site.owner)
    .await
    .unwrap()
}

async fn three_of_each(site: &Site) {
    site.ask(Priority::Backlog, 1, 3).await;
    site.ask(Priority::Normal, 11, 3).await;
    site.ask(Priority::Critical, 21, 3).await;
}

#[tokio::test]
async fn critical_goes_before_normal_and_normal_before_backlog() {
    let site = Site::new().await;
    three_of_each(&site).await;
    let node = site
        .node(Register::default().work(Note::<1>::freely("a")), None)
        .await;
    site.each_had_its_effect_once(9).await;
    assert_eq!(order(&site).await, [21, 22, 23, 11, 12, 13, 1, 2, 3]);
    node.stop().await;
}

#[tokio::test]
async fn with_nats_what_is_critical_overtakes_a_backlog() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let gate = Arc::new(Semaphore::new(0));
    let register = Register::default().work(Note::<1>::behind("a", &gate));
    let node = site.node(register, Some(&client)).await;
    site.ask(Priority::Backlog, 1, 30).await;
    site.until("jobs where announced", 30).await;
    site.ask(Priority::Critical, 100, 1).await;
    site.until("jobs where announced", 31).await;
    gate.add_permits(31);
    site.each_had_its_effect_once(31).await;
    let done = order(&site).await;
    let place = done.iter().position(|position| *position == 100).unwrap();
    // One backlog job is in work, and one may be on its way.
    assert!(place <= 3, "{done:?}");
    node.stop().await;
}

/// At which place the one job of position 100 was done, from 0, of an organization that asked last.
async fn place_of_another(site: &Site, gate: &Semaphore) -> usize {
    gate.add_permits(31);
    site.each_had_its_effect_once(31).await;
    let done = order(site).await;
    done.iter().position(|position| *position == 100).unwrap()
}

#[tokio::test]
async fn one_job_waits_for_one_of_another_organization_and_not_for_all() {
    for another in [Uuid::nil(), Uuid::max()] {
        let site = Site::new().await;
        let gate = Arc::new(Semaphore::new(0));
        site.ask(Priority::Normal, 1, 30).await;
        let register = Register::default().work(Note::<1>::behind("a", &gate));
        let node = site.node(register, None).await;
        site.until("jobs where state = 'running'", 1).await;
        site.ask_for(another, Priority::Normal, 100, 1).await;
        // One is in work.
        assert_eq!(place_of_another(&site, &gate).await, 1);
        node.stop().await;
    }
}

#[tokio::test]
async fn with_nats_it_waits_for_no_more() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    let client = nats.client().await;
    let gate = Arc::new(Semaphore::new(0));
    let register = Register::default().work(Note::<1>::behind("a", &gate));
    let node = site.node(register, Some(&client)).await;
    site.ask(Priority::Normal, 1, 30).await;
    site.until("jobs where announced", 30).await;
    site.until("jobs where state = 'running'", 1).await;
    site.ask_for(Uuid::max(), Priority::Normal, 100, 1).await;
    site.until("jobs where announced", 31).await;
    assert_eq!(place_of_another(&site, &gate).await, 1);
    node.stop().await;
}

#[tokio::test]
async fn of_many_organizations_each_has_its_turn() {
    let site = Site::new().await;
    let organizations: Vec<Uuid> = (1..=4).map(Uuid::from_u128).collect();
    for (organization, first) in organizations.iter().zip([10, 20, 30, 40]) {
        site.ask_for(*organization, Priority::Normal, first, 3)
            .await;
    }
    let register = Register::default().work(Note::<1>::freely("a"));
    let node = site.node(register, None).await;
    site.each_had_its_effect_once(12).await;
    let done = order(&site).await;
    assert_eq!(done, [10, 20, 30, 40, 11, 21, 31, 41, 12, 22, 32, 42]);
    node.stop().await;
}

async fn failed(failing: Failing) -> (Site, String) {
    let site = Site::new().await;
    site.ask(Priority::Normal, 1, 1).await;
    let node = site.node(Register::default().work(failing), None).await;
    site.until("jobs where state = 'dead'", 1).await;
    node.stop().await;
    let told = site
        .text("select tries || ' ' || last_failure from jobs where holder is null and finished_at is not null")
        .await;
    assert_eq!(site.count("effects").await, 0);
    (site, told)
}

#[tokio::test]
async fn what_fails_in_passing_is_tried_as_often_as_it_may_and_then_dead() {
    assert_eq!(failed(Failing::Passing).await.1, "3 it is away");
}

#[tokio::test]
async fn what_cannot_succeed_is_dead_at_once() {
    assert_eq!(failed(Failing::Lasting).await.1, "1 it is nonsense");
}

#[tokio::test]
async fn a_panic_is_a_failure() {
    let (_, told) = failed(Failing::Panicking).await;
    assert_eq!(told, "3 it panicked; the log says where");
}

#[tokio::test]
async fn what_cannot_be_written_leaves_nothing_and_is_a_failure() {
    let (_, told) = failed(Failing::Refused).await;
    assert!(
        told.starts_with("3 ") && told.contains("permission denied"),
        "{told}"
    );
}

#[tokio::test]
async fn who_is_asked_to_come_later_comes_then() {
    let site = Site::new().await;
    site.ask(Priority::Normal, 1, 1).await;
    let hour = Failing::After(Duration::from_secs(3600));
    let node = site.node(Register::default().work(hour), None).await;
    let later = "jobs where state = 'waiting' and tries = 1
                    and due_at between now() + interval '59 minutes' and now() + interval '60 minutes'";
    site.until(later, 1).await;
    node.stop().await;
}

#[tokio::test]
async fn a_stop_finishes_what_ends_soon_and_gives_back_the_rest() {
    let site = Site::new().await;
    site.ask(Priority::Normal, 1, 4).await;
    let gate = Arc::new(Semaphore::new(0));
    let node = site.node(noting_behind("a", &gate), None).await;
    site.until("jobs where state = 'running'", 4).await;
    gate.add_permits(1);
    node.stop().await;
    assert_eq!(
        site.count("jobs where state = 'done' and tries = 1").await,
        1
    );
    let back = "jobs where state = 'waiting' and tries = 0 and due_at <= now() and holder is null";
    assert_eq!(site.count(back).await, 3);
}
