"""An event that the handler of one projection cannot apply."""

import random

from ..child import wait_until
from ..postgres import DATABASE
from .stage import PATIENCE

NAME = "activity"


def poison(stage):
    """From the next event of one error on a projection stands still, and says so; all else goes on."""
    unanswered, unserved = stage.until_busy(stage.nodes[0]), stage.load.ledger.unserved
    error = random.choice(stage.load.maker.errors)
    stage.world.postgres.psql(DATABASE, f"""alter table projection_{NAME}.{NAME}
        add constraint poison check (error_id <> '{error}') not valid""")
    wait_until(lambda: readiness(stage.nodes[0]) == (200, "degraded", [NAME]), PATIENCE,
               "the health page names the projection")
    stage.until_served_on(unserved, "a projection stood still")
    return unanswered, lambda: cure(stage)


def cure(stage):
    """Builds the tables anew: it is they that refuse the event."""
    stage.world.bugsage("projections", "rebuild", NAME)
    wait_until(lambda: readiness(stage.nodes[0]) == (200, "ready", []), PATIENCE,
               "the health page says that all is well")


def readiness(node):
    """What `/health/ready` says: status, word, and what stands still."""
    status, page = node.get("/health/ready")
    return status, page["status"], page["stalled_projections"]
