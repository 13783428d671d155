"""What breaks, and how often.

A migration that fails half way is not among them: nodes that serve have none left to run. The Rust tests
have it (`api/tests/it/crashes.rs`), on a database that is still empty.
"""

from . import disk, faults, poison, rebuilds


class Scenario:
    """One fault and how often it happens."""

    def __init__(self, name, fault, short=1, share=1, nodes=1, proxied=0, ahead=0):
        self.name = name
        self.fault = fault
        self.short = short
        # Of the kills that are asked for in the long form.
        self.share = share
        self.nodes = nodes
        # How many of the nodes reach PostgreSQL by the network that can be cut.
        self.proxied = proxied
        # How many of the nodes have a clock that is ahead.
        self.ahead = ahead

    def database_ports(self, proxied, direct):
        """Where each node finds PostgreSQL."""
        return [proxied if number < self.proxied else direct for number in range(self.nodes)]

    def clocks(self, clock):
        """The clock of each node; `None` for the machine's."""
        return [clock if number < self.ahead else None for number in range(self.nodes)]

    def times(self, kills):
        """How often, where the service is killed so many times; `None` for the short form."""
        return self.short if kills is None else max(1, round(kills * self.share))


ALL = (
    Scenario("service killed", faults.kill_service, short=3),
    Scenario("one of two services killed", faults.kill_one_of_two, share=0.1, nodes=2),
    Scenario("one of two killed, clock ahead", faults.kill_one_ahead, share=0.1, nodes=2, ahead=1),
    Scenario("PostgreSQL killed", faults.kill_postgres, share=0.1),
    Scenario("NATS killed", faults.kill_nats, share=0.1),
    Scenario("PostgreSQL and NATS killed", faults.kill_both, share=0.1),
    Scenario("network to PostgreSQL cut", faults.cut_network, share=0.02, proxied=1),
    Scenario("network of one of two cut", faults.cut_network, short=0, share=0.02, nodes=2, proxied=1),
    Scenario("disk of PostgreSQL full", disk.fill_disk, share=0.05),
    Scenario("disk full, no room to log", disk.fill_disk_of_the_log, share=0.05),
    Scenario("rebuild killed", rebuilds.kill_rebuild, share=0.05, nodes=2),
    Scenario("two rebuilds", rebuilds.two_rebuilds, share=0.05, nodes=2),
    Scenario("event poisons a projection", poison.poison, share=0.02),
)
