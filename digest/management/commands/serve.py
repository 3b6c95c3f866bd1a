"""Web, worker and beat in one process, for a small machine."""

import logging
import os
import threading
from argparse import ArgumentParser
from typing import Any

from celery.beat import Service
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.celery import app
from config.metrics_folder import forget_earlier_processes
from config.wsgi import application
from digest.management.arguments import listen_address, whole_number


class Command(BaseCommand):
    """Run the site, a worker and beat, in threads of one process.

    It stops as a worker does: on SIGTERM, mails already on the wire are finished, and the rest are given back.
    """

    help = "Run site, worker and beat in one process, for a small machine"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options: where to listen, and how many requests are answered at once."""
        parser.add_argument(
            "--bind", type=listen_address, default="127.0.0.1:8000", metavar="HOST:PORT", help="default: %(default)s"
        )
        parser.add_argument(
            "--threads", type=whole_number(1, 256), default=4, help="requests answered at once (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run until a signal. Raises CommandError if it cannot listen at the address."""
        # Imported here: no other command needs a web server.
        from waitress.server import create_server  # noqa: PLC0415

        if not os.access(settings.VAR_DIR, os.W_OK):
            message = f"cannot write to VAR_DIR, {settings.VAR_DIR}: the worker and beat keep their notes there"
            raise CommandError(message)
        forget_earlier_processes(settings.METRICS_DIR)
        try:
            # PROXY_COUNT decides which forwarded headers to believe, in one place for every server.
            server = create_server(
                application, listen=options["bind"], threads=options["threads"], ident=None,
                clear_untrusted_proxy_headers=False,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            message = f"cannot listen on {options['bind']}: {error}"
            raise CommandError(message) from error
        web = threading.Thread(target=server.run, name="web", daemon=True)
        # Clients that connect earlier wait. From then on the worker listens for signals.
        worker_ready.connect(lambda **_: web.start(), weak=False)
        beat = Service(app, schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"))
        threading.Thread(target=beat.start, kwargs={"embedded_process": False}, name="beat", daemon=True).start()
        self.stdout.write(f"Serving at http://{options['bind']}, with worker and beat. Ctrl-C stops all three.")
        received: list[str] = []
        worker_shutting_down.connect(lambda sig, **_: received.append(sig), weak=False)
        # The worker has the main thread: it is the one that listens for signals.
        worker = app.Worker(pool="threads", concurrency=2, loglevel=logging.getLogger().getEffectiveLevel())
        worker.start()
        beat.stop()
        server.close()
        # Celery calls Ctrl-C a failure.
        raise SystemExit(0 if "SIGINT" in received else worker.exitcode)
