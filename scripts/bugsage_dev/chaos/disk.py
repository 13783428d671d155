"""The disk of PostgreSQL is full for a while."""

import time

from ..child import wait_until
from ..postgres import DATABASE
from ..trouble import Failure
from .stage import MEETINGS, PATIENCE

# Asked without room for anything.
READS = ("/health/ready", "/api/v1/errors")


def fill_disk(stage):
    """No table can grow; what needs no room goes on."""
    node, postgres = stage.nodes[0], stage.world.postgres
    unanswered = stage.until_busy(node)
    stage.world.disk.fill()
    freed = time.monotonic() + stage.form.full_seconds
    stage.until_met(MEETINGS)
    # By chance a file of its log ends meanwhile, and PostgreSQL with it.
    wait_until(lambda: postgres.ended() or all(node.get(path)[0] == 200 for path in READS),
               PATIENCE, "reads are answered on a full disk")
    time.sleep(max(0, freed - time.monotonic()))
    return unanswered, lambda: free_disk(stage.world)


def fill_disk_of_the_log(stage):
    """There is no room for PostgreSQL's own log either, by which it ends."""
    unanswered, mend = fill_disk(stage)
    wait_until(lambda: gave_up(stage.world.postgres), PATIENCE, "PostgreSQL has no room for its log")
    return unanswered, mend


def gave_up(postgres):
    """Whether it ended by itself. Each time it has to go on in another file of its log; for some it
    has made room before."""
    if not postgres.ended():
        try:
            postgres.psql(DATABASE, "select pg_switch_wal()")
        except Failure:
            pass
    return postgres.ended()


def free_disk(world):
    """Makes room, and does what a supervisor does: starts PostgreSQL if it ended."""
    world.disk.free()

    def serves():
        if world.postgres.ended():
            world.start_postgres()
        try:
            return world.postgres.answers()
        except Failure:
            return False

    wait_until(serves, PATIENCE, "PostgreSQL has recovered")
