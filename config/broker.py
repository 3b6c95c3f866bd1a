"""How Celery's messages travel: through Redis, or through files where there is none."""

from pathlib import Path
from typing import Any


def celery(redis_url: str, var_dir: Path) -> tuple[str, dict[str, Any]]:
    """Return the address of the broker and the options of its transport; make the folders it needs."""
    if redis_url:
        # A broker that hangs must not hold up the form of a reader.
        return redis_url, {"socket_connect_timeout": 5, "socket_timeout": 10}
    messages, control = var_dir / "broker" / "messages", var_dir / "broker" / "control"
    for folder in (messages, control):
        folder.mkdir(parents=True, exist_ok=True)
    options = {"data_folder_in": str(messages), "data_folder_out": str(messages), "control_folder": str(control)}
    return "filesystem://localhost/", options
