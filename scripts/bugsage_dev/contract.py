"""A running service, asked by schemathesis for everything that its OpenAPI document offers: no answer
may be a fault, or one that the document does not list."""

import json
import os
import shutil
import tempfile
import urllib.request

from . import clients, fetch, home, rust
from .chaos.world import Node, World
from .child import run_step
from .run import say
from .trouble import Failure

HOOKS = os.path.join("tests", "contract", "hooks.py")
# Of what an answer may be; whether a request is taken is for the tests to say.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "response_headers_conformance",
)
# Requests to each operation, beside those that try its bounds one by one.
EXAMPLES = 30
# The same requests each time: what fails can be looked into.
SEED = 4
# An answer that takes longer is a fault too.
SLOW_SECONDS = 10


def contract(_options):
    """Asks everything; gives the exit status."""
    rust.need_rust()
    home.need_account()
    program = rust.build_service(rust.WITH_TESTS)
    cache = os.path.join(home.home_folder(), "cache")
    wheels = fetch.wheels(cache, "servers")
    python = clients.python_with(cache, "schemathesis")
    folder = tempfile.mkdtemp(prefix="bugsage-contract-", dir=home.home_folder())
    os.chmod(folder, 0o711)
    try:
        with World(wheels, folder, program) as world:
            with Node(world, "contract", world.postgres.port) as node:
                status = ask(python, f"http://127.0.0.1:{node.port}", world.keys)
    except Failure as failure:
        raise Failure(f"{failure} The logs are in {folder}.") from None
    if status == 0:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        say(f"the logs of the service are in {folder}")
    return status


def ask(python, url, keys):
    """Runs schemathesis with the key that may do most; gives its exit status."""
    project, _dsn_key, api_key = keys
    known = things(url, project, api_key)
    command = [
        python, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json", "--url", url,
        "--header", f"Authorization: Bearer {api_key}", "--checks", ",".join(CHECKS),
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
        "--seed", str(SEED), "--generation-deterministic", "--generation-database", "none",
        "--max-response-time", str(SLOW_SECONDS), "--continue-on-failure", "--workers", "2",
        "--warnings", "off", "--suppress-health-check", "all", "--no-color",
    ]
    env = {
        "PATH": os.environ["PATH"], "SCHEMATHESIS_HOOKS": HOOKS.replace(os.sep, ".")[:-3],
        "BUGSAGE_CONTRACT_IDS": json.dumps(known),
    }
    return run_step(command, env=env, cwd=home.CHECKOUT)


def things(url, project, api_key):
    """Ids to ask for, by the name of the parameter, of things made for it."""
    made = [report(url, api_key, f"contract {number}") for number in range(4)]
    return {
        "error_id": [one["id"] for one in made],
        "event_id": [one["event_id"] for one in made],
        "project_id": [project],
    }


def report(url, api_key, title):
    """Reports an error; gives the answer."""
    request = urllib.request.Request(
        f"{url}/api/v1/errors", json.dumps({"title": title}).encode(),
        {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)
