"""Someone who types an address must not be able to write the email sent to it."""

import pytest
from django.core import mail

from digest import tasks as digest_tasks
from digest.community import members
from subscriptions import emails, tasks
from subscriptions.models import Status
from tests.support.factories import make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "ada@example.org"
TYPED = "CALL-555-0100"
STANDINGS = ["stranger", *Status.values]
FORMS = ["/subscribe", "/preferences", "/sign-in"]


@pytest.fixture
def post(client, monkeypatch, django_capture_on_commit_callbacks):
    """A function that submits a form, with a worker that acts at once."""
    monkeypatch.setattr(tasks.send_mail, "delay", emails.answer)
    monkeypatch.setattr(digest_tasks.send_sign_in_link, "delay", members.send_link)

    def post(address, fields):
        headers = {"Referer": f"http://testserver/{TYPED}", "User-Agent": TYPED, "X-Forwarded-Host": TYPED}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, fields, headers=headers)

    return post


@pytest.mark.parametrize("status", STANDINGS)
@pytest.mark.parametrize("form", FORMS)
def test_nothing_typed_into_a_form_is_in_the_email(post, form, status):
    topic, paper = make_topic(), make_paper()
    make_edition(paper)
    if status in Status.values:
        make_subscriber(ADDRESS, status=status)
    fields = {
        "email": ADDRESS,
        "time_zone": "UTC",
        "local_time": "07:00",
        "frequency": "weekly",
        "weekday": "4",
        "topics": [topic.pk],
        "liked": [paper.pk],
        "follow": f"{TYPED}\nhttps://evil.example/{TYPED}",
        **dict.fromkeys(("name", "subject", "next", "wording", "csrfmiddlewaretoken", "mute", "authors"), TYPED),
    }

    answer = post(f"{form}?next=/{TYPED}&q={TYPED}&topic={TYPED}&{TYPED}={TYPED}", fields)

    assert answer.status_code == 302
    for message in mail.outbox:
        assert TYPED not in message.message().as_string()
        assert TYPED not in "".join([message.subject, message.body, message.alternatives[0].content])


@pytest.mark.parametrize("form", ["/subscribe", "/sign-in"])
def test_these_forms_do_send_an_email(post, form):
    """Otherwise the test above would prove nothing."""
    post(form, {"email": ADDRESS, "time_zone": "UTC", "local_time": "07:00", "frequency": "daily"})

    assert len(mail.outbox) == 1
