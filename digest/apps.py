"""The application `digest`."""

from django.apps import AppConfig


class DigestConfig(AppConfig):
    """Papers, editions, and the digest of each subscriber."""

    name = "digest"
    verbose_name = "Daily Papers"

    def ready(self) -> None:
        """Listen to what mail providers report: the one receiver of the project."""
        from anymail.signals import tracking  # noqa: PLC0415 - models are there only now

        from digest import events  # noqa: PLC0415

        tracking.connect(events.receive, dispatch_uid="digest.events")
