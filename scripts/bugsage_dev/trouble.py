"""How a run ends early: a failure told in one sentence, or a wish to stop."""

import errno


class Failure(Exception):
    """Something the reader can act on; its text is one sentence for stderr."""


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived. Not an `Exception`: no handler may swallow it."""

    def __init__(self, signal_number):
        super().__init__(signal_number)
        self.signal_number = signal_number


def sentence_for_os_error(error):
    """One sentence for an `OSError` nobody foresaw in detail."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}: free some space and start again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No right to write or read there{where}: {error.strerror}."
    return f"The operating system refused{where}: {error.strerror}."


def sentence_for_output(what, output):
    """One sentence for a tool that failed with `output`, quoting its telling line."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return f"The disk is full: {what} could not go on; free some space and start again."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    quoted = (telling or lines or ["it said nothing"])[-1]
    return f"{what} failed: {quoted}"
