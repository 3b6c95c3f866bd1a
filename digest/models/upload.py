"""KeptUpload: a file that someone looked at and has not imported yet."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

# Someone who looks at a file imports it right away, or chooses it again.
UPLOAD_RETENTION = timedelta(days=1)


class KeptUploadManager(models.Manager["KeptUpload"]):
    """Keeps one file for each person."""

    def keep(self, name: str, content: bytes, user: str) -> "KeptUpload":
        """Keep a file for someone and return it; delete what they looked at before, and what anyone forgot."""
        old = timezone.now() - UPLOAD_RETENTION
        self.filter(models.Q(user=user) | models.Q(created_at__lt=old)).delete()
        return self.create(name=name[:255], content=content, user=user)


class KeptUpload(models.Model):
    """The bytes of a file: too large for a form field, and browsers do not send a file twice by themselves."""

    name = models.CharField(max_length=255)
    content = models.BinaryField()
    user = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)

    objects = KeptUploadManager()

    def __str__(self) -> str:
        return self.name
