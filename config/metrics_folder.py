"""Where the web processes write their counts, so that any of them can add them up."""

import os
from pathlib import Path


def make_metrics_folder(folder: Path) -> str:
    """Create the folder and tell the library, which reads the name when it is imported; return it as text."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return str(folder)


def forget_earlier_processes(folder: str) -> None:
    """Delete the counts of an earlier start's processes. To be called before this start's first process."""
    for file in Path(folder).glob("*.db") if folder else ():
        file.unlink(missing_ok=True)
