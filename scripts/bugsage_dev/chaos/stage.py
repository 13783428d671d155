"""What a fault can reach, and what it waits for."""

import collections

from ..child import wait_until
from ..trouble import Failure

# Requests that must be under way at each node when something breaks.
UNANSWERED = 100
# Requests that meet the broken state before it is mended, and what proves that all is well again.
MEETINGS = 50
PATIENCE = 120

# How long the network is cut and the disk full, and after how many faults of a kind each projection is
# folded anew; after the last it always is.
Form = collections.namedtuple("Form", "cut_seconds full_seconds verify_every")
SHORT = Form(cut_seconds=3, full_seconds=3, verify_every=1)
LONG = Form(cut_seconds=30, full_seconds=10, verify_every=20)


class Stage:
    """The world, the service nodes, the network, and the load."""

    def __init__(self, world, nodes, proxy, load, form):
        self.world = world
        self.nodes = nodes
        self.proxy = proxy
        self.load = load
        self.form = form

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

    def until_served_on(self, unserved, what):
        """Waits for acknowledgements; a `Failure` if more requests than `unserved` had no answer by then."""
        self.until_acknowledged(self.nodes, MEETINGS)
        if self.load.ledger.unserved != unserved:
            raise Failure(f"Requests failed while only {what}.")
