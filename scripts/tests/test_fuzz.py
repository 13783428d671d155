"""What `make fuzz` reads from libFuzzer."""

import contextlib
import io
import os
import unittest
from unittest import mock

from bugsage_dev import fuzz, trouble

HEALTHY = """\
#2\tINITED cov: 100 ft: 120 corp: 2/9b exec/s: 0 rss: 40Mb
#64\tNEW    cov: 120 ft: 150 corp: 3/12b lim: 4 exec/s: 0 rss: 41Mb L: 3/4 MS: 1 ChangeBit-
Test unit written to found/trace/slow-unit-00ff
#128\tDONE   cov: 130 ft: 160 corp: 4/15b lim: 4 exec/s: 64 rss: 41Mb
stat::number_of_executed_units: 128
stat::peak_rss_mb:              41
""".splitlines()


def read(lines, status):
    run = fuzz.Run("trace")
    for line in lines:
        run.read(line)
    run.end(status)
    return run


class Fuzz(unittest.TestCase):
    def test_a_run_without_a_finding_is_ok_and_tells_how_coverage_grew(self):
        run = read(HEALTHY, 0)
        self.assertEqual((run.verdict, run.began, run.coverage), ("ok", 100, 130))
        self.assertEqual(run.stats, {"number_of_executed_units": 128, "peak_rss_mb": 41})

    def test_each_kind_of_finding_has_its_verdict_and_its_input(self):
        for word, verdict in fuzz.Run.VERDICTS.items():
            run = read([*HEALTHY, f"Test unit written to found/trace/{word}-00ff"], 77)
            self.assertEqual((run.verdict, run.input), (verdict, f"found/trace/{word}-00ff"))

    def test_a_program_that_dies_without_a_word_is_a_finding(self):
        self.assertEqual(read(HEALTHY, -11).verdict, "ended with status -11")

    def test_every_line_of_the_table_is_as_wide_as_its_heading(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            fuzz.show([read(HEALTHY, 0), read([], -11)])
        ends = {line.split("  ")[-1] for line in output.getvalue().splitlines()}
        self.assertEqual(ends, {"verdict", "ok", "ended with status -11"})

    def test_seconds_that_are_none_are_refused(self):
        for text in ("0", "-1", "1.5", "long"):
            with mock.patch.dict(os.environ, FUZZ_SECONDS=text):
                with self.assertRaises(trouble.Failure):
                    fuzz.seconds_each()


if __name__ == "__main__":
    unittest.main()
