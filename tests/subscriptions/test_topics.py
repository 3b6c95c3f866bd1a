import re

import pytest
from django.core.management import CommandError, call_command

from digest.models import PaperTopic
from subscriptions.models import Topic
from subscriptions.starter_topics import SHIPPED, TopicError, load_topics, read_topics
from tests.support.factories import make_paper, make_topic

TOPIC = """
[[topic]]
slug = "bread"
name = "Bread"
description = "Baking."
arxiv_categories = ["cs.LG"]
keywords = ["sourdough"]
"""

ARCHIVES_WITHOUT_SUBJECTS = {
    "gr-qc",
    "hep-ex",
    "hep-lat",
    "hep-ph",
    "hep-th",
    "math-ph",
    "nucl-ex",
    "nucl-th",
    "quant-ph",
}


def write(tmp_path, text):
    path = tmp_path / "topics.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_there_are_25_to_30_shipped_topics_with_descriptions_and_keywords():
    topics = read_topics(SHIPPED)
    assert 25 <= len(topics) <= 30
    assert all(topic.description.endswith(".") and len(topic.keywords) >= 8 for topic in topics)


def test_the_shipped_categories_look_like_arxiv_categories():
    for topic in read_topics(SHIPPED):
        for category in topic.arxiv_categories:
            is_known = category in ARCHIVES_WITHOUT_SUBJECTS or re.fullmatch(
                r"(?:cs|eess|econ|math|stat|astro-ph)\.[A-Z]{2}|q-(?:bio|fin)\.[A-Z]{2}"
                r"|(?:cond-mat|physics)\.[a-z]+(?:-[a-z]+)?|nlin\.[A-Z]{2}",
                category,
            )
            assert is_known, category


def test_no_shipped_keyword_is_listed_twice_in_a_topic():
    for topic in read_topics(SHIPPED):
        assert len(set(topic.keywords)) == len(topic.keywords), topic.slug


@pytest.mark.django_db
def test_topics_are_loaded_once(tmp_path, capsys):
    call_command("load_topics", str(write(tmp_path, TOPIC)))
    call_command("load_topics", str(write(tmp_path, TOPIC)))
    assert capsys.readouterr().out.splitlines() == [
        "topics.toml: 1 new, 0 updated, 0 unchanged",
        "topics.toml: 0 new, 0 updated, 1 unchanged",
    ]
    assert Topic.objects.get().keywords == ["sourdough"]


@pytest.mark.django_db
def test_a_changed_topic_is_updated_and_others_stay(tmp_path):
    make_topic("Graph learning")
    bread = make_topic("Bread")
    loaded = load_topics(write(tmp_path, TOPIC))
    bread.refresh_from_db()
    assert (loaded.updated, bread.description) == (1, "Baking.")
    assert Topic.objects.count() == 2


@pytest.mark.django_db
def test_loading_changed_topics_tags_the_papers_again(tmp_path):
    paper = make_paper("Sourdough for all", about=make_topic("Bread", keywords=["rye"]))
    call_command("load_topics", str(write(tmp_path, TOPIC.replace("sourdough", "wheat"))))
    assert not paper.tags.exists()
    call_command("load_topics", str(write(tmp_path, TOPIC)))
    assert PaperTopic.objects.get().paper == paper


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TOPIC + 'colour = "red"', "topic bread: colour: unknown, expected only slug, name"),
        (TOPIC.replace("keywords", "#"), "topic bread: keywords: missing"),
        (TOPIC.replace('slug = "bread"', ""), "topic number 1: slug: missing"),
        (TOPIC.replace('"Bread"', "5"), "topic bread: name: expected a text"),
        (TOPIC.replace('"Bread"', f'"{"B" * 81}"'), "topic bread: name: "),
        (TOPIC.replace('slug = "bread"', 'slug = "white bread"'), "topic white bread: slug: "),
        (TOPIC.replace('["sourdough"]', '"sourdough"'), "topic bread: keywords: expected a list of texts"),
        (TOPIC.replace('["sourdough"]', '["!", " "]'), "topic bread: keywords: expected a word or a phrase, found '!'"),
        (TOPIC.replace("cs.LG", "CS.lg"), "topic bread: arxiv_categories: expected an arXiv category such as cs.LG"),
        (TOPIC + TOPIC, "topic bread: slug: expected a unique slug"),
        (TOPIC + TOPIC.replace('"bread"', '"b"'), "topic b: name: expected a unique name"),
        ("", "expected [[topic]] tables and nothing else"),
        ("x = 1" + TOPIC, "expected [[topic]] tables and nothing else"),
        ("topic = [1]", "expected [[topic]] tables and nothing else"),
        ("[[topic", "expected TOML in UTF-8"),
        (b"\xff", "expected TOML in UTF-8"),
    ],
)
def test_an_invalid_file_gives_an_error_that_names_topic_and_key(tmp_path, text, message):
    with pytest.raises(TopicError) as caught:
        read_topics(write(tmp_path, text))
    assert message in str(caught.value)


@pytest.mark.django_db
def test_a_name_that_another_topic_has_is_refused_and_nothing_changes(tmp_path):
    make_topic("Bread", slug="other")
    with pytest.raises(CommandError, match="topic other: name: expected a unique name"):
        call_command("load_topics", str(write(tmp_path, TOPIC)))
    assert Topic.objects.count() == 1
