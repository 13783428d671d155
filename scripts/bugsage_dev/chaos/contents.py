"""Occurrences read back as people read them: the audit counts, and looks into none."""

import random

from .ledger import ACKNOWLEDGED
from .requests import event_of

SAMPLE = 30
FIELDS = ("message", "level", "environment", "release", "fingerprint")


def problems(nodes, requests):
    """A sentence on those of a sample of acknowledged occurrences that do not read as they were sent."""
    acknowledged = [request for request in requests
                    if request.kind == "occurrence" and request.state == ACKNOWLEDGED]
    sample = random.sample(acknowledged, min(SAMPLE, len(acknowledged)))
    ids = [request.id for request in sample if not is_as_sent(random.choice(nodes), request)]
    if not ids:
        return []
    return [f"{len(ids)} of {len(sample)} occurrences read otherwise than sent, such as {ids[0]}"]


def is_as_sent(node, request):
    """Whether a node answers what the client sent."""
    status, page = node.get(f"/api/v1/occurrences/{request.id}")
    sent = event_of(request)
    return status == 200 and all(page["payload"].get(field) == sent[field] for field in FIELDS)
