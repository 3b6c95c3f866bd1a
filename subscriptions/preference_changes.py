"""Changing preferences: everything the preferences form holds, in one transaction."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from subscriptions import preferences
from subscriptions.models import Channel, Subscriber
from subscriptions.preferences import Preferences


@transaction.atomic
def change(subscriber: Subscriber, choices: dict[str, Any], preferred: Preferences, at: datetime) -> None:
    """Save new choices and preferences, with the next digest at the first time the choices allow."""
    row = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if row.choose(choices) and row.is_active:
        row.reschedule(at)
    if row.channel == Channel.FEED and row.feed_key is None:
        row.feed_key = uuid.uuid4()
    row.save()
    preferences.keep(row, preferred)
    subscriber.refresh_from_db()
