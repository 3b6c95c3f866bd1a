#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        import django  # noqa: F401 - asks whether it is there
    except ModuleNotFoundError:
        sys.exit(f"{sys.executable} has no Django. Use .venv/bin/python: see “Run it for real” in README.md.")
    from config.command_line import run_command

    sys.exit(run_command(sys.argv))
