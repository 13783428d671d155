"""What schemathesis needs to know of BugSage beside its document."""

import json
import os

import schemathesis

# Parameter → ids of what exists: behind a 404 lies nothing, so half of the ids that are made up give way.
KNOWN = json.loads(os.environ["BUGSAGE_CONTRACT_IDS"])


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Puts ids of existing things in place of some that are none."""
    for name, ids in KNOWN.items():
        made_up = case.path_parameters.get(name)
        # By the value itself: a request must be the same when it is made again.
        draw = sum(str(made_up).encode())
        if made_up is not None and draw % 2 == 0:
            case.path_parameters[name] = ids[draw // 2 % len(ids)]
    # With a control character it is no HTTP: refused before there is a request to answer.
    for name, value in list(case.headers.items()):
        if any(c < " " or c == "\x7f" for c in str(value)):
            del case.headers[name]


@schemathesis.serializer("application/x-sentry-envelope")
def envelope(_context, value):
    """Whatever is made up is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
