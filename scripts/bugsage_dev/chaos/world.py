"""The servers and services of one run, each of which can be killed and started again."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request

from .. import home
from ..child import Server, answers, ends_with_parent, run_quiet, wait_ready, wait_until
from ..nats import Nats
from ..postgres import APP, DATABASE, OWNER, PROJECTOR, Postgres
from ..trouble import Failure
from .shims import Disk

# What is acknowledged must outlive the server: unlike the tests', this cluster syncs.
# Its log goes on in a new file each time: one that is used again needs no room on a full disk.
SETTINGS = {"max_connections": "100", "wal_recycle": "off"}
READY_SECONDS = 60


class World:
    """PostgreSQL and NATS, a migrated database with one project, and its keys."""

    def __init__(self, wheels, folder, program, fills_disk=False):
        self.folder = folder
        self.program = program
        self.postgres = Postgres(wheels, os.path.join(folder, "postgres"), SETTINGS)
        self.disk = Disk(folder, self.postgres.data) if fills_disk else None
        if self.disk:
            self.postgres.env.update(self.disk.env)
        self.nats = Nats(wheels, os.path.join(folder, "nats"))
        self.urls = None
        self.keys = None

    def __enter__(self):
        try:
            self.postgres.start()
            self.nats.start()
            self.urls = self.postgres.prepare_service()
            self.bugsage("migrate")
            self.keys = self.seed()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.nats.stop()
        self.postgres.stop()

    def seed(self):
        """The project's number, its DSN key and an API key."""
        file = os.path.join(self.folder, "demo.env")
        self.bugsage("demo", "seed", "--env-file", file)
        with open(file, encoding="utf-8") as lines:
            demo = dict(line.rstrip("\n").split("=", 1) for line in lines)
        key, _, rest = demo["BUGSAGE_DSN"].partition("://")[2].partition("@")
        return rest.rpartition("/")[2], key, demo["BUGSAGE_API_KEY"]

    def start_postgres(self):
        """Starts it after a crash.

        Until the last orphan of a killed postmaster is gone PostgreSQL refuses to start.
        """
        def started():
            try:
                self.postgres.start()
            except Failure:
                return False
            return True

        wait_until(started, READY_SECONDS, "PostgreSQL has started again")

    def environment(self, database_port):
        """The service's settings and no others."""
        names = {"DATABASE_URL": APP, "BUGSAGE_PROJECTOR_DATABASE_URL": PROJECTOR,
                 "BUGSAGE_MIGRATE_DATABASE_URL": OWNER}
        here, there = f":{self.postgres.port}/", f":{database_port}/"
        return {
            "PATH": os.environ["PATH"], "NATS_URL": self.nats.url(), "BUGSAGE_LOG": "warn",
            "BUGSAGE_SEAL_KEYS": home.seal_keys(self.folder),
            # What a killed service was doing is done soon.
            "BUGSAGE_JOB_LEASE_SECONDS": "3",
            # One client sends everything.
            "BUGSAGE_LIMIT_ADDRESS": "0", "BUGSAGE_LIMIT_KEY": "0", "BUGSAGE_LIMIT_ORGANIZATION": "0",
            **{name: self.urls[role].replace(here, there) for name, role in names.items()},
        }

    def bugsage(self, *arguments):
        """What one command of the program prints."""
        return run_quiet(f"bugsage {arguments[0]}", [self.program, *arguments],
                         env=self.environment(self.postgres.port))

    def errors(self):
        """Ids of some errors there are."""
        return self.postgres.psql(DATABASE, "select error_id from error_state limit 64").split()

    def differing_projections(self):
        """The names of the projections that are not what the log folds to."""
        names = [json.loads(line)["name"] for line in self.bugsage("projections", "list").splitlines()]
        env = self.environment(self.postgres.port)
        return [
            name for name in names
            if subprocess.run([self.program, "projections", "verify", name], env=env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              check=False).returncode != 0
        ]


class Node:
    """One service process."""

    def __init__(self, world, name, database_port, clock=None):
        self.world = world
        self.name = name
        self.clock = clock
        self.env = {**world.environment(database_port), **(clock.env if clock else {})}
        self.port = home.free_port()
        self.env["BUGSAGE_PORT"] = str(self.port)
        self.server = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.server.stop()

    def start(self):
        """Starts it and waits until it is healthy."""
        base = os.path.join(self.world.folder, self.name)
        self.server = Server(
            "bugsage", ends_with_parent([self.world.program, "serve"], "TERM"), f"{base}.pid",
            f"{base}.log", signal.SIGTERM, 30, env=self.env,
        )
        wait_ready(self.server, self.is_healthy, READY_SECONDS, "BugSage")

    def is_healthy(self):
        """Whether it serves."""
        return answers(f"http://127.0.0.1:{self.port}/health")

    def get(self, path):
        """Status and JSON of what the project's key is answered."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Authorization": f"Bearer {self.world.keys[-1]}"},
        )
        # Not through a proxy the environment may name.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)
        except OSError as error:
            raise Failure(f"{self.name} does not answer {path}: {error}.") from None

    def kill(self):
        """`kill -9`."""
        self.server.kill()
