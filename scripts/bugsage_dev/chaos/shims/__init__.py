"""What shows one process another clock, or a full disk: libraries that it loads before its own."""

import os

from ...child import need_tool, run_quiet

SOURCES = os.path.dirname(os.path.abspath(__file__))


def build(name, folder):
    """Compiles a library into `folder`; gives its path."""
    library = os.path.join(folder, f"{name}.so")
    cc = need_tool("cc", "install a C compiler (the package build-essential)")
    source = os.path.join(SOURCES, f"{name}.c")
    run_quiet("cc", [cc, "-shared", "-fPIC", "-O2", "-o", library, source])
    return library


class Clock:
    """A clock of the day that is ahead."""

    def __init__(self, folder, seconds):
        self.seconds = seconds
        self.env = {"LD_PRELOAD": build("clock", folder), "CHAOS_SECONDS_AHEAD": str(seconds)}


class Disk:
    """The disk below `data`, which can be full: what is there may be changed, and nothing grows."""

    def __init__(self, folder, data):
        self.flag = os.path.join(folder, "disk-is-full")
        self.env = {
            "LD_PRELOAD": build("disk", folder), "CHAOS_DISK_IS_FULL": self.flag,
            # Open files are known by the path that no link is in.
            "CHAOS_DISK": os.path.realpath(data),
        }

    def fill(self):
        """From now on there is no room."""
        with open(self.flag, "w", encoding="ascii"):
            pass

    def free(self):
        """There is room again."""
        os.remove(self.flag)
