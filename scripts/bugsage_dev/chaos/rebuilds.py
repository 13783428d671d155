"""A read model is built anew under load: the rebuild is killed half way, and two of them meet."""

import contextlib
import os
import signal
import subprocess

from ..child import Server, ends_with_parent, wait_until
from ..postgres import DATABASE
from ..trouble import Failure
from .stage import PATIENCE

REBUILD = ("projections", "rebuild", "errors")
# Rows that are not committed yet count: it is in the middle of filling its tables.
HAS_ROWS = "select pg_relation_size(to_regclass('projection_errors_next.errors')) > 0"
# A rebuild waits for this before it takes the place of the live tables.
CHECKPOINT = "select 'held' from subscriptions where name = 'errors' for update"
BUSY = "another process is rebuilding this projection"


def kill_rebuild(stage):
    """It is killed when it has rows; all else goes on, and another comes to its end."""
    unanswered, unserved = stage.until_busy(stage.nodes[0]), stage.load.ledger.unserved
    with half_way(stage.world) as rebuild:
        rebuild.kill()
    stage.until_served_on(unserved, "a rebuild was killed")
    return unanswered, lambda: rebuild_again(stage.world)


def rebuild_again(world):
    """Types it until PostgreSQL has noticed that the one before is gone."""
    def rebuilt():
        refused = refusal(world)
        if refused not in (None, BUSY):
            raise Failure(refused)
        return refused is None

    wait_until(rebuilt, PATIENCE, "the next rebuild is let in")


def two_rebuilds(stage):
    """While one is under way another is told so, and the first comes to its end."""
    unanswered, unserved = stage.until_busy(stage.nodes[0]), stage.load.ledger.unserved
    with half_way(stage.world) as first:
        if refusal(stage.world) != BUSY:
            raise Failure("Two rebuilds of one projection were under way.")
        stage.until_served_on(unserved, "two rebuilds met")

    def mend():
        wait_until(first.ended, PATIENCE, "the first rebuild has ended")
        if first.process.returncode != 0:
            raise Failure(first.how_it_ended())

    return unanswered, mend


def refusal(world):
    """What a rebuild that was typed says it could not do; `None` if it came to its end."""
    try:
        world.bugsage(*REBUILD)
    except Failure as failure:
        return BUSY if BUSY in str(failure) else str(failure)
    return None


@contextlib.contextmanager
def half_way(world):
    """A rebuild that has rows and does not come to its end inside the block."""
    with held(world.postgres, CHECKPOINT):
        rebuild = start(world)
        try:
            wait_until(lambda: world.postgres.psql(DATABASE, HAS_ROWS) == "t", PATIENCE,
                       "the rebuild has rows")
            yield rebuild
        except BaseException:
            rebuild.stop()
            raise


def start(world):
    """A rebuild beside everything else."""
    base = os.path.join(world.folder, "rebuild")
    command = ends_with_parent([world.program, *REBUILD], "TERM")
    return Server("The rebuild", command, f"{base}.pid", f"{base}.log", signal.SIGTERM, 10,
                  env=world.environment(world.postgres.port))


@contextlib.contextmanager
def held(postgres, sql):
    """Keeps the row that `sql` locks, and says to be held, until the end of the block."""
    command, env = postgres.psql_command(DATABASE)
    session = subprocess.Popen(
        command, env=env, cwd="/", text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )
    try:
        session.stdin.write(f"begin;\n{sql};\n")
        session.stdin.flush()
        answer = session.stdout.readline().strip()
        if answer != "held":
            raise Failure(f"PostgreSQL did not give a lock: {answer}")
        yield
    finally:
        # At the end of its input it ends, and nothing of the transaction stays.
        session.communicate()
