"""Parts of the panel's pages, requested after the sign-in ended."""

import pytest

from tests.support.factories import make_edition

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["board", "audience"])
def test_a_part_of_a_page_is_refused_and_a_whole_page_leads_to_the_sign_in(client, page):
    path = f"/admin/digest/edition/{make_edition(published=False).pk}/{page}/"

    part, whole = client.get(path, headers={"HX-Request": "true"}), client.get(path)

    assert (part.status_code, part.content) == (401, b"")
    assert whole.status_code == 302
    assert whole["Location"].startswith("/admin/login/")


def test_a_second_edition_of_a_day_is_refused_in_plain_words(admin_client):
    day = make_edition().day

    page = admin_client.post("/admin/digest/edition/add/", {"day": day.isoformat()})

    assert "There’s already an edition for this day." in page.content.decode()
