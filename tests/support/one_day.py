"""One day of the service with an edition and two ordinary readers."""

from django.core import mail

from digest.recommending import candidates, item_similarity, planning
from digest.sending import worker
from tests.support.factories import NOON, make_edition, make_embedded, make_subscriber, make_topic


def plan_and_send():
    """Plan and send as beat does; no digest is retried here."""
    candidates.clear_recent_candidates()
    item_similarity.clear_item_similarity()
    planning.plan(NOON)
    worker.drain()


def recipients():
    return {sent.to[0] for sent in mail.outbox}


def make_world():
    """An edition, and two readers with ordinary preferences."""
    topic = make_topic()
    papers = [make_embedded(f"Paper on graphs {number}") for number in range(4)]
    make_edition(*papers)
    return topic, papers, [make_subscriber(f"good{number}@example.org") for number in range(2)]
