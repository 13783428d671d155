"""The scores of groups and rankings."""

import unittest

from bugsage_dev import scores


class Groups(unittest.TestCase):
    """`of_groups`."""

    def test_what_is_right_scores_one(self):
        found = scores.of_groups([("a", "x"), ("a", "x"), ("b", "y")])
        self.assertEqual(found, {"precision": 1, "recall": 1, "f1": 1, "b_cubed_f1": 1})

    def test_what_is_split_loses_recall_and_what_is_mixed_precision(self):
        split = scores.of_groups([("a", "x"), ("a", "x"), ("b", "x")])
        self.assertEqual((split["precision"], round(split["recall"], 3)), (1, 0.333))
        mixed = scores.of_groups([("a", "x"), ("a", "x"), ("a", "y")])
        self.assertEqual((round(mixed["precision"], 3), mixed["recall"]), (0.333, 1))
        self.assertAlmostEqual(mixed["b_cubed_f1"], 2 * (5 / 9) / (5 / 9 + 1))


class Rankings(unittest.TestCase):
    """`macro_rr_at_1`."""

    def test_each_cause_counts_once_and_those_that_occurred_once_do_not(self):
        occurrences = [("a", "x"), ("a", "x"), ("a", "x"), ("b", "y"), ("c", "y"), ("d", "z")]
        nearest = {"b": "c", "c": "a", "d": "a"}
        # x: found at once; y: found from b, not from c.
        self.assertEqual(scores.macro_rr_at_1(occurrences, nearest), (1 + 0.5) / 2)

    def test_an_error_of_several_causes_counts_by_share_where_that_is_asked(self):
        occurrences = [("a", "x"), ("a", "x"), ("a", "y"), ("b", "y")]
        shares = {"x": (0.5 + 0.5) / 2, "y": (0 + 1 / 3) / 2}
        found = scores.macro_rr_at_1(occurrences, {"b": "a"}, by_share=True)
        self.assertAlmostEqual(found, sum(shares.values()) / 2)
        # It is there, wherever it stands; but not for the one y in a.
        self.assertEqual(scores.macro_rr_at_1(occurrences, {"b": "a"}), (1 + 0.5) / 2)

    def test_nothing_similar_is_not_found(self):
        self.assertEqual(scores.macro_rr_at_1([("a", "x"), ("b", "x")], {"a": None}), 0)


if __name__ == "__main__":
    unittest.main()
