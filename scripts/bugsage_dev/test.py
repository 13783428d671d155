"""`make test`: format check, clippy, the scripts' tests, and every Rust test on
throw-away servers with the real SDKs."""

import os
import sys
import time

from . import clients, fetch, home, rust, servers
from .child import run_step
from .run import say

# Of the caller's settings none may reach a test: no database, broker, model or account.
OUTSIDE = ("DATABASE_URL", "NATS_URL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY")
OUTSIDE_PREFIXES = ("BUGSAGE_", "SENTRY_")


def test(_options):
    """Runs every step, whatever the earlier ones gave; gives the exit status."""
    rust.need_rust()
    cache = os.path.join(home.home_folder(), "cache")
    env = {
        key: value for key, value in os.environ.items()
        if key not in OUTSIDE and not key.startswith(OUTSIDE_PREFIXES)
    }
    report = Report()
    try:
        report.command("format", ["cargo", "fmt", "--all", "--check"], env)
        report.command("clippy", [
            "cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings",
        ], env)
        report.command("scripts", [
            sys.executable, "-B", "-m", "unittest", "discover", "-q",
            "-s", "scripts/tests", "-t", "scripts",
        ], env)
        with report.timed("clients"):
            say("installing the SDKs the tests use (once)")
            fetch.wheels(cache, "servers")
            env.update(clients.variables(cache))
        with servers.throw_away() as found:
            env.update(found)
            report.command("tests", [
                "cargo", "test", "--workspace", "--locked", "--no-fail-fast",
            ], env)
        alone = {**env, "BUGSAGE_HOME": home.home_folder()}
        report.command("contract", [sys.executable, "scripts/dev", "contract"], alone)
        # On servers of its own: it kills them.
        report.command("chaos", [sys.executable, "scripts/dev", "chaos", "--short"], alone)
    finally:
        report.show()
    return 1 if report.failed else 0


class Report:
    """What each step gave, and how long it took."""

    def __init__(self):
        self.lines = []
        self.failed = False

    def command(self, name, command, env):
        """Runs one step in the terminal."""
        say(" ".join(command))
        with self.timed(name) as timing:
            timing.ok = run_step(command, env=env, cwd=home.CHECKOUT) == 0

    def timed(self, name):
        """Measures what is done inside; an exception counts as failed."""
        return Timing(self, name)

    def add(self, name, ok, seconds):
        """Notes one finished step."""
        self.failed = self.failed or not ok
        self.lines.append(f"{name} {'ok' if ok else 'FAILED'} {seconds:.1f} s")

    def show(self):
        """The last line."""
        print(f"bugsage: {'; '.join(self.lines)}", flush=True)


class Timing:
    """One step of a `Report`, as a context."""

    def __init__(self, report, name):
        self.report = report
        self.name = name
        self.ok = True
        self.started = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, kind, _value, _trace):
        seconds = time.monotonic() - self.started
        self.report.add(self.name, self.ok and kind is None, seconds)
