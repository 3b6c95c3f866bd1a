"""The outbox: each mail becomes one .eml file in a folder, to be read in the browser while trying the service out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class OutboxBackend(BaseEmailBackend):
    """Django's mail backend that writes into settings.OUTBOX_DIR."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail whole or not at all; return how many were written. Raises OSError if the disk fails."""
        for message in email_messages:
            write(message.message().as_bytes())
        return len(email_messages)


def write(content: bytes) -> Path:
    """Write one mail and return its file, whose name sorts by time."""
    folder = Path(settings.OUTBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{uuid4().hex[:8]}.eml"
    draft = file.with_suffix(".part")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file
