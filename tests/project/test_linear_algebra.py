"""How many threads NumPy calculates with."""

import os
import subprocess
import sys

import pytest

THREADS = """
import django
django.setup()
import numpy
from threadpoolctl import threadpool_info
print({library["num_threads"] for library in threadpool_info() if library["internal_api"] == "openblas"})
"""


@pytest.mark.parametrize(("chosen", "threads"), [({}, 1), ({"OPENBLAS_NUM_THREADS": "2"}, min(2, os.cpu_count()))])
def test_a_process_keeps_to_one_core_unless_told_otherwise(chosen, threads, tmp_path):
    variables = {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path), "DEBUG": "true"}
    run = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, check=False, env=variables | chosen
    )

    assert run.stdout.strip() == f"{{{threads}}}", run.stderr
