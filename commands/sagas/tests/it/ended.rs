//! Workers that end in the middle, and leases that end before the work does.

use std::sync::Arc;

use bugsage_sagas::{Priority, Register};
use tokio::sync::Semaphore;

use crate::nats::Nats;
use crate::site::Site;
use crate::works::{Note, noting, noting_behind};

/// Two nodes; one is killed with its hands full.
async fn kill_one_of_two(site: &Site, nats: Option<&Nats>) {
    let client = match nats {
        Some(nats) => Some(nats.client().await),
        None => None,
    };
    let (gate, other) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let killed = site
        .node(noting_behind("killed", &gate), client.as_ref())
        .await;
    let left = site
        .node(noting_behind("left", &other), client.as_ref())
        .await;
    site.ask(Priority::Normal, 1, 40).await;
    site.until("jobs where state = 'running'", 8).await;
    gate.add_permits(5);
    site.until("effects", 5).await;
    site.until("jobs where state = 'running'", 8).await;
    killed.kill().await;
    other.add_permits(100);
    site.each_had_its_effect_once(40).await;
    assert_eq!(site.count("effects where node = 'killed'").await, 5);
    assert_eq!(
        site.count("jobs where tries = 2").await,
        4,
        "those in its hands"
    );
    left.stop().await;
}

#[tokio::test]
async fn of_two_nodes_one_is_killed_and_each_job_has_its_effect_once() {
    kill_one_of_two(&Site::new().await, None).await;
}

#[tokio::test]
async fn with_nats_the_same() {
    let (site, nats) = (Site::new().await, Nats::start().await);
    kill_one_of_two(&site, Some(&nats)).await;
}

#[tokio::test]
async fn who_lost_the_lease_ends_nothing() {
    let site = Site::new().await;
    let gate = Arc::new(Semaphore::new(0));
    site.ask(Priority::Normal, 1, 1).await;
    let register = Register::default().work(Note::<1>::behind("slow", &gate));
    let slow = site.node(register, None).await;
    site.until("jobs where state = 'running'", 1).await;
    // As if it had been away for longer than its lease, and another had taken the job since.
    site.run(
        "begin; update jobs set due_at = now(); select take_job('test', array_fill(gen_random_uuid(), array[3]), 8, 'another', 1); commit",
    )
    .await;
    gate.add_permits(1);
    // The other dies with it. What the first one did meanwhile ended nothing, so it is done again.
    site.until("jobs where lease = 3", 1).await;
    assert_eq!(site.count("effects").await, 0);
    gate.add_permits(1);
    site.each_had_its_effect_once(1).await;
    assert_eq!(site.count("jobs where lease = 3 and tries = 3").await, 1);
    slow.stop().await;
}

#[tokio::test]
async fn a_lease_is_kept_while_the_work_goes_on() {
    let site = Site::new().await;
    let gate = Arc::new(Semaphore::new(0));
    site.ask(Priority::Normal, 1, 1).await;
    let node = site.node(noting_behind("long", &gate), None).await;
    let other = site.node(noting("other"), None).await;
    // Twice the lease, by the clock of the database.
    site.until("jobs where state = 'running' or state = 'done'", 1)
        .await;
    if site.count("jobs where state = 'running'").await == 1 {
        let ended = "jobs where created_at < now() - interval '6 seconds'";
        site.until(ended, 1).await;
        assert_eq!(site.count("jobs where lease = 1").await, 1);
    }
    gate.add_permits(1);
    site.each_had_its_effect_once(1).await;
    node.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn what_ends_its_workers_is_dead_in_the_end() {
    let site = Site::new().await;
    site.ask(Priority::Normal, 1, 1).await;
    site.run("update jobs set state = 'running', tries = 8, lease = 8, due_at = now()")
        .await;
    site.ask(Priority::Normal, 2, 1).await;
    let node = site
        .node(Register::default().work(Note::<1>::freely("a")), None)
        .await;
    site.until("jobs where state = 'dead'", 1).await;
    site.until("jobs where state = 'done'", 1).await;
    let told = site
        .text("select last_failure from jobs where state = 'dead'")
        .await;
    assert_eq!(told, "its worker ended in the middle");
    node.stop().await;
}
