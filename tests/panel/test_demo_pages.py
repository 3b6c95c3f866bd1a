"""The panel with the demo's data: each page opens and makes few database queries."""

import pytest
from django.contrib.auth.models import User
from django.core import management

from digest.models import Edition
from subscriptions.models import Subscriber

PAGES = (
    *("", "digest/edition/", "digest/edition/add/", "digest/paper/", "digest/submission/queue/", "digest/member/"),
    *("digest/feedback/", "digest/delivery/", "digest/delivery/?status__exact=uncertain", "digest/sourcerun/"),
    *("subscriptions/subscriber/", "subscriptions/roster/", "subscriptions/topic/", "subscriptions/suppression/"),
    *("auth/user/", "admin/logentry/", "subscriptions/subscriber/{reader}/story/"),
    *(f"digest/edition/{{draft}}/{page}/" for page in ("board", "audience", "preview", "publishing", "change")),
    *("digest/edition/{out}/publishing/", "digest/edition/{out}/explain/?address=ada@example.org"),
)


@pytest.mark.django_db
def test_no_page_makes_more_than_twenty_queries(client, settings, tmp_path, django_assert_max_num_queries):
    settings.DEBUG, settings.OUTBOX_DIR = True, tmp_path
    management.call_command("demo")
    client.force_login(User.objects.get(username="curator"))
    keys = {
        "draft": Edition.objects.get(status=Edition.Status.DRAFT).pk,
        "out": Edition.objects.published().first().pk,
        "reader": Subscriber.objects.get(email="vera@example.org").pk,
    }

    for page in PAGES:
        address = f"/admin/{page.format(**keys)}"
        # The first ranking in a process loads data about the papers readers liked, which it then keeps in memory.
        client.get(address)
        with django_assert_max_num_queries(20, info=page):
            answer = client.get(address)
        assert answer.status_code == 200, page
