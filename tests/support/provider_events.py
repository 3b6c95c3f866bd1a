"""A provider's reports, straight from Anymail's signal."""

from itertools import count
from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking

from digest.models import Delivery
from tests.support.factories import NOON

HARD = {"event_type": "bounced", "reject_reason": "bounced"}
SOFT = {"event_type": "bounced", "reject_reason": "other"}

_ids = count(1)


def make_report(event_type: str, delivery: Delivery | None = None, provider: str = "Scaleway", **fields: Any) -> None:
    """Send in a report, by default with everything that says which mail it is about."""
    about: dict[str, Any] = {}
    if delivery:
        about = {"metadata": {"delivery": str(delivery.pk)}, "message_id": delivery.provider_id}
    if delivery and delivery.subscriber:
        about["recipient"] = delivery.subscriber.email
    fields = {"event_id": f"event-{next(_ids)}", "timestamp": NOON, "esp_event": {}, **about, **fields}
    tracking.send(sender=None, event=AnymailTrackingEvent(event_type=event_type, **fields), esp_name=provider)
    if delivery:
        delivery.refresh_from_db()
