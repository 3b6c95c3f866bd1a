"""Tags and filters that put a subscriber's data into words."""

from datetime import datetime, time
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from subscriptions import signing_up, time_zones
from subscriptions.models import Subscriber
from subscriptions.wording import how_often

register = template.Library()


@register.filter
def schedule_sentence(subscriber: Subscriber) -> str:
    """Say how often and when mail comes."""
    return f"{how_often(subscriber.schedule_fields)} at {subscriber.local_time:%H:%M} ({subscriber.time_zone})"


@register.filter
def next_digest(subscriber: Subscriber) -> str:
    """Say when the next digest comes, in the subscriber's time zone."""
    if subscriber.next_digest_at is None:
        return "no day"
    return date_format(subscriber.next_digest_at.astimezone(time_zones.zone(subscriber.time_zone)), "l j F, H:i")


@register.filter
def place(time_zone: str) -> str:
    """Return the name of a time zone as in the lists: by its place."""
    return time_zones.place_label(time_zone)


@register.simple_tag
def consent_wording() -> str:
    """Return the text people agree to by subscribing."""
    return signing_up.wording()


@register.filter
def is_due(subscriber: Subscriber) -> bool:
    """Return whether the next digest is due."""
    return subscriber.next_digest_at is not None and subscriber.next_digest_at <= timezone.now()


@register.filter
def words(name: str) -> str:
    """Return the name of a field as words."""
    return name.replace("_", " ")


@register.filter
def get(data: dict[str, Any], name: str) -> Any:
    """Return the value of a key that has spaces in it."""
    return data[name]


@register.filter
def held(value: Any) -> Any:
    """Format moments so that no one has to guess their zone, and hours as the forms do."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return f"{value:%H:%M}" if isinstance(value, time) else value
