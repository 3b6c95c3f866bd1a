"""What goes into an edition, what readers see of it, and when it comes out."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from digest.models import Edition, EditionPaper, Paper

logger = logging.getLogger(__name__)


class EmptyEditionError(Exception):
    """The edition has no paper to show."""


def public_papers() -> QuerySet[Paper]:
    """Return the papers readers may see: shown in an edition that is published."""
    published = EditionPaper.objects.shown().filter(edition__status=Edition.Status.PUBLISHED)
    return Paper.objects.filter(pk__in=published.order_by().values("paper"))


def publish(edition: Edition, at: datetime) -> bool:
    """Publish the edition as it stands; return whether this call did it. EmptyEditionError where it shows nothing."""
    if not edition.entries.shown().exists():
        raise EmptyEditionError(f"{edition} has no paper to show")
    return edition.publish(at)


def publish_late(at: datetime) -> list[Edition]:
    """Publish the drafts whose hour has come; return those this call published. One that shows nothing stays."""
    published = []
    for edition in Edition.objects.late(at):
        with transaction.atomic():
            order(edition)
            try:
                done = publish(edition, at)
            except EmptyEditionError as error:
                logger.warning("not published: %s", error)
                continue
        if done:
            logger.info("published by itself: %s", edition)
            published.append(edition)
    return published


def order(edition: Edition) -> None:
    """Put the papers in order by their strongest topic, unless somebody gave them positions already."""
    entries = list(edition.entries.all())
    if any(entry.position for entry in entries):
        return
    strongest = dict(edition.entries.annotate(score=Max("paper__tags__score")).values_list("pk", "score"))
    # Sorting is stable: where the scores are the same, the order of the page stands.
    entries.sort(key=lambda entry: strongest[entry.pk] or 0, reverse=True)
    for position, entry in enumerate(entries, start=1):
        entry.position = position
    EditionPaper.objects.bulk_update(entries, ["position"])
