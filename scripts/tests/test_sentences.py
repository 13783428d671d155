"""What goes wrong is told in one sentence, with status 1 and no traceback."""

import contextlib
import errno
import io
import json
import os
import socket
import subprocess
import tempfile
import unittest
from unittest import mock

from bugsage_dev import fetch, home, leftover, main, run, rust, trouble


def ends(arguments=("run",)):
    """Status and stderr of one command of scripts/dev."""
    stderr = io.StringIO()
    with contextlib.redirect_stderr(stderr), mock.patch.object(main, "stop_on_signals"):
        status = main.main(list(arguments))
    return status, stderr.getvalue()


class Sentences(unittest.TestCase):
    def assert_one_sentence(self, wanted, **settings):
        with mock.patch.dict(os.environ, settings):
            status, stderr = ends()
        self.assertEqual(status, 1)
        self.assertIn(wanted, stderr)
        self.assertEqual(stderr.count("\n"), 1, stderr)

    def test_a_port_that_is_no_number_is_refused(self):
        for port in ("abc", "0", "65536", "-1", "8000x"):
            self.assert_one_sentence("BUGSAGE_PORT", BUGSAGE_PORT=port)

    def test_a_port_in_use_is_told_before_anything_is_built(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            with mock.patch.object(rust, "need_rust"), \
                    mock.patch.object(rust, "build_service", side_effect=AssertionError):
                port = str(other.getsockname()[1])
                self.assert_one_sentence(
                    f"Port {port} is in use", BUGSAGE_PORT=port, BUGSAGE_HOME=folder
                )

    def test_a_missing_cargo_is_told_with_what_to_install(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assert_one_sentence("`cargo` is missing", PATH=empty)

    def test_a_user_id_without_a_name_is_told_with_the_way_out(self):
        with mock.patch.object(home.pwd, "getpwuid", side_effect=KeyError), \
                mock.patch.object(rust, "need_rust"):
            self.assert_one_sentence("has no entry in /etc/passwd", DATABASE_URL="")

    def test_a_full_disk_is_told_as_such(self):
        full = OSError(errno.ENOSPC, "No space left on device", "/some/file")
        with mock.patch.object(rust, "need_rust", side_effect=full):
            self.assert_one_sentence("disk is full")
        output = 'initdb: error: could not write file: No space left on device'
        self.assertIn("disk is full", trouble.sentence_for_output("initdb", output))

    def test_a_wrong_hash_is_told_apart_from_a_missing_network(self):
        wrong = "pip failed: THESE PACKAGES DO NOT MATCH THE HASHES"
        self.assertIn("pinned hash", fetch.download_sentence("servers", wrong))
        away = "pip failed: ERROR: No matching distribution found"
        self.assertIn("check the network", fetch.download_sentence("servers", away))

    def test_two_runs_of_one_home_do_not_meet(self):
        with tempfile.TemporaryDirectory() as folder:
            first = home.lock(folder, "run.lock", run.BUSY)
            with self.assertRaisesRegex(trouble.Failure, f"pid {os.getpid()}"):
                home.lock(folder, "run.lock", run.BUSY)
            first.close()
            home.lock(folder, "run.lock", run.BUSY).close()


class Leftovers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.pid_file = os.path.join(folder.name, "pid")
        self.child = subprocess.Popen(["sleep", "60"])
        self.addCleanup(self.child.wait)
        self.addCleanup(self.child.kill)

    def test_a_remembered_process_is_ended(self):
        leftover.note(self.pid_file, self.child.pid)
        leftover.end("sleep", self.pid_file, 15)
        self.assertEqual(self.child.wait(5), -15)

    def test_a_number_another_process_carries_by_now_is_left_alone(self):
        home.write_private(self.pid_file, f"{self.child.pid} 1 another-boot\n")
        leftover.end("sleep", self.pid_file, 15)
        self.assertIsNone(self.child.poll())

    def test_a_missing_or_empty_file_is_nothing(self):
        leftover.end("sleep", self.pid_file, 15)
        home.write_private(self.pid_file, "\n")
        leftover.end("sleep", self.pid_file, 15)
        self.assertIsNone(self.child.poll())


class Secrets(unittest.TestCase):
    def test_a_password_is_made_once_and_readable_by_its_owner_only(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "password")
            first = home.secret(path)
            self.assertGreaterEqual(len(first), 32)
            self.assertEqual(home.secret(path), first)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)


class CargoMessages(unittest.TestCase):
    def test_the_program_is_found_wherever_the_target_folder_is(self):
        built = (("other", "/t/other", False), ("bugsage", None, False), ("bugsage", "/t/b", False),
                 ("bugsage", "/t/deps/b", True))
        messages = "\n".join(
            json.dumps({"reason": "compiler-artifact", "target": {"name": name},
                        "profile": {"test": test}, "executable": path})
            for name, path, test in built
        ) + '\n{"reason":"build-finished","success":true}\n'
        self.assertEqual(rust.executable_in(messages), "/t/b")


if __name__ == "__main__":
    unittest.main()
