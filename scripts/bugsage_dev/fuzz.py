"""`make fuzz`: every fuzz target of tests/fuzz for FUZZ_SECONDS, on stable Rust.

The targets link libFuzzer, which the crate libfuzzer-sys builds from C++; the instrumentation
that guides it is LLVM's own pass, which stable rustc runs when asked.
"""

import json
import os
import re
import subprocess

from . import home, rust
from .child import need_tool, run_quiet, stop_step
from .run import say
from .trouble import Failure

CRATE = os.path.join(home.CHECKOUT, "tests", "fuzz")
BUILT = os.path.join(home.CHECKOUT, "target", "fuzz")

FLAGS = (
    "--cfg fuzzing -Cpasses=sancov-module"
    " -Cllvm-args=-sanitizer-coverage-level=4"
    " -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
    " -Cllvm-args=-sanitizer-coverage-pc-table"
    " -Cllvm-args=-sanitizer-coverage-trace-compares"
    " -Ccodegen-units=1 -Cdebug-assertions"
)

# Seconds after which an input counts as a hang, and the memory of a whole process in MB.
HANG = 10
MEMORY = 1024
# Bytes of the longest input: of larger ones too few are tried in a minute.
LONGEST = 8192


def fuzz(options):
    """Runs each target; gives 1 if one found something."""
    seconds = seconds_each()
    rust.need_rust()
    need_tool("g++", "install a C++ compiler (the package build-essential)")
    programs = build()
    results = []
    try:
        for name, program in sorted(programs.items()):
            say(f"{name} for {seconds} s")
            results.append(run_target(name, program, seconds))
            if options.keep and not results[-1].finding:
                keep(name, program)
    finally:
        show(results)
    return 1 if any(result.finding for result in results) else 0


def seconds_each():
    """`FUZZ_SECONDS`, a whole number from 1."""
    text = os.environ.get("FUZZ_SECONDS") or "60"
    if not text.isdigit() or int(text) < 1:
        raise Failure(f"FUZZ_SECONDS is {text!r}: use a whole number of seconds.")
    return int(text)


def build():
    """Builds the targets; gives the program of each."""
    say("building the fuzz targets, instrumented (minutes, once)")
    version = run_quiet("rustc", ["rustc", "-vV"])
    host = re.search(r"^host: (\S+)$", version, re.MULTILINE).group(1)
    process = subprocess.Popen(
        # With the target named, build scripts and macros are not instrumented.
        ["cargo", "build", "--release", "--locked", "--target", host, "--target-dir", BUILT,
         "--message-format=json-render-diagnostics"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        cwd=CRATE, env={**os.environ, "RUSTFLAGS": FLAGS}, start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        stop_step(process)
        raise
    if process.returncode != 0:
        raise Failure("The build failed; cargo's messages above say why.")
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {
        message["target"]["name"]: message["executable"]
        for message in messages if message.get("executable")
    }


def kept(name):
    """The target's corpus in the checkout."""
    return os.path.join(CRATE, "corpus", name)


def grown(name):
    """What earlier runs on this machine added to it."""
    return home.make_folder(os.path.join(BUILT, "corpus", name))


def run_target(name, program, seconds):
    """Runs one target to its end or its first finding."""
    findings = home.make_folder(os.path.join(BUILT, "findings"))
    result = Result(name)
    process = subprocess.Popen(
        [program, grown(name), kept(name), f"-max_total_time={seconds}", f"-timeout={HANG}",
         f"-rss_limit_mb={MEMORY}", f"-max_len={LONGEST}", "-print_final_stats=1",
         f"-artifact_prefix={findings}/{name}-"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, errors="replace", start_new_session=True,
    )
    try:
        for line in process.stderr:
            result.read(line.rstrip())
        result.end(process.wait())
    except BaseException:
        stop_step(process)
        raise
    if result.finding:
        print("\n".join(result.last_lines), flush=True)
        print(f"bugsage: again with: {program} {result.finding}", flush=True)
    return result


def keep(name, program):
    """Adds to the checkout's corpus what reaches code that it did not reach."""
    run_quiet(f"merging the corpus of {name}",
              [program, "-merge=1", f"-max_len={LONGEST}", kept(name), grown(name)])


class Result:
    """What a target's output tells."""

    # Lines shown of a finding: the panic or the signal, and the stack.
    SHOWN = 30

    def __init__(self, name):
        self.name = name
        self.executions = 0
        self.rate = 0
        self.coverage = 0
        self.corpus = 0
        self.finding = None
        self.last_lines = []

    def read(self, line):
        """Takes one line of libFuzzer's."""
        self.last_lines = [*self.last_lines, line][-self.SHOWN:]
        progress = re.search(r"cov: (\d+) ft: \d+ corp: (\d+)/", line)
        if progress:
            self.coverage, self.corpus = int(progress.group(1)), int(progress.group(2))
        stat = re.match(r"stat::(\w+):\s+(\d+)", line)
        if stat and stat.group(1) == "number_of_executed_units":
            self.executions = int(stat.group(2))
        if stat and stat.group(1) == "average_exec_per_sec":
            self.rate = int(stat.group(2))
        written = re.search(r"Test unit written to (.+)$", line)
        if written and "slow-unit-" not in line:
            self.finding = written.group(1)

    def end(self, status):
        """Takes the exit status: a stack that overflowed leaves no word."""
        if status != 0 and not self.finding:
            self.finding = f"(no input was written; it ended with status {status})"


def show(results):
    """The table."""
    row = "{:<10} {:>12} {:>8} {:>8} {:>7}  {}"
    print(row.format("target", "executions", "exec/s", "edges", "corpus", "finding"))
    for result in results:
        print(row.format(result.name, result.executions, result.rate, result.coverage,
                         result.corpus, result.finding or "none"), flush=True)
