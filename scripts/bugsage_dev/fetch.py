"""Wheels pinned by version and hash, fetched by pip, unpacked whole and kept.

No registry is named here: pip's own settings say where packages come from.
"""

import fcntl
import hashlib
import os
import shutil
import stat
import sys
import zipfile

from . import home
from .child import run_quiet
from .trouble import Failure

REQUIREMENTS = os.path.join(home.CHECKOUT, "scripts", "requirements")


def need_pip():
    """`python3 -m pip`, or a `Failure` that says how to get it."""
    try:
        run_quiet("pip", [sys.executable, "-m", "pip", "--version"])
    except Failure:
        raise Failure(
            "Python's `pip` is missing: install the package python3-pip."
        ) from None


def wheels(cache, name):
    """The folder with the unpacked wheels of `requirements/{name}.txt`.

    It is made once per content of that file; a broken download leaves nothing behind.
    """
    def fill(folder):
        loaded = os.path.join(folder, ".wheels")
        pip(["download", "--no-deps", "--dest", loaded], name)
        for wheel in sorted(os.listdir(loaded)):
            unpack(os.path.join(loaded, wheel), folder)
        shutil.rmtree(loaded)

    return made_once(cache, name, requirements_file(name), fill)


def pip(arguments, name):
    """Runs pip with `requirements/{name}.txt`, wheels and pinned hashes only."""
    need_pip()
    command = [
        sys.executable, "-m", "pip", *arguments, "--only-binary=:all:", "--require-hashes",
        "--disable-pip-version-check", "--no-input", "--progress-bar=off",
        "-r", requirements_file(name),
    ]
    try:
        run_quiet("pip", command)
    except Failure as failure:
        raise Failure(download_sentence(name, str(failure))) from None


def download_sentence(name, output):
    """One sentence for a failed download of `requirements/{name}.txt`."""
    if "disk is full" in output:
        return output
    if "HASHES" in output or "hash" in output.lower():
        return (
            f"A download for scripts/requirements/{name}.txt does not have the pinned hash:"
            " it was changed or damaged on the way, and nothing of it was used."
        )
    return (
        f"The packages of scripts/requirements/{name}.txt could not be downloaded;"
        f" check the network and pip's settings ({output})."
    )


def requirements_file(name):
    """The path of `requirements/{name}.txt`."""
    return os.path.join(REQUIREMENTS, f"{name}.txt")


def made_once(cache, name, source, fill):
    """`cache/{name}-{digest of source}`, filled by `fill(folder)` when it is missing."""
    home.make_folder(cache)
    with open(source, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:12]
    final = os.path.join(cache, f"{name}-{digest}")
    # Two commands may want the same folder at one time: the second waits.
    with open(f"{final}.lock", "w", encoding="ascii") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if os.path.isdir(final):
            return final
        part = f"{final}.part"
        shutil.rmtree(part, ignore_errors=True)
        home.make_folder(part)
        try:
            fill(part)
            os.rename(part, final)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return final


def unpack(wheel, folder):
    """Unpacks `wheel` whole, restoring the execute bits `zipfile` forgets."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            path = archive.extract(member, folder)
            mode = stat.S_IMODE(member.external_attr >> 16)
            if mode & 0o111 or os.path.basename(os.path.dirname(path)) in ("bin", "scripts"):
                os.chmod(path, 0o755)
