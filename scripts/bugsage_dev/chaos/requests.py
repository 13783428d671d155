"""What the load is made of: occurrences in envelopes, and commands with idempotency keys."""

import json
import random
import uuid

from .ledger import Request

GROUPS = 64
# Of a hundred requests; the rest are occurrences.
COMMANDS = {"retitle": 25, "resolve": 8, "reopen": 4, "stale": 2}
# Of a hundred occurrences, how many are the first of a new error.
NEW_GROUPS = 3


class Maker:
    """Makes requests to one project; `errors` are the ids that commands go to."""

    def __init__(self, project, dsn_key, api_key):
        self.path = f"/api/{project}/envelope/"
        self.dsn_key = dsn_key
        self.api_key = api_key
        self.errors = []

    def any(self):
        """One request, by chance."""
        draw = random.randrange(100)
        if self.errors:
            for kind, share in COMMANDS.items():
                if draw < share:
                    return self.command(kind)
                draw -= share
        return self.occurrence(random.randrange(GROUPS))

    def occurrence(self, group):
        """An event as an SDK sends it."""
        event_id = uuid.uuid4()
        if random.randrange(100) < NEW_GROUPS:
            group = event_id.hex
        payload = json.dumps({
            "event_id": event_id.hex, "message": f"chaos in {group} by {event_id}", "level": "error",
            "fingerprint": ["chaos", str(group)], "platform": "python",
            "environment": random.choice(("production", "staging")),
            "release": f"shop@{random.randrange(5)}", "user": {"id": str(random.randrange(500))},
        }).encode()
        body = b'{}\n{"type":"event","length":%d}\n%s\n' % (len(payload), payload)
        headers = f"X-Sentry-Auth: Sentry sentry_version=7, sentry_key={self.dsn_key}"
        return Request(str(event_id), "occurrence", http("POST", self.path, headers, body))

    def command(self, kind):
        """A change of one of the errors; a stale one names a version that never was."""
        command_id = str(uuid.uuid4())
        path = f"/api/v1/errors/{random.choice(self.errors)}"
        method, body = "POST", {}
        if kind in ("retitle", "stale"):
            method, body = "PUT", {"title": f"called {command_id}"}
        else:
            path += f"/{kind}"
        headers = (
            f"Authorization: Bearer {self.api_key}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {command_id}\r\nX-Request-Id: {command_id}"
        )
        if kind == "stale":
            headers += '\r\nIf-Match: "999999999"'
        return Request(command_id, kind, http(method, path, headers, json.dumps(body).encode()))


def event_of(request):
    """The event that the envelope of an occurrence holds."""
    return json.loads(request.body.rsplit(b"\n", 2)[1])


def http(method, path, headers, body):
    """The bytes of an HTTP/1.1 request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: chaos\r\n{headers}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
