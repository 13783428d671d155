"""A server that outlived its starter (`kill -9`, a lost power supply of the terminal).

Its pid file says which process it was: number, start time and boot, so a number that
another process carries by now is never mistaken for it.
"""

import os
import time

from .home import write_private
from .trouble import Failure


def identity(pid):
    """What tells process `pid` from a later one with its number; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # The second field, the name, may contain spaces and brackets.
            fields = file.read().rpartition(")")[2].split()
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
    except OSError:
        return None
    if fields[0] in ("Z", "X"):
        return None
    return f"{pid} {fields[19]} {boot}"


def note(pid_file, pid):
    """Remembers the child `pid` in `pid_file`."""
    write_private(pid_file, f"{identity(pid) or ''}\n")


def end(name, pid_file, stop_signal, seconds=30):
    """Ends the process that `pid_file` remembers, if it is still the same one."""
    try:
        with open(pid_file, encoding="ascii") as file:
            remembered = file.read().strip()
    except FileNotFoundError:
        return
    pid = int(remembered.split()[0]) if remembered else 0
    if not pid or identity(pid) != remembered:
        return
    try:
        os.kill(pid, stop_signal)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + seconds
    while identity(pid) == remembered:
        if time.monotonic() > deadline:
            raise Failure(
                f"A left-over {name} (pid {pid}) of an earlier run does not stop: end it by hand."
            )
        time.sleep(0.05)
