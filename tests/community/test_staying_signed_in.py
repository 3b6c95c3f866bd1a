"""“Stay signed in on this browser”: what a link from an email opens, for as long as that link, and no further."""

import re
from datetime import timedelta

import pytest
import time_machine

from digest.models import Member
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Status
from tests.support.factories import NOON, make_delivery, make_edition, make_member, make_paper, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def stay(client, reader):
    return client.post(f"{links.preferences_url(reader)}/stay")


def test_a_signed_link_offers_to_stay_signed_in_and_one_click_does_it(client):
    reader = make_subscriber("Ada@example.org")
    link = links.preferences_url(reader).removeprefix("http://localhost:8000")
    stay = f"{link}/stay"
    assert f'action="{stay}"' in client.get(link).content.decode()
    assert client.get("/account").status_code == 302
    assert client.get(stay).status_code == 405

    answer = client.post(stay)

    assert answer.url == "/account"
    assert "Ada@example.org" in client.get("/account").content.decode()
    assert Member.objects.get().subscriber == reader
    assert f'action="{stay}"' not in client.get(link).content.decode()


def test_staying_signed_in_ends_when_the_link_would_have_expired(client):
    reader = make_subscriber("ada@example.org")
    link = links.preferences_url(reader).removeprefix("http://localhost:8000")

    with time_machine.travel(NOON + timedelta(days=59), tick=False):
        answer = client.post(f"{link}/stay")
        assert client.get("/account").status_code == 200
        assert answer.cookies["member"]["max-age"] == timedelta(days=1).total_seconds()
    with time_machine.travel(NOON + timedelta(days=60, seconds=1), tick=False):
        # A browser that keeps the cookie longer than it should gains nothing.
        assert client.get("/account").status_code == 302


def test_staying_signed_in_makes_no_links_that_outlive_the_one_it_came_from(client):
    reader = make_subscriber("ada@example.org")
    make_delivery(reader, make_edition(make_paper()), status="sent", sent_at=NOON)
    stay(client, reader)
    with time_machine.travel(NOON + timedelta(days=59), tick=False):
        pages = [client.get(f"/preferences/me{page}").content.decode() for page in ("", "/account", "/digests")]
        pages.append(client.post("/preferences/me/preview").content.decode())
    paths = set(re.findall(r"/(?:unsubscribe|feedback)/[\w:-]+", " ".join(pages)))
    assert {path.split("/")[1] for path in paths} == {"unsubscribe", "feedback"}

    with time_machine.travel(NOON + timedelta(days=60, seconds=1), tick=False):
        client.cookies.clear()
        assert [path for path in paths if "/preferences/me" in client.get(path).content.decode()] == []
        assert [path for path in paths if re.search(r"/preferences/\w+:", client.get(path).content.decode())] == []


def test_staying_signed_in_is_not_enough_to_subscribe_again(client):
    reader = make_subscriber("ada@example.org", status=Status.UNSUBSCRIBED)
    stay(client, reader)

    answer = client.post("/preferences/me/subscribe", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/sign-in?next=")
    assert "may have been forwarded" in answer.content.decode()
    reader.refresh_from_db()
    assert reader.status == "unsubscribed"


def test_staying_signed_in_uses_the_existing_account(client):
    reader, member = make_subscriber("ada@example.org"), make_member("ADA@example.org")

    stay(client, reader)

    assert Member.objects.get(pk=member.pk).subscriber == reader
    assert Member.objects.count() == 1


def test_neither_a_barred_members_link_nor_a_forged_one_signs_in(client):
    reader = make_subscriber("ada@example.org")
    make_member("ada@example.org", barred_at=NOON)

    stay(client, reader)
    assert client.get("/account").status_code == 302

    other = links.token(Purpose.UNSUBSCRIBE, reader)
    assert client.post(f"/preferences/{other}/stay").status_code == 404
