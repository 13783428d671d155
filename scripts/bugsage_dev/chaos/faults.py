"""What is killed or cut, and how it is mended. Each answers how many requests were on their way then."""

import time

from ..child import wait_until
from ..postgres import DATABASE
from ..trouble import Failure
from .stage import MEETINGS, PATIENCE, UNANSWERED

# After so many seconds the service no longer waits for an answer of the database.
GIVEN_UP = 15


def kill_service(stage):
    """The service is killed while the database goes on."""
    node = stage.nodes[0]
    ledger, before = stage.load.ledger, stage.load.ledger.unanswered
    stage.until_busy(node)
    node.kill()
    wait_until(lambda: stage.load.in_flight[node.port] == 0, PATIENCE, "its connections are gone")
    unanswered = ledger.unanswered - before
    if unanswered < UNANSWERED:
        raise Failure(f"Only {unanswered} requests were unanswered when the service was killed.")
    return unanswered, node.start


def kill_one_of_two(stage):
    """One of two services is killed, and the other serves on."""
    unanswered, mend = kill_service(stage)
    stage.until_acknowledged(stage.nodes[1:], MEETINGS)
    return unanswered, mend


def kill_one_ahead(stage):
    """Of two services the one whose clock is ahead is killed, and the other serves on."""
    # Only rows of the last five seconds can be so far ahead.
    least = stage.nodes[0].clock.seconds - 5
    ahead = f"""select exists (select from occurrences
        where received_at > now() + interval '{least} seconds')"""
    wait_until(lambda: stage.world.postgres.psql(DATABASE, ahead) == "t", PATIENCE,
               f"occurrences are received {least} seconds ahead")
    return kill_one_of_two(stage)


def kill_postgres(stage):
    """The postmaster is killed under a service that stays."""
    unanswered = stage.until_busy(stage.nodes[0])
    stage.world.postgres.server.kill()
    stage.until_met(MEETINGS)
    return unanswered, stage.world.start_postgres


def kill_nats(stage):
    """NATS is killed, and nobody but the health page may notice."""
    unanswered = stage.until_busy(stage.nodes[0])
    unserved = stage.load.ledger.unserved
    stage.world.nats.server.kill()
    stage.until_served_on(unserved, "NATS was away")
    return unanswered, stage.world.nats.start


def kill_both(stage):
    """PostgreSQL and NATS are killed."""
    stage.world.nats.server.kill()
    unanswered, start_postgres = kill_postgres(stage)

    def mend():
        start_postgres()
        stage.world.nats.start()

    return unanswered, mend


def cut_network(stage):
    """Nothing passes between service and database for a while, and no connection ends."""
    unanswered = stage.until_busy(stage.nodes[0])
    seconds = stage.form.cut_seconds
    stage.proxy.cut()
    mended = time.monotonic() + seconds
    if seconds > GIVEN_UP:
        stage.until_met(MEETINGS)
    # Of two services the other is waited for here: its answers come while the first has none.
    stage.until_acknowledged(stage.nodes[1:], MEETINGS)
    if time.monotonic() > mended:
        raise Failure(f"A cut of {seconds} seconds held everybody up to its end.")
    time.sleep(max(0, mended - time.monotonic()))
    return unanswered, stage.proxy.mend
