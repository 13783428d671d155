"""The libraries of `make chaos` show a program another clock, and a full disk."""

import os
import subprocess
import sys
import tempfile
import time
import unittest

from bugsage_dev.chaos.shims import Clock, Disk


def said(env, script, *arguments):
    """What a Python program says that loads a library of ours first."""
    command = [sys.executable, "-B", "-S", "-c", script, *arguments]
    return subprocess.run(command, env={**os.environ, **env}, check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name


class Clocks(InFolder):
    def test_the_time_of_day_is_ahead_and_what_measures_is_not(self):
        clock = Clock(self.folder, 90)
        script = "import time; print(time.time(), time.monotonic())"
        day, monotonic = map(float, said(clock.env, script))
        self.assertAlmostEqual(day - time.time(), 90, delta=30)
        self.assertAlmostEqual(monotonic - time.monotonic(), 0, delta=30)


WRITE = """
import os, sys
def tried(write, *arguments):
    try:
        write(*arguments)
        print("written")
    except OSError as error:
        print(os.strerror(error.errno).split()[0])
file = os.open(sys.argv[1], os.O_RDWR)
tried(os.pwrite, file, b"new", 0)
tried(os.pwrite, file, b"new", 1)
tried(os.posix_fallocate, file, 0, 8)
os.lseek(file, 0, os.SEEK_END)
tried(os.write, file, b"more")
"""


class Disks(InFolder):
    def written(self, folder, full):
        """What comes of writes to a file of three bytes: within, over its end, and behind it."""
        os.makedirs(os.path.join(self.folder, folder), exist_ok=True)
        path = os.path.join(self.folder, folder, "file")
        with open(path, "w", encoding="ascii") as file:
            file.write("old")
        disk = Disk(self.folder, os.path.join(self.folder, "data"))
        if full:
            disk.fill()
            self.addCleanup(disk.free)
        return said(disk.env, WRITE, path)

    def test_with_room_everything_is_written(self):
        self.assertEqual(self.written("data", full=False), ["written"] * 4)

    def test_on_a_full_disk_files_are_changed_and_do_not_grow(self):
        self.assertEqual(self.written("data", full=True), ["written", "No", "No", "No"])

    def test_other_folders_have_room(self):
        self.assertEqual(self.written("data2", full=True), ["written"] * 4)


if __name__ == "__main__":
    unittest.main()
