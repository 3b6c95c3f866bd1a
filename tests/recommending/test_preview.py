"""What a digest would look like, before anything is saved."""

import re

import pytest

from digest.models import EditionPaper
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Follow, Rule, Subscriber, Weight
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def graphs():
    return make_topic("Graph learning")


@pytest.fixture
def privacy():
    return make_topic("Differential privacy")


@pytest.fixture
def edition(graphs, privacy):
    return make_edition(make_paper("Graph motifs", about=graphs), make_paper("Private counts", about=privacy))


def titles(html):
    """The titles of the papers in the preview, in order."""
    part = re.search(r'id="preview".*?</section>', html, re.DOTALL)[0]
    return re.findall(r'<a href="/papers/\d+"[^>]*>(.*?)</a>', part)


def fields_of(reader, **fields):
    names = ("time_zone", "frequency", "weekday", "month_day", "max_papers", "least_match", "channel")
    return {name: getattr(reader, name) for name in names} | {"local_time": f"{reader.local_time:%H:%M}", **fields}


def look(client, reader, headers=HTMX, **fields):
    address = f"/preferences/{links.token(Purpose.PREFERENCES, reader)}/preview"
    return client.post(address, fields_of(reader, **fields), headers=headers)


# --- Before signing up ---


def test_ticked_topics_show_what_todays_digest_would_be(client, edition, graphs):
    html = client.post("/preview", {"topics": [graphs.pk]}, headers=HTMX).content.decode()

    assert titles(html) == ["Graph motifs"]
    assert "Because you follow Graph learning" in html
    assert "1 of the 2 papers" in html
    assert "<html" not in html
    assert not Subscriber.objects.exists()


def test_with_nothing_ticked_it_is_the_whole_edition(client, edition):
    html = client.post("/preview", {}, headers=HTMX).content.decode()

    assert titles(html) == ["Graph motifs", "Private counts"]


def test_without_javascript_it_is_a_page_that_keeps_what_was_filled_in(client, edition, graphs):
    fields = {"topics": [graphs.pk], "email": "ada@example.org", "frequency": "weekly", "weekday": "4"}

    html = client.post("/preview", fields).content.decode()

    assert titles(html) == ["Graph motifs"]
    assert 'value="ada@example.org"' in html
    assert re.search(rf'name="topics" value="{graphs.pk}"[^>]* checked', html)
    assert re.search(r'<option value="4" selected>Friday', html)


def test_the_preview_does_not_complain_about_a_half_typed_address(client, edition):
    html = client.post("/preview", {"email": "ada@"}).content.decode()

    assert "errors" not in html
    assert len(titles(html)) == 2


@pytest.mark.parametrize(("field", "value"), [("topics", "0"), ("liked", "x"), ("liked", "-1")])
def test_bad_input_gets_a_readable_error(client, edition, field, value):
    answer = client.post("/preview", {field: value}, headers=HTMX)

    assert answer.status_code == 200
    assert "Please fix the following" in answer.content.decode()


def test_before_the_first_edition_there_is_nothing_to_show(client):
    assert "There’s no edition yet" in client.post("/preview", {}, headers=HTMX).content.decode()


def test_a_draft_and_a_hidden_paper_are_not_shown(client, edition):
    edition.entries.filter(paper__title="Private counts").update(placement=EditionPaper.Placement.HIDDEN)
    make_edition(make_paper("Of tomorrow"), day=NOON.date().replace(day=22), published=False)

    html = client.post("/preview", {}, headers=HTMX).content.decode()

    assert titles(html) == ["Graph motifs"]


def test_a_title_is_shown_as_text(client):
    make_edition(make_paper("<script>alert(1)</script>"))

    html = client.post("/preview", {}, headers=HTMX).content.decode()

    assert "<script>alert" not in html


def test_the_form_has_a_preview_button(client, edition):
    html = client.get("/").content.decode()

    assert 'formaction="/preview"' in html
    assert 'hx-post="/preview"' in html


# --- On the preferences page ---


def test_changing_a_topic_shows_a_different_digest_and_saves_nothing(client, edition, graphs, privacy):
    reader = make_subscriber(follows=[graphs])

    html = look(client, reader, **{f"topics-{graphs.pk}": "off", f"topics-{privacy.pk}": "more"}).content.decode()

    assert titles(html) == ["Private counts"]
    assert Follow.objects.get().topic == graphs


def test_more_of_a_topic_brings_its_papers_to_the_top(client, edition, graphs, privacy):
    reader = make_subscriber()

    html = look(client, reader, **{f"topics-{graphs.pk}": "less", f"topics-{privacy.pk}": "more"}).content.decode()

    assert titles(html) == ["Private counts", "Graph motifs"]


def test_a_topic_set_to_never_is_gone(client, edition, graphs):
    html = look(client, make_subscriber(), **{f"topics-{graphs.pk}": "never"}).content.decode()

    assert titles(html) == ["Private counts"]


def test_the_preview_says_when_nothing_matches(client, edition):
    other = make_topic("Optimization")

    html = look(client, make_subscriber(), **{f"topics-{other.pk}": "normal"}).content.decode()

    assert titles(html) == []
    assert "On a day like that, we don’t send an email" in html


def test_the_preview_has_at_most_as_many_papers_as_the_form_says(client):
    make_edition(*[make_paper() for _ in range(12)])

    assert len(titles(look(client, make_subscriber(), max_papers=4).content.decode())) == 4


def test_without_javascript_the_preferences_page_keeps_what_was_filled_in(client, edition, graphs):
    html = look(
        client, make_subscriber(), headers={}, **{f"topics-{graphs.pk}": "more", "mute": "foo"}
    ).content.decode()

    assert titles(html) == ["Graph motifs"]
    assert f'name="topics-{graphs.pk}" value="more" checked' in html
    assert "foo</textarea>" in html


def test_a_form_with_errors_names_them(client, edition):
    html = look(client, make_subscriber(), max_papers="99").content.decode()

    assert "Papers per digest: " in html


def test_a_preview_needs_the_readers_own_link(client, edition):
    assert client.post("/preferences/forged:x:y/preview").status_code == 404


def test_more_papers_and_topics_cost_no_more_queries(client, django_assert_max_num_queries):
    topics = [make_topic(f"Topic {number}") for number in range(12)]
    make_edition(*[make_paper(about=topic) for topic in topics])
    reader = make_subscriber(follows=topics)
    for number in range(30):
        Rule.objects.create(subscriber=reader, kind=Rule.Kind.MUTE, phrase=f"phrase {number}")

    with django_assert_max_num_queries(20):
        look(client, reader, **{f"topics-{topic.pk}": Weight.MORE.name.lower() for topic in topics})
