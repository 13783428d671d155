"""`make bench`: measures a release build on a PostgreSQL with its default settings."""

import os
import shutil
import subprocess
import tempfile

from . import fetch, home, rust
from .child import run_step
from .postgres import Postgres
from .run import say
from .trouble import Failure


def bench(options):
    """Builds, starts a PostgreSQL of its own, and runs the bench; gives the exit status."""
    rust.need_rust()
    home.need_account()
    build = ["cargo", "build", "--release", "--locked", "-p", "bugsage-api", "-p", "bugsage-bench"]
    say(" ".join(build))
    if run_step(build, cwd=home.CHECKOUT) != 0:
        raise Failure("The build failed; cargo's messages above say why.")
    wheels = fetch.wheels(os.path.join(home.home_folder(), "cache"), "servers")
    folder = tempfile.mkdtemp(prefix="bugsage-bench-", dir=home.home_folder())
    os.chmod(folder, 0o711)
    postgres = Postgres(wheels, os.path.join(folder, "postgres"))
    try:
        postgres.start()
        env = {**os.environ, "BUGSAGE_BENCH_DATABASE_URL": postgres.superuser_url()}
        return run_step([program(), *options.arguments], env=env, cwd=home.CHECKOUT)
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def program():
    """The path of the bench that was just built, wherever the target folder is."""
    answer = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version=1", "--locked"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, cwd=home.CHECKOUT,
    ).stdout
    return os.path.join(rust.target_folder(answer), "release", "bugsage-bench")
