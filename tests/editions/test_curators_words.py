"""What the curator writes, in emails and on the page: subject, intro, and a note on a paper."""

import pytest

from digest.composing.digest_data import letters
from digest.composing.fast_renderer import FragmentRenderer
from digest.composing.message import compose
from digest.composing.renderer import render
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
NOTE = 'Look <b>here</b> & "there"'


@pytest.fixture
def delivery():
    edition = make_edition(
        make_paper("First"), make_paper("Second"), subject="What a day", intro="Two papers.\nRead <i>"
    )
    edition.entries.filter(paper__title="Second").update(note=NOTE)
    return make_delivery(make_subscriber(), edition)


def test_subject_intro_and_note_are_in_both_parts_of_the_email(delivery):
    mail = render(delivery)

    assert mail.subject == "What a day"
    assert "Two papers.\nRead <i>" in mail.text
    assert NOTE in mail.text
    assert "Two papers.<br>Read &lt;i&gt;" in mail.html
    assert "Look &lt;b&gt;here&lt;/b&gt; &amp;" in mail.html
    assert "<b>here" not in mail.html


def test_without_a_subject_the_first_title_is_used(delivery):
    type(delivery.edition).objects.update(subject="", intro="")
    delivery.edition.refresh_from_db()

    assert render(delivery).subject == "Second and 1 more"


# The same time for both emails, because signed links contain it.
@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("intro", ["Plain & simple.", "slot--items--slot", "Zwei Zeilen\nmit Umlaut: ü"])
def test_the_fragment_renderer_makes_the_same_email(delivery, intro):
    type(delivery.edition).objects.update(intro=intro)
    delivery.edition.refresh_from_db()
    press, letter_rows = FragmentRenderer(), letters([delivery.pk])
    press.load(letter_rows)

    pressed, composed = press.mail(letter_rows[0]).message(), compose(delivery)

    assert pressed.subject == composed.subject
    assert pressed.body == composed.body
    assert pressed.alternatives == composed.alternatives


def test_intro_and_note_are_shown_as_text_on_the_page(client, delivery):
    html = client.get(delivery.edition.get_absolute_url()).content.decode()

    assert "Two papers.<br>Read &lt;i&gt;" in html
    assert "Look &lt;b&gt;here&lt;/b&gt;" in html


def test_a_change_on_the_board_reaches_people_who_already_have_the_page(admin_client, client, delivery):
    address = delivery.edition.get_absolute_url()
    page_before = client.get(address)
    assert client.get(address, headers={"If-None-Match": page_before.headers["ETag"]}).status_code == 304

    fields = {"version": 0, "act": "words", "subject": "", "intro": "Something new"}
    admin_client.post(f"/admin/digest/edition/{delivery.edition.pk}/board/act/", fields)

    again = client.get(address, headers={"If-None-Match": page_before.headers["ETag"]})
    assert again.status_code == 200
    assert "Something new" in again.content.decode()
