#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config.command_line import run_command
    except KeyboardInterrupt:
        # As command_line does later. Loading it takes a second.
        sys.exit(130)
    except ModuleNotFoundError as error:
        if error.name not in {"celery", "django"}:
            raise
        sys.exit(f"{sys.executable} has no {error.name}. Use .venv/bin/python: see “Run it for real” in README.md.")

    sys.exit(run_command(sys.argv))
