"""`make eval`: real failures of known causes go through a service of its own, as an SDK sends them; then
errors and what is similar to them are read, and scored. And rules tell the category of labelled traces."""

import json
import os
import shutil
import tempfile
import time
import urllib.request

from . import fetch, home, rust, scores
from .chaos.world import Node, World
from .child import run_step
from .run import say
from .trouble import Failure

DATA = os.path.join("tests", "data", "grouping", "thrown-dev.events.jsonl")
# Labelled traces that nobody looked at while the rules were made.
CAUSES = os.path.join("tests", "data", "causes", "held_out.jsonl")
# Until every new error was looked at; a hundred a second are.
SETTLED_SECONDS = 120


def evaluate(options):
    """Sends, reads, prints; gives the exit status."""
    with open(options.data or os.path.join(home.CHECKOUT, DATA), encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rust.need_rust()
    home.need_account()
    program = rust.build_service()
    wheels = fetch.wheels(os.path.join(home.home_folder(), "cache"), "servers")
    folder = tempfile.mkdtemp(prefix="bugsage-eval-", dir=home.home_folder())
    os.chmod(folder, 0o711)
    try:
        with World(wheels, folder, program) as world, Node(world, "eval", world.postgres.port) as node:
            service = Service(f"http://127.0.0.1:{node.port}", *world.keys)
            show(rows, *read(service, rows))
    except Failure as failure:
        raise Failure(f"{failure} The logs are in {folder}.") from None
    shutil.rmtree(folder, ignore_errors=True)
    show_rules()
    return 0


def read(service, rows):
    """The error of each row's event, and of each error the most similar one."""
    say(f"sending {len(rows)} events")
    for row in rows:
        service.send(row["event"])
    wait_until_looked_at(service)
    errors = [service.get(f"/api/v1/occurrences/{row['event']['event_id']}")["error_id"] for row in rows]
    nearest = {}
    for error in set(errors):
        similar = service.get(f"/api/v1/errors/{error}/similar")["similar"]
        nearest[error] = similar[0]["error"]["id"] if similar else None
    return errors, nearest


def wait_until_looked_at(service):
    """New errors are compared a moment after they are stored."""
    until, before = time.monotonic() + SETTLED_SECONDS, None
    while time.monotonic() < until:
        now = service.get("/api/v1/errors?limit=1000")
        listed = [error["id"] for error in now["errors"]]
        if listed == before and all(
            service.get(f"/api/v1/errors/{error}/similar")["embedder"] for error in listed
        ):
            return
        before = listed
        time.sleep(1)
    raise Failure(f"Not every error was looked at within {SETTLED_SECONDS} seconds.")


def show(rows, errors, nearest):
    """Prints the scores."""
    pairs = [(error, row["group"]) for error, row in zip(errors, rows)]
    groups = scores.of_groups(pairs)
    print(f"events {len(rows)}, causes {len({row['group'] for row in rows})}, errors {len(set(errors))}")
    found, share = scores.macro_rr_at_1(pairs, nearest), scores.macro_rr_at_1(pairs, nearest, by_share=True)
    print(f"similar errors: macro RR@1 {found:.3f}; {share:.3f} where an error of several causes counts by share")
    print(f"groups: pairwise precision {groups['precision']:.3f}, recall {groups['recall']:.3f},"
          f" F1 {groups['f1']:.3f}; B-cubed F1 {groups['b_cubed_f1']:.3f}")


def show_rules():
    """Prints how often rules tell the category; of the traces nothing but that."""
    run = ["cargo", "run", "--quiet", "--locked", "-p", "bugsage-domain", "--example", "causes"]
    if run_step([*run, "--", CAUSES], cwd=home.CHECKOUT) != 0:
        raise Failure("The rules could not be scored; the messages above say why.")


class Service:
    """A running service, by its address and the keys to a project."""

    def __init__(self, url, project, dsn_key, api_key):
        self.url = url
        self.project = project
        self.dsn_key = dsn_key
        self.api_key = api_key
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, event):
        """One event, as an SDK sends it."""
        payload = json.dumps(event).encode()
        body = b'{}\n{"type":"event","length":%d}\n%s\n' % (len(payload), payload)
        auth = f"Sentry sentry_version=7, sentry_key={self.dsn_key}"
        self.ask(f"/api/{self.project}/envelope/", {"X-Sentry-Auth": auth}, body)

    def get(self, path):
        """The answer to a question."""
        return self.ask(path, {"Authorization": f"Bearer {self.api_key}"})

    def ask(self, path, headers, body=None):
        """One request; gives the answer's JSON."""
        request = urllib.request.Request(self.url + path, body, headers)
        with self.opener.open(request, timeout=30) as answer:
            return json.load(answer)
