"""The client's own ledger: what it sent, and what it was told of each.

A request that got no answer, or 5xx, may have been carried out or not; the database itself
may have died between its commit and telling so. One that was refused must not have been.
"""

ACKNOWLEDGED, UNKNOWN, REFUSED = "acknowledged", "unknown", "refused"


class Request:
    """One occurrence or command; `id` is its event id, or its request id and idempotency key."""

    __slots__ = ("id", "kind", "body", "state", "position", "doubted", "fault")

    def __init__(self, request_id, kind, body):
        self.id = request_id
        self.kind = kind
        self.body = body
        self.state = UNKNOWN
        # Where the answer says its domain event stands; 0 if it changed nothing.
        self.position = 0
        self.doubted = False
        # Whether it was answered 5xx, and not that the service is away for a while.
        self.fault = False

    def times_wanted(self):
        """The least and the most often it may be in the log."""
        if self.state == REFUSED:
            return 0, 0
        if self.state == UNKNOWN:
            return 0, 1
        # To resolve what is resolved is acknowledged and decides nothing. A stale command must
        # not be: then it counts as missing.
        times = 0 if self.kind in ("resolve", "reopen") and not self.position else 1
        return times, times


class Ledger:
    """All requests of a run."""

    def __init__(self):
        self.requests = {}
        self.counts = {ACKNOWLEDGED: 0, UNKNOWN: 0, REFUSED: 0}
        # Requests whose connection broke before the answer, and answers 5xx.
        self.unanswered = 0
        self.failed = 0

    @property
    def unserved(self):
        """Requests that came to nothing for a fault of the service."""
        return self.unanswered + self.failed

    def sent(self, request):
        """Notes a request before its first byte goes out; one sent again is noted once."""
        if request.id not in self.requests:
            self.requests[request.id] = request
            self.counts[UNKNOWN] += 1

    def answered(self, request, status, position):
        """Notes the answer."""
        if status < 300:
            self.settle(request, ACKNOWLEDGED)
            request.position = position
        elif status >= 500:
            self.failed += 1
            request.doubted = True
            request.fault = request.fault or status != 503
        elif not request.doubted:
            self.settle(request, REFUSED)

    def lost(self, request):
        """Notes that the connection broke first."""
        self.unanswered += 1
        request.doubted = True

    def settle(self, request, state):
        """Moves a request from one count to another."""
        self.counts[request.state] -= 1
        self.counts[state] += 1
        request.state = state
