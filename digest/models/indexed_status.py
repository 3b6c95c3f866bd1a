"""The status of a delivery as the indexes see it: it changes once per mail, where the status changes three times."""

from django.db import models

# The statuses of a delivery (Delivery.Status) that leave work to do, and those that few rows ever have.
UNFINISHED_STATUSES = ("queued", "claimed", "sending")
RARE_STATUSES = ("held", "failed", "uncertain", "cancelled", "bounced", "complained")
# The value for `queued`, `claimed` and `sending` in `Delivery.indexed_status`.
UNFINISHED = "unfinished"


def indexed_status(status: str) -> str | None:
    """Return a status as the indexes see it: UNFINISHED while there is work, itself if that is rare, else None.

    An index on `status` would get an entry at each of a mail's three changes, and so would every other index of the
    row. With this column indexed instead, PostgreSQL writes `claimed` and `sending` next to the row they replace, and
    touches no index (heap-only tuples; PostgreSQL, chapter "Database Physical Storage").
    """
    if status in UNFINISHED_STATUSES:
        return UNFINISHED
    return status if status in RARE_STATUSES else None


class IndexedStatusField(models.CharField):  # type: ignore[type-arg]  # not at run time
    """A field set to the `indexed_status` of its row's status whenever the whole row is written."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:  # noqa: ARG002, FBT001 - as in Django
        """Derive the value from the status."""
        value = indexed_status(getattr(model_instance, "status"))  # noqa: B009 - a name mypy cannot know
        setattr(model_instance, self.attname, value)
        return value
