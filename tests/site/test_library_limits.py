"""A note or labels that do not fit: the reader is told what was cut."""

import pytest

from digest.community import feedback
from digest.models import Feedback
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("note", "labels", "sentence"),
    [
        ("Read again!\r\nSoon.", "thesis,  to  read ,Thesis,,", "Your note and labels are saved."),
        ("", ",".join(f"label {number}" for number in range(21)), "cut to fit: a paper has room for 20 labels"),
        ("", "x" * 41, "cut to fit"),
        ("x" * 4001, "", "cut to fit"),
    ],
)
def test_the_page_says_whether_everything_was_saved(client, note, labels, sentence):
    paper, reader = make_paper(), make_subscriber()
    make_edition(paper)
    feedback.give_feedback(reader, paper.pk, Feedback.Kind.SAVED, NOON)
    path = f"/preferences/{links.token(Purpose.PREFERENCES, reader)}/saved/{paper.pk}"

    page = client.post(path, {"action": "write", "note": note, "labels": labels}, follow=True)

    assert sentence in page.content.decode()
