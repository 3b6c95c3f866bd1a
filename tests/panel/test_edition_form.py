"""The edition form: where it leads, and who set the hour."""

from datetime import timedelta

import pytest
import time_machine

from digest.models import Edition
from tests.support.factories import DAY, NOON, make_edition, make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_edition(make_paper(), published=False)


@time_machine.travel(NOON, tick=False)
def test_a_new_edition_gets_the_next_free_day_and_opens_its_board(admin_client):
    make_edition(day=DAY + timedelta(days=1), published=False)
    address = "/admin/digest/edition/add/"
    assert admin_client.get(address).context["adminform"].form.initial["day"] == DAY + timedelta(days=2)

    answer = admin_client.post(address, {"day": "2025-08-23"}, follow=True)

    assert answer.redirect_chain[0][0] == f"/admin/digest/edition/{Edition.objects.get(day='2025-08-23').pk}/board/"
    assert "Added “Edition of 2025-08-23”." in answer.content.decode()


def test_the_form_for_a_new_edition_leaves_papers_to_the_board(admin_client):
    html = admin_client.get("/admin/digest/edition/add/").content.decode()

    assert "The board opens next" in html
    assert "Position" not in html
    assert 'name="_addanother"' not in html
    assert 'name="_continue"' not in html


def test_setting_the_hour_in_the_form_records_who_set_it(admin_client, draft):
    inlines = {f"entries{name}-{field}": 0 for name in ("", "-2") for field in ("TOTAL_FORMS", "INITIAL_FORMS")}
    hour = {"publish_at_0": "2025-08-21", "publish_at_1": "15:00", "day": draft.day, **inlines}

    admin_client.post(f"/admin/digest/edition/{draft.pk}/change/", hour)

    draft.refresh_from_db()
    assert (draft.publish_at.hour, draft.hour_set_by) == (15, "admin")
