"""The commands of `scripts/dev`, and how each of them ends."""

import argparse
import os
import signal
import sys
import time

from . import bench, contract, fuzz, run, servers, test
from . import eval as evaluation
from .chaos import command as chaos
from .home import write_private
from .trouble import Failure, Stopped, sentence_for_os_error


def main(arguments=None):
    """Runs one command; gives the exit status."""
    options = parser().parse_args(arguments)
    # Folders and binaries must stay readable for PostgreSQL's user; secrets are 0600.
    os.umask(0o022)
    stop_on_signals()
    try:
        return options.command(options)
    except Failure as failure:
        print(f"bugsage: {failure}", file=sys.stderr)
    except OSError as error:
        print(f"bugsage: {sentence_for_os_error(error)}", file=sys.stderr)
    except Stopped as stopped:
        return 128 + stopped.signal_number
    return 1


def parser():
    """The command line."""
    top = argparse.ArgumentParser(prog="scripts/dev", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")
    add = commands.add_parser("run", help="build and serve, on private servers")
    add.set_defaults(command=run.run)
    add = commands.add_parser("test", help="check and test everything")
    add.set_defaults(command=test.test)
    add = commands.add_parser("bench", help="measure a release build")
    add.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to bugsage-bench")
    add.set_defaults(command=bench.bench)
    add = commands.add_parser("chaos", help="break everything under load, and lose nothing")
    add.add_argument("--short", action="store_true", help="a few of each, with a debug build")
    add.add_argument("--kills", type=int, default=200, help="of the service; of the others fewer")
    add.set_defaults(command=chaos.chaos)
    add = commands.add_parser("eval", help="score groups and similar errors on real failures")
    add.add_argument("--data", help="other failures than those of tests/data/grouping")
    add.set_defaults(command=evaluation.evaluate)
    add = commands.add_parser("contract", help="hold a running service to its OpenAPI document")
    add.set_defaults(command=contract.contract)
    add = commands.add_parser("fuzz", help="each fuzz target for FUZZ_SECONDS")
    add.add_argument("--keep", action="store_true",
                     help="add inputs that reach new code to the corpus in the checkout")
    add.set_defaults(command=fuzz.fuzz)
    add = commands.add_parser("servers", help="throw-away servers until Ctrl-C")
    add.add_argument("--env-file", help="where to write their variables")
    add.set_defaults(command=serve_throw_away)
    return top


def serve_throw_away(options):
    """Holds the tests' servers open, for running single tests by hand."""
    with servers.throw_away() as variables:
        lines = "".join(f"export {key}={value}\n" for key, value in variables.items())
        if options.env_file:
            write_private(options.env_file, lines)
        print(lines, end="", flush=True)
        while True:
            time.sleep(3600)


def stop_on_signals():
    """The first signal unwinds; later ones must not interrupt the tidying up."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number, _frame):
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for each in signals:
        signal.signal(each, stop)
