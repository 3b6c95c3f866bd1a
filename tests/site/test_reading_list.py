"""Starting from papers that readers have, or from their own words."""

import logging
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from digest.models import Feedback, Profile
from digest.recommending.preview import build_preview, request_of
from subscriptions import tokens
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Rule
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber, make_topic, on_arxiv

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

SECRET = "My unpublished idea about purple elephants"


@pytest.fixture
def topic():
    return make_topic(keywords=["graph learning"])


@pytest.fixture
def papers(topic):
    """Four papers of one edition, three of them about the topic and by one author."""
    papers = [
        make_paper(f"Graph learning, part {number}", about=topic, authors=["Emmy Noether"]) for number in range(3)
    ]
    papers.append(make_paper("Bread"))
    for number, paper in enumerate(papers):
        on_arxiv(paper, f"2501.0000{number}")
    make_edition(*papers)
    return papers


def brought(client, address="/start/reading-list", **fields):
    if "file" in fields:
        fields["file"] = SimpleUploadedFile("library.bib", fields["file"])
    return client.post(address, fields)


def preferences_address(reader):
    token = tokens.sign_token(Purpose.PREFERENCES, reader.public_id.hex)
    return reverse("own_reading_list", args=[token]), reverse("keep_reading_list", args=[token])


def test_a_file_becomes_a_sign_up_form_and_nothing_is_stored(client, topic, papers):
    body = b"@misc{a, title={X}, eprint={2501.00000}, archiveprefix={arXiv}}\n@misc{b, title={An unknown one of them}}"

    html = " ".join(brought(client, file=body).content.decode().split())

    assert "We read 2 entries and found 1 of them here" in html
    assert f'name="liked" value="{papers[0].pk}"' in html
    assert not Feedback.objects.exists()


def test_a_pasted_list_suggests_topics_and_authors(client, topic, papers):
    html = brought(client, pasted="2501.00000\n2501.00001\n2501.00002").content.decode()

    assert re.search(rf'name="topics" value="{topic.pk}"[^>]* checked', html)
    assert re.search(r'name="authors" value="Emmy Noether"\s*checked', html)
    assert "Because you follow" in html or "Graph learning, part" in html


def test_words_become_boxes_to_tick(client, topic, papers):
    html = brought(client, interests="graph learning, but not deep fakes").content.decode()

    assert re.search(rf'name="topics" value="{topic.pk}"[^>]* checked', html)
    assert re.search(r'name="mute" value="deep fakes"\s*checked', html)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose a file, paste something"),
        ({"file": b"%PDF-1.7"}, "found a PDF"),
        ({"file": b"PK\x03\x04"}, "archive"),
        ({"pasted": "what?"}, "found none of them"),
        ({"interests": "x" * 601}, "at most 600"),
        ({"pasted": "2501.00000", "whose": "stolen"}, "valid choice"),
        ({"file": b"x" * (5 * 2**20 + 1)}, "limit is 5 MB"),
        ({"file": b"x" * (7 * 2**20)}, "too big"),
    ],
)
def test_unreadable_input_gets_a_clear_error(client, papers, fields, message):
    answer = brought(client, **fields)

    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_nothing_from_a_file_reaches_the_disk_or_the_log(client, papers, tmp_path, settings, caplog):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    caplog.set_level(logging.DEBUG)
    body = f"@misc{{a, title={{{SECRET}}}, note={{{'x' * 3_000_000}}}}}".encode()

    assert brought(client, file=body).status_code == 200

    assert list(tmp_path.iterdir()) == []
    assert SECRET not in caplog.text
    assert not Feedback.objects.exists()


def test_a_file_of_fifty_megabytes_never_reaches_the_disk(client, tmp_path, settings, monkeypatch):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)

    answer = brought(client, file=b"x" * (50 * 2**20))

    assert answer.status_code == 422
    assert "too big" in answer.content.decode()
    assert list(tmp_path.iterdir()) == []


def test_the_lists_per_network_and_hour_are_limited(client, papers):
    answers = [brought(client, pasted="2501.00000") for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [422]
    assert "try again in an hour" in answers[-1].content.decode()


def test_a_subscriber_sees_what_would_change_and_then_saves_it(client, topic, papers):
    reader = make_subscriber()
    look, keep = preferences_address(reader)

    html = brought(client, look, pasted="2501.00000\n2501.00001", interests="not surveys").content.decode()
    assert "What would change" in html
    assert not Feedback.objects.exists()
    assert not Rule.objects.exists()

    liked = re.findall(r'name="liked" value="(\d+)"', html)
    answer = client.post(keep, {"liked": liked, "topics": [topic.pk], "mute": ["surveys"], "authors": ["Emmy Noether"]})

    assert answer.status_code == 302
    assert set(Feedback.objects.values_list("paper_id", "kind")) == {(papers[0].pk, "more"), (papers[1].pk, "more")}
    assert list(reader.topics.all()) == [topic]
    assert list(reader.rules.values_list("kind", "phrase")) == [("mute", "surveys")]
    assert list(reader.authors.values_list("name", flat=True)) == ["Emmy Noether"]
    assert Profile.objects.get(subscriber=reader).opinions.size == 2


def test_earlier_choices_stay(client, topic, papers):
    reader = make_subscriber(follows=[topic])
    Feedback.objects.create(subscriber=reader, paper=papers[0], kind="less")
    _, keep = preferences_address(reader)

    client.post(keep, {"liked": [papers[0].pk, papers[1].pk], "follow": ["bread"]})

    assert set(Feedback.objects.values_list("paper_id", "kind")) == {(papers[0].pk, "less"), (papers[1].pk, "more")}
    assert list(reader.topics.all()) == [topic]


def test_papers_the_reader_wrote_are_never_recommended(client, topic, papers):
    reader = make_subscriber(follows=[topic])
    _, keep = preferences_address(reader)

    client.post(keep, {"written": [papers[0].pk]})

    shown = [line.paper.pk for line in build_preview(request_of(reader, NOON), NOON).lines]
    assert papers[0].pk not in shown
    assert papers[1].pk in shown
    assert Feedback.objects.get().kind == "wrote"


def test_signing_up_saves_the_reading_list(sign_up, topic, papers):
    sign_up(topics=[topic.pk], liked=[papers[1].pk], written=[papers[0].pk], mute=["surveys"], authors=["Emmy Noether"])

    assert set(Feedback.objects.values_list("paper_id", "kind")) == {(papers[0].pk, "wrote"), (papers[1].pk, "more")}
    reader = Feedback.objects.first().subscriber
    assert list(reader.rules.values_list("kind", "phrase")) == [("mute", "surveys")]
    assert list(reader.authors.values_list("name", flat=True)) == ["Emmy Noether"]
