"""The memory the service uses at rest: web, worker and beat on PostgreSQL and Redis, after pages and a round of beat.

    .ci/with-services python -m tests.benchmarks.memory

PSS (Linux) counts a page that several processes share as a part for each, so the sum is what the machine really uses.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.support.whole_service import free_port

PAGES = ("/", "/search?q=graph", "/subscribe", "/api/daily_papers", "/admin/login/")
START_SECONDS = 20
# Beat rings every minute for everything that is due; by then the planner and the sender have been loaded.
REST_SECONDS = 80
WEB = "gunicorn config.wsgi --workers 2 --threads 8 --preload --timeout 60 --no-control-socket --bind 127.0.0.1:{port}"
BEAT = "celery -A config.beat beat --loglevel warning --schedule {folder}/schedule"
WORKERS = {
    "2 children": "celery -A config worker --concurrency 2 --loglevel warning",
    "1 child": "celery -A config worker --concurrency 1 --loglevel warning",
    "2 threads": "celery -A config worker --pool threads --concurrency 2 --loglevel warning",
}


def processes_of(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(further for child in below for further in processes_of(int(child)))]


def megabytes(pid: int) -> float:
    """Return the PSS of one process."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def start(command: str, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a program from this environment."""
    program, *arguments = command.split()
    words = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.Popen(words, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measure(worker: str, port: int, folder: str, variables: dict[str, str]) -> dict[str, list[float]]:
    """Start web, worker and beat, let them work and rest; return how much memory each process uses, in MB."""
    commands = {"web": WEB.format(port=port), "worker": worker, "beat": BEAT.format(folder=folder)}
    programs = {name: start(command, variables) for name, command in commands.items()}
    try:
        time.sleep(START_SECONDS)
        for page in PAGES * 3:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=60).read()
        time.sleep(REST_SECONDS)
        return {name: [megabytes(pid) for pid in processes_of(program.pid)] for name, program in programs.items()}
    finally:
        for program in programs.values():
            program.terminate()
        for program in programs.values():
            program.wait(60)


def main() -> None:
    """Measure the ways to run a worker one after another, and print what each process uses."""
    folder = tempfile.mkdtemp(prefix="daily-papers-memory-")
    variables = {**os.environ, "VAR_DIR": folder}
    for command in (["migrate", "--verbosity", "0"], ["load_topics"], ["import_papers", "seed"]):
        subprocess.run([sys.executable, "manage.py", *command], env=variables, check=True, stdout=subprocess.DEVNULL)
    for name, worker in WORKERS.items():
        held = measure(worker, free_port(), folder, variables)
        sys.stdout.write(f"worker with {name}: {sum(sum(parts) for parts in held.values()):.0f} MB\n")
        for program, parts in held.items():
            each = ", ".join(f"{part:.0f}" for part in parts)
            sys.stdout.write(f"  {program:8}{sum(parts):6.0f} MB   ({each})\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
