"""Processes this program starts, and only those, are stopped by it.

Each child leads a session of its own, so that Ctrl-C in the terminal reaches this
program alone, which then stops its children in order. Servers are started through
`setpriv --pdeathsig`: they end even when this program is killed with SIGKILL.
"""

import os
import shutil
import signal
import subprocess
import time
import urllib.request

from . import leftover
from .trouble import Failure, sentence_for_output


def need_tool(name, advice):
    """The path of the tool `name`; a `Failure` with `advice` if it is missing."""
    path = shutil.which(name)
    if path is None:
        raise Failure(f"The tool `{name}` is missing: {advice}.")
    return path


def ends_with_parent(command, signal_name):
    """`command`, made to receive `signal_name` (such as `TERM`) when its parent dies."""
    setpriv = need_tool("setpriv", "install the package util-linux")
    return [setpriv, "--pdeathsig", signal_name, *command]


class Server:
    """One long-running child with its log file."""

    def __init__(self, name, command, pid_file, log, stop_signal, grace, env=None, cwd=None):
        """`grace` is in seconds; `log` is a path, or None to share the terminal."""
        leftover.end(name, pid_file, stop_signal)
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        self.grace = grace
        output = open(log, "ab") if log else None
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=env, cwd=cwd, start_new_session=True,
            )
        finally:
            if output:
                output.close()
        leftover.note(pid_file, self.process.pid)

    def ended(self):
        """Whether the process is gone."""
        return self.process.poll() is not None

    def how_it_ended(self):
        """A sentence about a process that ended by itself."""
        code = self.process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        return f"{self.name} {how}; {f'its log is {self.log}' if self.log else 'see above'}."

    def last_words(self):
        """Why it did not start, from the end of its log if it has one."""
        if self.log is None:
            return self.how_it_ended() if self.ended() else "its messages stand above."
        with open(self.log, "rb") as log:
            log.seek(max(0, os.path.getsize(self.log) - 4096))
            text = log.read().decode("utf-8", "replace")
        return sentence_for_output(f"Starting {self.name}", text)

    def stop(self):
        """Asks it to end, waits `grace` seconds, then kills its whole session."""
        if not self.ended():
            # Only the process itself: PostgreSQL takes its own children along.
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(self.grace)
            except subprocess.TimeoutExpired:
                kill_group(self.process.pid)
        self.process.wait()


    def kill(self):
        """Ends it at once and without its knowledge, as a crash does."""
        self.process.kill()
        self.process.wait()


def kill_group(leader):
    """Kills the session that `leader`, a child of ours, leads."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run_step(command, env=None, cwd=None):
    """Runs `command` in the terminal and gives its exit status; stops it if we are."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, env=env, cwd=cwd, start_new_session=True
    )
    try:
        return process.wait()
    except BaseException:
        stop_step(process)
        raise


def run_quiet(what, command, env=None, cwd=None, feed=None):
    """Runs `command` without showing it; gives its output.

    # Errors
    `Failure` with the telling line of its output when it ends non-zero.
    """
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=env, cwd=cwd, start_new_session=True, text=True, errors="replace",
    )
    try:
        output, _ = process.communicate(feed)
    except BaseException:
        stop_step(process)
        raise
    if process.returncode != 0:
        raise Failure(sentence_for_output(what, output))
    return output


def stop_step(process, grace=10):
    """Ends a step and everything in its session; `grace` is in seconds."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(grace)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass
    kill_group(process.pid)
    process.wait()


def wait_ready(server, ready, seconds, what):
    """Waits until `ready()`; a `Failure` if the server ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if server.ended():
            raise Failure(server.last_words())
        if time.monotonic() > deadline:
            raise Failure(f"{what} did not answer within {seconds} seconds: {server.last_words()}")
        time.sleep(0.05)


def wait_until(holds, seconds, what):
    """Waits until `holds()`; a `Failure` that quotes `what` when it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Failure(f"Waited {seconds} seconds in vain until {what}.")
        time.sleep(0.02)


def answers(url):
    """Whether the page at `url`, on this machine, is there: status 200 within 5 seconds."""
    try:
        # Not through a proxy the environment may name.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5) as page:
            return page.status == 200
    except OSError:
        return False
