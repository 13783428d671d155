"""Which Node the tests take."""

import unittest

from bugsage_dev import clients


class Node(unittest.TestCase):
    """`is_new_enough`."""

    def test_a_node_that_the_sdk_runs_on_is_taken(self):
        for version in ("v20.19.0", "v20.20.2", "v22.12.0", "v24.0.0"):
            self.assertTrue(clients.is_new_enough(version), version)

    def test_an_older_node_is_not_taken(self):
        for version in ("v18.20.4", "v20.18.3", "v22.11.0", "v23.1.0", ""):
            self.assertFalse(clients.is_new_enough(version), version)


if __name__ == "__main__":
    unittest.main()
