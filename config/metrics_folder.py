"""Where the web processes write what they count, so that any of them can add it up."""

import os
from pathlib import Path


def make_metrics_folder(folder: Path) -> str:
    """Make the folder and name it to the library, which reads the name when it is loaded; return it as text."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return str(folder)


def forget_earlier_processes(folder: str) -> None:
    """Delete what the processes of an earlier start counted. To be called before the first process of this one."""
    for file in Path(folder).glob("*.db") if folder else ():
        file.unlink(missing_ok=True)
