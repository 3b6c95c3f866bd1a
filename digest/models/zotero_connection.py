"""ZoteroConnection: a reader's own key to their Zotero library, and how up to date the library is."""

from django.db import models
from django.utils import timezone

from subscriptions.models import Subscriber


class ZoteroConnection(models.Model):
    """One reader's library at zotero.org. The key is theirs: it is never shown or logged."""

    subscriber = models.OneToOneField(Subscriber, on_delete=models.CASCADE, primary_key=True, related_name="zotero")
    api_key = models.CharField(max_length=64, editable=False)
    user_id = models.PositiveBigIntegerField(editable=False)
    # The library's version when we last heard: writing is refused if it has moved on.
    library_version = models.PositiveBigIntegerField(default=0, editable=False)
    # Zotero may ask to be left alone until then.
    not_before = models.DateTimeField(default=timezone.now, editable=False)
    error = models.CharField(max_length=200, blank=True, editable=False)
    connected_at = models.DateTimeField(default=timezone.now, editable=False)
    pushed_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"Zotero library of {self.subscriber_id}"
