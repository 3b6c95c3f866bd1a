"""The folder where web processes write their metrics, so that any of them can add them up."""

import os
from pathlib import Path


def make_metrics_folder(folder: Path) -> str:
    """Create the folder and tell the library, which reads the name on import; return it as text."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return str(folder)


def forget_earlier_processes(folder: str) -> None:
    """Delete the metrics of earlier processes. Call it before the first process starts."""
    for file in Path(folder).glob("*.db") if folder else ():
        file.unlink(missing_ok=True)
