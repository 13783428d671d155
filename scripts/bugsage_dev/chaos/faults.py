"""What breaks, and how it is mended. Each answers how many requests were on their way then."""

import time

from ..child import wait_until
from ..trouble import Failure

# Requests that must be under way at each node when something breaks.
UNANSWERED = 100
# Requests that meet the broken state before it is mended, and what proves that all is well again.
MEETINGS = 50
PATIENCE = 120
# After so many seconds the service no longer waits for an answer of the database.
GIVEN_UP = 15


class Stage:
    """What a fault can reach: the world, the service nodes, the network, and the load."""

    def __init__(self, world, nodes, proxy, load, cut_seconds):
        self.world = world
        self.nodes = nodes
        self.proxy = proxy
        self.load = load
        self.cut_seconds = cut_seconds

    def until_busy(self, node):
        """Waits until enough requests of a node are unanswered; gives how many."""
        flight = self.load.in_flight
        wait_until(lambda: flight[node.port] >= UNANSWERED, PATIENCE,
                   f"{UNANSWERED} requests are under way")
        return flight[node.port]

    def until_met(self, count):
        """Waits until requests have been refused for lack of a server."""
        ledger, before = self.load.ledger, self.load.ledger.failed
        wait_until(lambda: ledger.failed >= before + count, PATIENCE, "the fault is noticed")

    def until_acknowledged(self, nodes, count):
        """Waits until each of these nodes has acknowledged so many requests more."""
        done = self.load.acknowledged
        wanted = {node.port: done[node.port] + count for node in nodes}
        wait_until(lambda: all(done[port] >= least for port, least in wanted.items()), PATIENCE,
                   "requests are acknowledged again")


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


def kill_postgres(stage):
    """The postmaster is killed under a service that stays."""
    unanswered = stage.until_busy(stage.nodes[0])
    stage.world.postgres.server.kill()
    stage.until_met(MEETINGS)
    return unanswered, stage.world.start_postgres


def kill_nats(stage):
    """NATS is killed, and nobody but the health page may notice."""
    unanswered = stage.until_busy(stage.nodes[0])
    failed = stage.load.ledger.failed
    stage.world.nats.server.kill()
    stage.until_acknowledged(stage.nodes, MEETINGS)
    if stage.load.ledger.failed != failed:
        raise Failure("Requests failed while only NATS was away.")
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
    stage.proxy.cut()
    mended = time.monotonic() + stage.cut_seconds
    if stage.cut_seconds > GIVEN_UP:
        stage.until_met(MEETINGS)
    # Of two services the other is waited for here: its answers come while the first has none.
    stage.until_acknowledged(stage.nodes[1:], MEETINGS)
    if time.monotonic() > mended:
        raise Failure(f"A cut of {stage.cut_seconds} seconds held everybody up to its end.")
    time.sleep(max(0, mended - time.monotonic()))
    return unanswered, stage.proxy.mend
