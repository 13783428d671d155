"""Cargo, checked before it is used."""

import json
import os
import re
import shutil
import subprocess

from . import home
from .child import need_tool, run_quiet, stop_step
from .trouble import Failure


def need_rust():
    """Cargo, new enough for the workspace, a C compiler for the crates that need one, and git, by which
    the service reads the source of projects."""
    need_tool("cargo", "install Rust with rustup")
    need_tool("cc", "install a C compiler (the package build-essential)")
    need_tool("git", "install the package git")
    with open(os.path.join(home.CHECKOUT, "Cargo.toml"), encoding="utf-8") as file:
        wanted = re.search(r'^rust-version = "([\d.]+)"', file.read(), re.MULTILINE)
    answer = run_quiet("cargo", ["cargo", "--version"], cwd=home.CHECKOUT)
    found = re.search(r"cargo (\d+\.\d+)", answer)
    if wanted and found and numbers(found.group(1)) < numbers(wanted.group(1))[:2]:
        raise Failure(
            f"Rust {wanted.group(1)} or newer is needed, and this is {found.group(1)}:"
            " update it with rustup."
        )


def numbers(version):
    """`1.95` as `(1, 95)`."""
    return tuple(int(part) for part in version.split("."))


ALONE = ("build", "-p", "bugsage-api", "--bin", "bugsage")
# What `cargo test` built anyway; ALONE would compile much of it again with fewer features.
WITH_TESTS = ("test", "--workspace", "--no-run")


def build_service(how=ALONE):
    """Builds the `bugsage` program, cargo's progress in the terminal; gives its path."""
    process = subprocess.Popen(
        ["cargo", *how, "--locked", "--message-format=json-render-diagnostics"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        cwd=home.CHECKOUT, start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        stop_step(process)
        raise
    program = executable_in(output)
    if process.returncode != 0 or program is None:
        if shutil.disk_usage(home.CHECKOUT).free < 50_000_000:
            raise Failure("The disk is full: the build could not go on; free some space.")
        raise Failure("The build failed; cargo's messages above say why.")
    return program


def executable_in(messages):
    """The path of `bugsage` in cargo's JSON messages (the target folder may be anywhere)."""
    program = None
    for line in messages.splitlines():
        if not line.startswith("{"):
            continue
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and message.get("executable"):
            # Its unit tests are a program with the same name.
            if message["target"]["name"] == "bugsage" and not message["profile"]["test"]:
                program = message["executable"]
    return program


def target_folder(metadata):
    """The target folder in the output of `cargo metadata`."""
    return json.loads(metadata)["target_directory"]
