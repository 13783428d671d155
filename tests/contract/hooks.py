"""Half of the ids that schemathesis makes up are of things that exist: behind a 404 lies nothing."""

import json
import os

import schemathesis

# Parameter → ids of what the service knows.
KNOWN = json.loads(os.environ["BUGSAGE_CONTRACT_IDS"])


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Puts ids of existing things in place of some that are none."""
    for name, ids in KNOWN.items():
        made_up = (path_parameters or {}).get(name)
        # By the value itself: the same case must be the same again when it is shrunk.
        draw = sum(str(made_up).encode())
        if made_up is not None and draw % 2 == 0:
            path_parameters[name] = ids[draw // 2 % len(ids)]
    return path_parameters
