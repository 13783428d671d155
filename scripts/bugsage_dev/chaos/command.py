"""`make chaos`: what breaks is broken under load, again and again, and nothing may be lost."""

import contextlib
import os
import random
import shutil
import tempfile
import time

from .. import fetch, home, rust
from ..child import wait_until
from ..run import say
from ..trouble import Failure
from . import faults
from .audit import Audit, settled
from .ledger import Ledger
from .load import Load
from .proxy import Proxy
from .report import Report
from .requests import Maker
from .world import Node, World

# More than have to be unanswered, because some are just being read or written.
CONNECTIONS = faults.UNANSWERED + 40
# Every so many faults of a kind, and after the last, each projection is folded anew.
VERIFY_EVERY = 20


class Scenario:
    """One fault and how often it happens."""

    def __init__(self, name, fault, short, nodes=1, share=1, proxied=0):
        self.name = name
        self.fault = fault
        self.nodes = nodes
        self.short = short
        # Of the kills that are asked for in the long form.
        self.share = share
        # How many of the nodes reach PostgreSQL by the network that can be cut.
        self.proxied = proxied

    def database_ports(self, proxied, direct):
        """Where each node finds PostgreSQL."""
        return [proxied if number < self.proxied else direct for number in range(self.nodes)]

    def times(self, kills):
        """How often, where the service is killed so many times; `None` for the short form."""
        return self.short if kills is None else max(1, round(kills * self.share))


SCENARIOS = (
    Scenario("service killed", faults.kill_service, 3),
    Scenario("one of two services killed", faults.kill_one_of_two, 1, nodes=2, share=0.1),
    Scenario("PostgreSQL killed", faults.kill_postgres, 0, share=0.1),
    Scenario("NATS killed", faults.kill_nats, 0, share=0.1),
    Scenario("PostgreSQL and NATS killed", faults.kill_both, 1, share=0.1),
    Scenario("network to PostgreSQL cut", faults.cut_network, 1, share=0.02, proxied=1),
    Scenario("network of one of two cut", faults.cut_network, 0, nodes=2, share=0.02, proxied=1),
)


def chaos(options):
    """Plays every scenario; gives the exit status."""
    rust.need_rust()
    home.need_account()
    how = rust.WITH_TESTS if options.short else (*rust.ALONE, "--release")
    program = rust.build_service(how)
    wheels = fetch.wheels(os.path.join(home.home_folder(), "cache"), "servers")
    folder = tempfile.mkdtemp(prefix="bugsage-chaos-", dir=home.home_folder())
    os.chmod(folder, 0o711)
    report = Report()
    try:
        with World(wheels, folder, program) as world:
            shared = Play(world, Maker(*world.keys), Ledger(), report)
            for scenario in SCENARIOS:
                times = scenario.times(None if options.short else options.kills)
                if times:
                    play(shared, scenario, times, cut_seconds=3 if options.short else 30)
    except Failure as failure:
        raise Failure(f"{failure} The logs are in {folder}.") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        report.show()
    shutil.rmtree(folder)
    return 0


class Play:
    """What all scenarios share."""

    def __init__(self, world, maker, ledger, report):
        self.world = world
        self.maker = maker
        self.ledger = ledger
        self.report = report


def play(shared, scenario, times, cut_seconds):
    """Breaks, mends and compares, so many times."""
    world, ledger = shared.world, shared.ledger
    line = shared.report.begin(scenario.name, ledger)
    with contextlib.ExitStack() as stack:
        proxy = stack.enter_context(Proxy(home.free_port(), world.postgres.port))
        nodes = [
            stack.enter_context(Node(world, f"service{number}", port))
            for number, port in enumerate(scenario.database_ports(proxy.port, world.postgres.port))
        ]
        load = stack.enter_context(
            Load(shared.maker, ledger, [node.port for node in nodes], CONNECTIONS)
        )
        stage = faults.Stage(world, nodes, proxy, load, cut_seconds)
        for number in range(1, times + 1):
            stage.until_acknowledged(nodes, random.randrange(50, 300))
            shared.maker.errors = world.errors()
            under_way, mend = scenario.fault(stage)
            began = time.monotonic()
            mend()
            stage.until_acknowledged(nodes, 1)
            line.happened(under_way, time.monotonic() - began)
            stage.until_acknowledged(nodes, faults.MEETINGS)
            load.rest(faults.PATIENCE)
            compare(world, ledger, folds=number % VERIFY_EVERY == 0 or number == times)
            line.compared()
            say(f"{scenario.name} {number}/{times}: {line.progress()}")
            if number < times:
                load.go()


def compare(world, ledger, folds):
    """Holds everything stored against the ledger and the log.

    # Errors
    `Failure` with all that is wrong.
    """
    wait_until(lambda: settled(world.postgres), faults.PATIENCE, "projections and jobs are done")
    problems = Audit(world.postgres, ledger.requests).problems()
    if folds:
        problems += [f"the projection {name} is not what the log folds to"
                     for name in world.differing_projections()]
    if problems:
        raise Failure("; ".join(problems) + ".")
