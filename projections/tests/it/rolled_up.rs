//! Statistics come from roll-ups, and are what the counters say all the same: whenever it was
//! folded, whatever was merged, deleted or decided since.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{Edit, ErrorCommand, IgnoredUntil, ResolvedHow};
use bugsage_domain::ids::ErrorId;
use bugsage_domain::severity::Severity;
use bugsage_projections::statistics::{Statistics, fold};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::world::{Report, Seed, World, day};

const DAYS: &str = "
select d::date, coalesce(sum(c.count), 0)::bigint, count(distinct s.root_id)
  from generate_series($3::date::timestamp, $4::date::timestamp, '1 day') d
  left join (error_counters c join error_state s
             on s.error_id = c.error_id and s.status <> 'deleted'
            and s.organization_id = $1 and s.project_id = $2)
    on (c.hour at time zone 'UTC')::date = d::date
 group by 1 order by 1";

const STANDINGS: &str = "
select e.severity,
       case when e.status = 'ignored' and (e.ignored_until <= $4 or s.count >= e.ignored_until_count)
            then 'detected' else e.status end,
       count(*)
  from error_state s join projection_errors.errors e using (error_id)
 where s.organization_id = $1 and s.project_id = $2 and s.status <> 'deleted' and not e.deleted
   and e.merged_into is null and s.error_id in (
       select m.root_id from error_counters c join error_state m using (error_id) where c.hour >= $3)
 group by 1, 2";

/// The same numbers every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// A project in which things happen by chance.
struct Story {
    world: World,
    chance: Chance,
    now: DateTime<Utc>,
    errors: Vec<ErrorId>,
}

impl Story {
    fn any(&mut self) -> ErrorId {
        self.errors[self.chance.below(self.errors.len())]
    }

    /// A moment just past: a clock may be behind.
    fn moment(&mut self) -> DateTime<Utc> {
        self.now - TimeDelta::seconds(i64::try_from(self.chance.below(100)).unwrap())
    }

    async fn goes_on(&mut self) {
        let minutes = [0, 1, 5, 60, 300][self.chance.below(5)];
        self.now = (self.now + TimeDelta::minutes(minutes)).min(day(19));
        match self.chance.below(9) {
            0 => {
                let at = self.moment();
                let severity = Severity::ALL[self.chance.below(4)];
                let report = Report {
                    at,
                    ..Report::default()
                };
                let error = self
                    .world
                    .error(Seed {
                        severity,
                        report,
                        ..Seed::default()
                    })
                    .await;
                self.errors.push(error);
            }
            1..=3 => {
                let (error, at) = (self.any(), self.moment());
                let environment = [None, Some("production")][self.chance.below(2)];
                self.world
                    .occurs(
                        error,
                        Report {
                            at,
                            environment,
                            ..Report::default()
                        },
                    )
                    .await;
            }
            4 => self.world.catch_up().await,
            5 => fold(&self.world.projector, self.now).await.unwrap(),
            _ => {
                let (error, command) = (self.any(), self.command());
                self.world.may(error, command).await;
            }
        }
    }

    fn command(&mut self) -> ErrorCommand {
        let (by, at) = (Actor::System, self.now);
        let until = [
            IgnoredUntil::Time {
                at: at + TimeDelta::hours(3),
            },
            IgnoredUntil::Occurrences { count: 4 },
            IgnoredUntil::Forever,
        ];
        match self.chance.below(7) {
            0 | 1 => ErrorCommand::Merge { into: self.any() },
            2 => ErrorCommand::Unmerge,
            3 => ErrorCommand::Ignore {
                by,
                at,
                until: until[self.chance.below(3)],
            },
            4 => ErrorCommand::Resolve {
                by,
                at,
                how: ResolvedHow::Manually,
                in_release: None,
            },
            5 => ErrorCommand::Edit(Box::new(Edit {
                severity: Some(Severity::ALL[self.chance.below(4)]),
                at,
                ..Edit::default()
            })),
            _ if self.chance.below(3) == 0 => ErrorCommand::Delete { by },
            _ => ErrorCommand::Reopen { by },
        }
    }

    async fn told(&self, days: u32) -> Statistics {
        let (queries, scope) = (&self.world.queries, &self.world.scope);
        queries.statistics(scope, days, self.now).await.unwrap()
    }

    /// Fails unless the statistics are what all counters add up to.
    async fn is_told(&self, days: u32, step: usize) {
        let last = self.now.date_naive();
        let first = last - TimeDelta::days(i64::from(days) - 1);
        let (organization, project) = (
            self.world.scope.organization.0,
            self.world.scope.project.unwrap().0,
        );
        let per_day: Vec<(NaiveDate, i64, i64)> = sqlx::query_as(DAYS)
            .bind(organization)
            .bind(project)
            .bind(first)
            .bind(last)
            .fetch_all(&self.world.owner)
            .await
            .unwrap();
        let standings: Vec<(String, String, i64)> = sqlx::query_as(STANDINGS)
            .bind(organization)
            .bind(project)
            .bind(first.and_hms_opt(0, 0, 0).unwrap().and_utc())
            .bind(self.now)
            .fetch_all(&self.world.owner)
            .await
            .unwrap();
        let told = self.told(days).await;
        let told_days: Vec<_> = told
            .days
            .iter()
            .map(|d| (d.date, d.occurrences, d.errors))
            .collect();
        assert_eq!(told_days, per_day, "{days} days after step {step}");
        let (mut severities, mut statuses) = (told.severity_distribution, told.status_distribution);
        for (severity, status, errors) in standings {
            *severities.get_mut(&severity).unwrap() -= errors;
            *statuses.get_mut(&status).unwrap() -= errors;
        }
        let left = severities.values().chain(statuses.values());
        assert!(
            left.clone().all(|n| *n == 0),
            "step {step}: {severities:?} {statuses:?}"
        );
    }
}

#[tokio::test]
async fn statistics_are_what_the_counters_say_whenever_it_was_folded() {
    for seed in 0..4 {
        let world = World::new().await;
        let errors = vec![world.error(Seed::default()).await];
        let (chance, now) = (Chance(seed), day(2));
        let mut story = Story {
            world,
            chance,
            now,
            errors,
        };
        for step in 0..150 {
            story.goes_on().await;
            story.is_told([1, 3, 18][step % 3], step).await;
        }
    }
}

#[tokio::test]
async fn two_nodes_that_fold_at_once_count_once() {
    let world = World::new().await;
    world.error(Seed::default()).await;
    world.catch_up().await;
    let (one, two) = tokio::join!(
        fold(&world.projector, day(2)),
        fold(&world.projector, day(2))
    );
    one.unwrap();
    two.unwrap();
    let statistics = world
        .queries
        .statistics(&world.scope, 7, day(2))
        .await
        .unwrap();
    assert_eq!(
        (statistics.total_errors, statistics.total_occurrences),
        (1, 1)
    );
}

#[tokio::test]
async fn what_is_folded_is_read_from_no_counter() {
    let world = World::new().await;
    world.error(Seed::default()).await;
    world.catch_up().await;
    fold(&world.projector, day(2)).await.unwrap();
    sqlx::query("delete from error_counters")
        .execute(&world.owner)
        .await
        .unwrap();
    let statistics = world
        .queries
        .statistics(&world.scope, 7, day(2))
        .await
        .unwrap();
    assert_eq!(
        (statistics.total_errors, statistics.total_occurrences),
        (1, 1)
    );
}

#[tokio::test]
async fn an_ignore_that_runs_out_after_the_fold_counts_as_detected() {
    let world = World::new().await;
    let error = world.error(Seed::default()).await;
    let ignore = ErrorCommand::Ignore {
        by: Actor::System,
        at: day(1),
        until: IgnoredUntil::Time { at: day(3) },
    };
    world.does(error, ignore).await;
    world.catch_up().await;
    fold(&world.projector, day(2)).await.unwrap();
    for (now, status) in [(day(2), "ignored"), (day(3), "detected")] {
        let statistics = world
            .queries
            .statistics(&world.scope, 7, now)
            .await
            .unwrap();
        assert_eq!(statistics.status_distribution[status], 1, "{now}");
    }
}
