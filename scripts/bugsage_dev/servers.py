"""The throw-away servers of the tests: own ports, own folder, nothing kept."""

import contextlib
import os
import shutil
import tempfile

from . import fetch, home
from .nats import Nats
from .postgres import TEST_SETTINGS, Postgres


@contextlib.contextmanager
def throw_away():
    """Both servers, running; gives the variables tests find them by."""
    home.need_account()
    cache = os.path.join(home.home_folder(), "cache")
    wheels = fetch.wheels(cache, "servers")
    folder = tempfile.mkdtemp(prefix="bugsage-test-")
    # `nobody` must be able to pass through in root's case; secrets inside are 0600.
    os.chmod(folder, 0o711)
    postgres = Postgres(wheels, os.path.join(folder, "postgres"), TEST_SETTINGS)
    nats = Nats(wheels, os.path.join(folder, "nats"))
    try:
        postgres.start()
        nats.start()
        yield {
            "BUGSAGE_TEST_DATABASE_URL": postgres.superuser_url(),
            "BUGSAGE_TEST_NATS_URL": nats.url(),
            # For tests that kill a server of their own.
            "BUGSAGE_TEST_NATS_SERVER": nats.binary,
        }
    finally:
        nats.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
