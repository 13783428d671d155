"""What `make chaos` compares with finds what it is there to find."""

import unittest

from bugsage_dev.chaos import contents
from bugsage_dev.chaos.audit import Audit
from bugsage_dev.chaos.ledger import ACKNOWLEDGED, Ledger, Request
from bugsage_dev.chaos.requests import Maker, event_of


class Database:
    """Answers as psql does."""

    def __init__(self, *lines):
        self.lines = lines

    def psql(self, _database, _sql):
        return "\n".join(self.lines)


def ledger(kind, *answers):
    """One request with the id `r`, answered so: a status, or `None` for a broken connection."""
    kept, request = Ledger(), Request("r", kind, b"")
    for answer in answers:
        kept.sent(request)
        if answer is None:
            kept.lost(request)
        else:
            kept.answered(request, answer, 7)
    return kept


def problems(kept, *lines):
    """What the audit says of a ledger and these rows."""
    return " ".join(Audit(Database(*lines), kept.requests).problems())


class Occurrences(unittest.TestCase):
    """One event of an envelope."""

    def test_acknowledged_and_there_once_is_right(self):
        self.assertEqual(problems(ledger("occurrence", 200), "found|r|1|0"), "")

    def test_acknowledged_and_not_there_is_lost(self):
        self.assertIn("not in the log", problems(ledger("occurrence", 200)))

    def test_acknowledged_after_a_broken_connection_must_be_there(self):
        self.assertIn("not in the log", problems(ledger("occurrence", None, 200)))

    def test_there_twice_is_told(self):
        for answers in ((200,), (None,), (503,)):
            told = problems(ledger("occurrence", *answers), "found|r|2|0")
            self.assertIn("more than once", told)

    def test_unanswered_may_be_there_or_not(self):
        for answer in (None, 503):
            kept = ledger("occurrence", answer)
            self.assertEqual(problems(kept), "")
            self.assertEqual(problems(kept, "found|r|1|0"), "")

    def test_refused_and_there_is_told(self):
        self.assertIn("refused", problems(ledger("occurrence", 429), "found|r|1|0"))

    def test_refused_after_a_broken_connection_may_be_there(self):
        self.assertEqual(problems(ledger("occurrence", None, 429), "found|r|1|0"), "")

    def test_an_answer_that_is_a_fault_is_told(self):
        told = problems(ledger("occurrence", 500, 200), "found|r|1|0")
        self.assertIn("another 5xx than 503", told)
        self.assertEqual(problems(ledger("occurrence", 503, 200), "found|r|1|0"), "")

    def test_what_nobody_sent_is_told(self):
        self.assertIn("never sent", problems(Ledger(), "found|x|1|0"))


class Commands(unittest.TestCase):
    """A change with an idempotency key."""

    def test_acknowledged_with_its_event_and_its_key_is_right(self):
        self.assertEqual(problems(ledger("retitle", 200), "found|r|1|7", "key|r|7|0"), "")

    def test_an_acknowledged_command_needs_its_key(self):
        self.assertIn("not in the log", problems(ledger("retitle", 200), "found|r|1|7"))

    def test_another_position_than_answered_is_told(self):
        told = problems(ledger("retitle", 200), "found|r|1|8", "key|r|8|0")
        self.assertIn("another position", told)


class Node:
    """Answers one occurrence."""

    def __init__(self, status, **payload):
        self.answer = status, {"payload": payload}

    def get(self, _path):
        return self.answer


class Contents(unittest.TestCase):
    """What a client reads of an occurrence it sent."""

    def setUp(self):
        self.request = Maker("1", "dsn", "key").occurrence(0)
        self.request.state = ACKNOWLEDGED
        self.sent = event_of(self.request)

    def told(self, status, **changed):
        node = Node(status, **{**self.sent, **changed})
        return " ".join(contents.problems([node], [self.request]))

    def test_as_it_was_sent_is_right(self):
        self.assertEqual(self.told(200), "")

    def test_not_found_or_another_message_is_told(self):
        self.assertIn(self.request.id, self.told(404))
        self.assertIn(self.request.id, self.told(200, message="of another"))


class Contradictions(unittest.TestCase):
    """Counters and the log."""

    def test_a_counter_that_is_off_is_told(self):
        self.assertIn("3 rows of error_counters", problems(Ledger(), "off|error_counters|3|0"))


if __name__ == "__main__":
    unittest.main()
