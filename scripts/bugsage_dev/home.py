"""Where state lies (`BUGSAGE_HOME`), and who may use it at one time."""

import base64
import fcntl
import hashlib
import os
import pwd
import secrets
import socket

from .trouble import Failure

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def need_account():
    """PostgreSQL refuses a user id without a name (containers with a random uid)."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        raise Failure(
            f"User id {os.getuid()} has no entry in /etc/passwd, which PostgreSQL requires:"
            " add one, or set DATABASE_URL and NATS_URL to servers of your own."
        ) from None


def home_folder():
    """The state folder: `BUGSAGE_HOME`, or a default that PostgreSQL's user can reach.

    Root's PostgreSQL runs as `nobody`, who cannot enter a checkout under `/root`.
    """
    chosen = os.environ.get("BUGSAGE_HOME")
    if chosen:
        return os.path.abspath(chosen)
    if os.getuid() == 0:
        short = hashlib.sha256(CHECKOUT.encode()).hexdigest()[:12]
        return f"/var/lib/bugsage/{short}"
    return os.path.join(CHECKOUT, ".bugsage")


def make_folder(path, mode=0o755):
    """Makes `path` (and its parents) if missing, with `mode` whatever the umask says."""
    if not os.path.isdir(path):
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
    return path


def lock(home, name, busy):
    """Holds `home/name` until the returned file is closed or the process ends.

    # Errors
    `Failure(busy)` with `{pid}` filled in when another process holds it.
    """
    holder = open(os.path.join(home, name), "a+", encoding="ascii")
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder.seek(0)
        pid = holder.read().strip() or "unknown"
        holder.close()
        raise Failure(busy.format(pid=pid)) from None
    holder.truncate(0)
    holder.write(f"{os.getpid()}\n")
    holder.flush()
    return holder


def secret(path, size=24):
    """The hex password kept in `path` (mode 0600), generated of `size` bytes when there is none."""
    try:
        with open(path, encoding="ascii") as kept:
            password = kept.read().strip()
        if password:
            return password
    except FileNotFoundError:
        pass
    password = secrets.token_hex(size)
    write_private(path, password + "\n")
    return password


def seal_keys(folder):
    """`BUGSAGE_SEAL_KEYS` of this state folder, made when there are none: what seals its secrets."""
    key = bytes.fromhex(secret(os.path.join(folder, "seal.key"), 32))
    return f"run={base64.b64encode(key).decode()}"


def write_private(path, text):
    """Writes `path` at once, readable by its owner only."""
    part = f"{path}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(part, path)


def free_port():
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
