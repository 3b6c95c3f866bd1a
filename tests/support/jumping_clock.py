"""Run a Python module with a clock that can be shifted while it runs: the file in CLOCK_FILE says by how many seconds.

python -m tests.support.jumping_clock celery --app config worker
"""

import os
import runpy
import sys
import threading
import time
from pathlib import Path

import time_machine

FILE = Path(os.environ["CLOCK_FILE"])


def follow():
    """Keep setting the clock of this process as the file says."""
    # Relative to the clock that no one sets.
    zero = time.time() - time.monotonic()
    offset, travel = 0.0, None
    while True:
        if (written_offset := float(FILE.read_text() or offset)) != offset:
            if travel:
                travel.stop()
            offset = written_offset
            travel = time_machine.travel(zero + time.monotonic() + offset, tick=True)
            travel.start()
        threading.Event().wait(0.2)


def start():
    threading.Thread(target=follow, daemon=True).start()


if __name__ == "__main__":
    start()
    # The processes of a worker are its forks, and threads do not survive a fork.
    os.register_at_fork(after_in_child=start)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
