"""`make fuzz`: every target of tests/fuzz for FUZZ_SECONDS, guided by coverage, on stable Rust.

The program links libFuzzer, which the crate libfuzzer-sys builds from C++; the instrumentation
that guides it is a pass of LLVM's own, which stable rustc runs when asked.
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

INSTRUMENTED = " ".join([
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
])

# Seconds after which an input counts as a hang, and what the process may hold, in MB.
HANG = 10
MEMORY = 512
# Bytes of the longest input: of larger ones too few are tried in a minute.
LONGEST = 8192


def fuzz(options):
    """Runs each target; gives 1 if one found something."""
    seconds = seconds_each()
    rust.need_rust()
    need_tool("c++", "install a C++ compiler (the package build-essential)")
    program = build()
    runs = []
    try:
        for name in sorted(os.listdir(os.path.join(CRATE, "corpus"))):
            say(f"{name} for {seconds} s")
            runs.append(run_target(program, name, seconds))
            if options.keep and runs[-1].verdict == "ok":
                keep(program, name)
    finally:
        show(runs)
    return 0 if all(run.verdict == "ok" for run in runs) else 1


def seconds_each():
    """`FUZZ_SECONDS`, a whole number from 1."""
    text = os.environ.get("FUZZ_SECONDS") or "60"
    if not text.isdecimal() or int(text) < 1:
        raise Failure(f"FUZZ_SECONDS is {text!r}: use a whole number of seconds.")
    return int(text)


def build():
    """Builds the program, in a folder of its own beside the other builds; gives its path."""
    say("building the fuzz targets, instrumented (minutes, once)")
    metadata = run_quiet("cargo", ["cargo", "metadata", "--no-deps", "--format-version=1",
                                   "--locked"], cwd=home.CHECKOUT)
    version = run_quiet("rustc", ["rustc", "-vV"], cwd=home.CHECKOUT)
    host = re.search(r"^host: (\S+)$", version, re.MULTILINE).group(1)
    process = subprocess.Popen(
        # With the platform named, build scripts and macros are not instrumented.
        ["cargo", "build", "--profile=fuzz", "--locked", "--package=bugsage-test-fuzz",
         "--features=libfuzzer", "--target", host,
         "--target-dir", os.path.join(rust.target_folder(metadata), "fuzz"),
         "--message-format=json-render-diagnostics"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        cwd=home.CHECKOUT, env={**os.environ, "RUSTFLAGS": INSTRUMENTED}, start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        stop_step(process)
        raise
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    programs = [message["executable"] for message in messages if message.get("executable")]
    if process.returncode != 0 or not programs:
        raise Failure("The build failed; cargo's messages above say why.")
    return programs[0]


def keep(program, name):
    """Adds to the corpus in the checkout what was found that reaches code which it does not reach."""
    folder = os.path.join(CRATE, "corpus", name)
    before = len(os.listdir(folder))
    # Without counters how often code is reached is no news: thousands of inputs differ in nothing else.
    run_quiet("libFuzzer", [program, "-set_cover_merge=1", "-use_counters=0", f"-timeout={HANG}",
                            f"-max_len={LONGEST}", folder, os.path.join(CRATE, "found", name)],
              env={**os.environ, "FUZZ_TARGET": name})
    say(f"{name}: {len(os.listdir(folder)) - before} inputs were added to the corpus")


def run_target(program, name, seconds):
    """Runs one target until its time is over or it finds something."""
    # Inputs that break a rule are kept with the others: the next run begins with them.
    found = home.make_folder(os.path.join(CRATE, "found", name))
    run = Run(name)
    process = subprocess.Popen(
        [program, f"-max_total_time={seconds}", f"-timeout={HANG}", f"-rss_limit_mb={MEMORY}",
         f"-max_len={LONGEST}", "-print_final_stats=1", f"-artifact_prefix={found}/",
         found, os.path.join(CRATE, "corpus", name)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "FUZZ_TARGET": name, "RUST_BACKTRACE": "0"},
        text=True, errors="replace", start_new_session=True,
    )
    try:
        for line in process.stderr:
            run.read(line.rstrip())
        run.end(process.wait())
    except BaseException:
        stop_step(process)
        raise
    if run.verdict != "ok":
        print("\n".join(run.last_lines), flush=True)
        print(f"bugsage: again with: FUZZ_TARGET={name} {program} {run.input or ''}", flush=True)
    return run


class Run:
    """What libFuzzer says of one target."""

    # Lines shown of a finding: what broke, and what libFuzzer says of it.
    SHOWN = 20
    # How libFuzzer names the input, and what that means.
    VERDICTS = {"crash": "crash", "timeout": "hang", "oom": "out of memory"}

    def __init__(self, name):
        self.name = name
        self.stats = {}
        # Edges of code: what the seeds and earlier runs reach, and what is reached at the end.
        self.began = self.coverage = 0
        self.input = None
        self.verdict = "ok"
        self.last_lines = []

    def read(self, line):
        """Takes one line."""
        self.last_lines = [*self.last_lines, line][-self.SHOWN:]
        if progress := re.match(r"#\d+\s+(\w+)\s+cov: (\d+)", line):
            self.coverage = int(progress.group(2))
            if progress.group(1) == "INITED":
                self.began = self.coverage
        elif stat := re.match(r"stat::(\w+):\s+(\d+)", line):
            self.stats[stat.group(1)] = int(stat.group(2))
        elif written := re.search(r"Test unit written to (.+/(\w+)-\w+)$", line):
            # A slow unit is told, and the run goes on.
            if verdict := self.VERDICTS.get(written.group(2)):
                self.verdict, self.input = verdict, written.group(1)

    def end(self, status):
        """Takes the exit status: a stack that overflowed leaves no word."""
        if status != 0 and self.verdict == "ok":
            self.verdict = f"ended with status {status}"


def show(runs):
    """The table."""
    row = "{:<10} {:>10} {:>8} {:>15} {:>10} {:>8}  {}"
    print(row.format("target", "runs", "runs/s", "coverage", "new units", "peak MB", "verdict"))
    for run in runs:
        print(row.format(
            run.name, run.stats.get("number_of_executed_units", 0),
            run.stats.get("average_exec_per_sec", 0), f"{run.began} -> {run.coverage}",
            run.stats.get("new_units_added", 0), run.stats.get("peak_rss_mb", 0), run.verdict,
        ), flush=True)
