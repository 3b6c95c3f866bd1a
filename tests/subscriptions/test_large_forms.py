"""A form that is too large is refused with a page of the usual size: it must not cost more than sending it did."""

import pytest

from subscriptions.forms import SignUpForm
from subscriptions.phrases import MAX_PHRASES

pytestmark = pytest.mark.django_db

MANY = "\n".join(f"word {number}" for number in range(20 * MAX_PHRASES))


@pytest.mark.parametrize("field", ["follow", "mute", "authors"])
@pytest.mark.parametrize("page", ["/subscribe", "/preview"])
def test_too_many_entries_are_refused_without_a_checkbox_for_each(client, page, field):
    answer = client.post(page, {"email": "ada@example.org", field: MANY})

    text = answer.content.decode()
    assert f"Please enter {MAX_PHRASES} at most" in text
    assert text.count(f'name="{field}"') <= MAX_PHRASES


def test_as_many_entries_as_allowed_are_all_shown_again():
    entries = MANY.splitlines()[:MAX_PHRASES]
    form = SignUpForm({"email": "no address", "follow": "\n".join(entries)})
    [(_, name, shown)] = form.word_groups
    assert (name, shown) == ("follow", entries)
