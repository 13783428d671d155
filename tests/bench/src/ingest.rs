//! How many occurrences a second become durable, how soon, and what each costs.

use std::sync::Arc;
use std::time::Duration;

use crate::ceiling;
use crate::corpus::{Corpus, Mix};
use crate::load::{self, Outcome, Plan};
use crate::passwords;
use crate::service::{Server, Service, Usage};
use crate::table::Table;

/// One row of the table.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    connections: usize,
    groups: u64,
    all_new: bool,
    /// A share of the best rate before, in an open loop.
    share: Option<f64>,
    /// Whether wrong passwords come meanwhile.
    flooded: bool,
}

const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "200 groups",
        connections: 32,
        groups: 200,
        all_new: false,
        share: None,
        flooded: false,
    },
    Scenario {
        name: "200 groups",
        connections: 8,
        groups: 200,
        all_new: false,
        share: None,
        flooded: false,
    },
    Scenario {
        name: "200 groups",
        connections: 256,
        groups: 200,
        all_new: false,
        share: None,
        flooded: false,
    },
    Scenario {
        name: "half the best rate",
        connections: 64,
        groups: 200,
        all_new: false,
        share: Some(0.5),
        flooded: false,
    },
    Scenario {
        name: "half the best rate, 10,000 wrong passwords",
        connections: 64,
        groups: 200,
        all_new: false,
        share: Some(0.5),
        flooded: true,
    },
    Scenario {
        name: "one hot group",
        connections: 32,
        groups: 1,
        all_new: false,
        share: None,
        flooded: false,
    },
    Scenario {
        name: "all new groups",
        connections: 32,
        groups: 200,
        all_new: true,
        share: None,
        flooded: false,
    },
];

impl Scenario {
    fn is_wanted(&self, only: &str) -> bool {
        format!("{}, {}", self.name, self.connections).contains(only)
    }
}

fn asks_for_best(only: &str) -> bool {
    let mut all = SCENARIOS.iter();
    all.any(|scenario| scenario.share.is_some() && scenario.is_wanted(only))
}

/// Ids that are there before the last scenario.
const MANY_IDS: i64 = 5_000_000;

/// Runs every scenario against one service, warmed up by the first, and the ceiling beside them;
/// with `only`, those of them that contain it and nothing beside.
pub(crate) async fn run(
    server: &Server,
    seconds: u64,
    only: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let url = server.database("bench_ingest").await?;
    let service = Service::start(&url).await?;
    let mut table = Table::new(&[
        "ingest",
        "connections",
        "durable/s",
        "p50 ms",
        "p99 ms",
        "service µs",
        "database µs",
        "WAL B",
        "stored B",
        "memory MB",
        "failed",
    ]);
    warm_up(&service, seconds).await;
    let mut best: f64 = 0.0;
    for (number, scenario) in (1..).zip(&SCENARIOS) {
        // A share of the best rate asks for one.
        if !(scenario.is_wanted(only) || number == 1 && asks_for_best(only)) {
            continue;
        }
        let rate = measure(&service, &mut table, scenario, (number, seconds), best).await?;
        best = best.max(rate);
        // Now: nothing follows from known errors, so there is nothing else to do.
        if number == 1 && only.is_empty() {
            let (ceiling, connections) = ceiling::best(&url, seconds.div_ceil(2)).await?;
            println!(
                "The same rows written by themselves, {connections} connections: {ceiling:.0}/s; \
                 that is {:.0} % of it.\n",
                100.0 * rate / ceiling
            );
        }
    }
    if !only.is_empty() {
        table.print();
        return check(&service).await;
    }
    fill(&service, MANY_IDS).await?;
    let filled = Scenario {
        name: "200 groups, 5 million ids before",
        ..SCENARIOS[0]
    };
    measure(&service, &mut table, &filled, (99, seconds), best).await?;
    table.print();
    check(&service).await
}

/// One row of the table; its durable occurrences a second.
async fn measure(
    service: &Service,
    table: &mut Table,
    scenario: &Scenario,
    (number, seconds): (u64, u64),
    best: f64,
) -> Result<f64, sqlx::Error> {
    let mix = Mix {
        groups: scenario.groups,
        all_new: scenario.all_new,
        seed: 1_000_000_007 * number,
    };
    let plan = Plan {
        connections: scenario.connections,
        duration: Duration::from_secs(seconds),
        rate: scenario.share.map(|share| share * best),
    };
    let before = service.usage().await?;
    let flood = async {
        if !scenario.flooded {
            return;
        }
        let tried = passwords::flood(service, plan.duration).await;
        assert_eq!(tried.ok, 0, "a wrong password is refused");
        println!("{} wrong passwords were refused meanwhile.", tried.failed);
    };
    let (outcome, ()) = tokio::join!(drive(service, mix, plan), flood);
    let after = service.usage().await?;
    let memory = service.memory_megabytes().1;
    row(table, scenario, &outcome, (before, after), memory);
    Ok(outcome.per_second())
}

/// Ids as if so many occurrences had come before, of the same project.
async fn fill(service: &Service, ids: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into occurrence_ids (organization_id, project_id, event_id, error_id, received_at)
            select organization_id, project_id, gen_random_uuid(), gen_random_uuid(), now() - interval '1 hour'
              from projects, generate_series(1, $1) limit $1",
    )
    .bind(ids)
    .execute(&service.owner)
    .await
    .map(|_| ())
}

async fn warm_up(service: &Service, seconds: u64) {
    let mix = Mix {
        groups: 200,
        all_new: false,
        seed: 17,
    };
    let duration = Duration::from_secs(seconds.div_ceil(2));
    drive(
        service,
        mix,
        Plan {
            connections: 32,
            duration,
            rate: None,
        },
    )
    .await;
}

async fn drive(service: &Service, mix: Mix, plan: Plan) -> Outcome {
    let address = service.address.clone();
    let (project, key) = (service.project, service.dsn_key.clone());
    let run = move || load::run(&address, plan, Arc::new(Corpus::new(project, &key, mix)));
    tokio::task::spawn_blocking(run).await.expect("the load")
}

fn row(
    table: &mut Table,
    scenario: &Scenario,
    outcome: &Outcome,
    (before, after): (Usage, Usage),
    memory: u64,
) {
    let each = |total: f64| format!("{:.0}", total / outcome.ok.max(1) as f64);
    let cpu = |used: Duration| each(used.as_micros() as f64);
    table.row(vec![
        scenario.name.to_owned(),
        scenario.connections.to_string(),
        format!("{:.0}", outcome.per_second()),
        format!("{:.1}", outcome.milliseconds(0.5)),
        format!("{:.1}", outcome.milliseconds(0.99)),
        cpu(after.service_cpu.saturating_sub(before.service_cpu)),
        cpu(after.database_cpu.saturating_sub(before.database_cpu)),
        each((after.wal_bytes - before.wal_bytes) as f64),
        each((after.stored_bytes - before.stored_bytes) as f64),
        memory.to_string(),
        outcome.failed.to_string(),
    ]);
}

/// What was acknowledged must be there, and the ledgers must agree.
async fn check(service: &Service) -> Result<(), Box<dyn std::error::Error>> {
    let (log, state, counters): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from occurrences), (select sum(own_count)::bigint from error_state),
                (select sum(count)::bigint from error_counters)",
    )
    .fetch_one(&service.owner)
    .await?;
    if log != state || log != counters {
        return Err(format!(
            "{log} occurrences, but {state} in the state and {counters} in the counters"
        )
        .into());
    }
    let joined: i64 =
        sqlx::query_scalar("select count(*) from error_state where merged_into is not null")
            .fetch_one(&service.owner)
            .await?;
    println!(
        "{log} occurrences; state and counters agree. {joined} errors joined one they are like.\n"
    );
    Ok(())
}
