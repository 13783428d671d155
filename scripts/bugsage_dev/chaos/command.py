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
from . import contents, scenarios
from .audit import Audit, settled
from .ledger import Ledger
from .load import Load
from .proxy import Proxy
from .report import Report
from .requests import Maker
from .shims import Clock
from .stage import LONG, MEETINGS, PATIENCE, SHORT, UNANSWERED, Stage
from .world import Node, World

# More than have to be unanswered, because some are just being read or written.
CONNECTIONS = UNANSWERED + 40
# By which a clock that is wrong is ahead.
SECONDS_AHEAD = 90


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
        with World(wheels, folder, program, fills_disk=True) as world:
            shared = Play(world, Clock(folder, SECONDS_AHEAD), report, SHORT if options.short else LONG)
            for scenario in scenarios.ALL:
                times = scenario.times(None if options.short else options.kills)
                if times:
                    play(shared, scenario, times)
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

    def __init__(self, world, clock, report, form):
        self.world = world
        self.clock = clock
        self.report = report
        self.form = form
        self.maker = Maker(*world.keys)
        self.ledger = Ledger()

    def nodes(self, scenario, proxy):
        """The services of a scenario, to be started."""
        ports = scenario.database_ports(proxy.port, self.world.postgres.port)
        clocks = scenario.clocks(self.clock)
        return [Node(self.world, f"service{number}", port, clock)
                for number, (port, clock) in enumerate(zip(ports, clocks))]


def play(shared, scenario, times):
    """Breaks, mends and compares, so many times; then reads back some of what was sent."""
    world, ledger, form = shared.world, shared.ledger, shared.form
    before = len(ledger.requests)
    line = shared.report.begin(scenario.name, ledger)
    with contextlib.ExitStack() as stack:
        proxy = stack.enter_context(Proxy(home.free_port(), world.postgres.port))
        nodes = [stack.enter_context(node) for node in shared.nodes(scenario, proxy)]
        load = stack.enter_context(
            Load(shared.maker, ledger, [node.port for node in nodes], CONNECTIONS)
        )
        stage = Stage(world, nodes, proxy, load, form)
        for number in range(1, times + 1):
            line.happened(*break_and_mend(stage, scenario.fault))
            compare(world, ledger, folds=number % form.verify_every == 0 or number == times)
            line.compared()
            say(f"{scenario.name} {number}/{times}: {line.progress()}")
            if number < times:
                load.go()
        sent = list(ledger.requests.values())[before:]
        need_none(contents.problems(nodes, sent))


def break_and_mend(stage, fault):
    """One fault, under load; at its end nothing is under way.

    Gives how many requests were unanswered, and the seconds until one was acknowledged again.
    """
    stage.until_acknowledged(stage.nodes, random.randrange(50, 300))
    stage.load.maker.errors = stage.world.errors()
    under_way, mend = fault(stage)
    began = time.monotonic()
    mend()
    stage.until_acknowledged(stage.nodes, 1)
    seconds = time.monotonic() - began
    stage.until_acknowledged(stage.nodes, MEETINGS)
    stage.load.rest(PATIENCE)
    return under_way, seconds


def compare(world, ledger, folds):
    """Holds everything stored against the ledger and the log.

    # Errors
    `Failure` with all that is wrong.
    """
    wait_until(lambda: settled(world.postgres), PATIENCE, "projections and jobs are done")
    problems = Audit(world.postgres, ledger.requests).problems()
    if folds:
        problems += [f"the projection {name} is not what the log folds to"
                     for name in world.differing_projections()]
    need_none(problems)


def need_none(problems):
    """A `Failure` with all that is wrong, if anything is."""
    if problems:
        raise Failure("; ".join(problems) + ".")
