"""The database held against the client's ledger and against itself."""

from ..postgres import DATABASE
from .ledger import ACKNOWLEDGED

# Each counts rows that contradict the log.
CONTRADICTIONS = {
    "error_state.own_count": """
        select count(*) from (select error_id, own_count from error_state) s
          full join (select error_id, count(*) as n from occurrences group by 1) o using (error_id)
         where s.own_count is distinct from o.n""",
    # Nothing is merged here: the total of an error is its own.
    "error_state.count": "select count(*) from error_state where count <> own_count",
    "error_state.own_seen": """
        select count(*) from error_state s join
            (select error_id, min(received_at) as first, max(received_at) as last
               from occurrences group by 1) o using (error_id)
         where (s.own_first_seen, s.own_last_seen) is distinct from (o.first, o.last)""",
    "error_state.seen": """
        select count(*) from error_state s join
            (select root_id, min(own_first_seen) as first, max(own_last_seen) as last
               from error_state group by 1) m on m.root_id = s.error_id
         where (s.first_seen, s.last_seen) is distinct from (m.first, m.last)""",
    "error_state.users": """
        select count(*) from error_state s where users <>
            (select count(*) from error_users u where u.organization_id = s.organization_id
                and u.error_id = s.error_id)""",
    "error_state.status": """
        select count(*) from error_state s full join
            (select distinct on (aggregate_id) aggregate_id::uuid as error_id,
                    case event_type when 'ErrorResolved' then 'resolved'
                         when 'ErrorAnalysisBegun' then 'analyzing' else 'detected' end as status
               from events where event_type in
                    ('ErrorDetected', 'ErrorResolved', 'ErrorReopened', 'ErrorRegressed',
                     'ErrorAnalysisBegun', 'ErrorAnalysisEnded')
              order by aggregate_id, sequence desc) e using (error_id)
         where s.status is distinct from e.status""",
    # Rules always answer: each that was asked for comes to one result, however often it was broken off.
    "analyses": """
        select count(*) from (select aggregate_id,
                    count(*) filter (where event_type = 'ErrorAnalysisRequested') as requested,
                    count(*) filter (where event_type = 'ErrorAnalysisCompleted') as completed
               from events where aggregate_type = 'error' group by 1) e
         where requested <> completed""",
    "jobs": "select count(*) from jobs where state = 'dead'",
    "error_counters": """
        select count(*) from (select error_id, hour, environment, release, count from error_counters) c
          full join (select error_id, date_trunc('hour', received_at) as hour,
                            coalesce(environment, '') as environment,
                            coalesce(release, '') as release, count(*) as n
                       from occurrences group by 1, 2, 3, 4) o
              using (error_id, hour, environment, release)
         where c.count is distinct from o.n""",
    "occurrence_ids": """
        select count(*) from occurrence_ids i full join occurrences o
            using (organization_id, project_id, event_id, error_id, received_at)
         where i.event_id is null or o.event_id is null""",
    "events.sequence": """
        select count(*) from (select 1 from events group by aggregate_type, aggregate_id
            having max(sequence) <> count(*)) gaps""",
}

COMMANDS = "('ErrorRetitled', 'ErrorResolved', 'ErrorReopened')"

# What is still to be done, where nobody sends anything. A watch waits for the time by which an
# analysis has to have ended, which is longer than anybody waits here.
UNDER_WAY = """select (select count(*) from subscriptions
        where position < (select coalesce(max(position), 0) from events))
    + (select count(*) from jobs
        where state in ('waiting', 'running') and kind <> 'analysis_watch')"""


class Audit:
    """What is wrong, in words; nothing if all holds."""

    def __init__(self, postgres, requests):
        self.lost, self.doubled, self.forbidden, self.strangers, self.misplaced = ([] for _ in range(5))
        self.faults = [request.id for request in requests.values() if request.fault]
        self.contradictions = {}
        statements = [
            "select 'found', event_id, count(*), 0 from occurrences group by 2",
            f"""select 'found', metadata->>'request_id', count(*), max(position) from events
                 where event_type in {COMMANDS} group by 2""",
            "select 'key', key, position, 0 from idempotency_keys",
            *(f"select 'off', '{name}', ({sql}), 0" for name, sql in CONTRADICTIONS.items()),
        ]
        found, keys = {}, {}
        for line in self.read(postgres, statements):
            what, name, number, position = line.split("|")
            if what == "off" and int(number):
                self.contradictions[name] = int(number)
            elif what == "key":
                keys[name] = int(number)
            elif what == "found":
                found[name] = (int(number), int(position))
        self.compare(requests, found, keys)

    @staticmethod
    def read(postgres, statements):
        """The answers of all statements, at one moment."""
        script = "begin isolation level repeatable read;\n" + ";\n".join(statements) + ";\ncommit;"
        return postgres.psql(DATABASE, script).splitlines()

    def compare(self, requests, found, keys):
        """Sorts what is not as the ledger has it."""
        self.strangers = [name for name in found if name not in requests]
        for request in requests.values():
            times, position = found.get(request.id, (0, 0))
            least, most = request.times_wanted()
            if times < least:
                self.lost.append(request.id)
            elif times > most:
                (self.doubled if most else self.forbidden).append(request.id)
            elif request.state == ACKNOWLEDGED and request.kind != "occurrence":
                if request.id not in keys:
                    self.lost.append(request.id)
                elif times and position != request.position:
                    self.misplaced.append(request.id)

    def problems(self):
        """One sentence a kind of problem."""
        kinds = {
            "acknowledged, and not in the log": self.lost,
            "in the log more than once": self.doubled,
            "refused, and in the log": self.forbidden,
            "in the log, and never sent": self.strangers,
            "at another position than was answered": self.misplaced,
            "answered with another 5xx than 503": self.faults,
        }
        told = [f"{len(ids)} {kind}, such as {ids[0]}" for kind, ids in kinds.items() if ids]
        return told + [f"{rows} rows of {name} contradict the log"
                       for name, rows in self.contradictions.items()]


def settled(postgres):
    """Whether every projection and saga has taken every event, and every job is done."""
    return postgres.psql(DATABASE, UNDER_WAY) == "0"
