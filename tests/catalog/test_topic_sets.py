"""Topic sets: two levels, readers can follow either, and real abstracts from all fields are tagged sensibly.

tests/payloads/topics_judged.jsonl: 200 arXiv records (its metadata is CC0) drawn in turn from 50 primary categories,
with the topics that a person judged to fit on 26 November 2026.
"""

import json
from functools import cache

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from digest.catalog import embedding, tagging
from digest.models import PaperTopic
from digest.sources.latex_text import clean_text
from subscriptions import starter_topics
from subscriptions.models import Topic
from tests.support.factories import make_paper

JUDGED = settings.BASE_DIR / "tests" / "payloads" / "topics_judged.jsonl"
# Readers see only the strongest of a paper's narrow topics.
SHOWN = 2


@cache
def all_topics():
    sets = [starter_topics.read_topics(starter_topics.SETS / f"{name}.toml") for name in starter_topics.topic_sets()]
    return [topic for topics in sets for topic in topics]


@cache
def judged():
    """Each record with the slugs of its topics, strongest first."""
    records = [json.loads(line) for line in JUDGED.read_text().splitlines()]
    texts = [(clean_text(record["title"]), clean_text(record["abstract"])) for record in records]
    topics = all_topics()
    vectors = embedding.embedder().vectors([f"{title}. {abstract}" for title, abstract in texts])
    close = tagging.meanings(vectors, tagging.topic_vectors(topics))
    result = []
    for record, (title, abstract), row in zip(records, texts, close.tolist(), strict=True):
        points = [
            (tagging.score(title, abstract, record["categories"], topic, meaning=meaning), topic)
            for topic, meaning in zip(topics, row, strict=True)
        ]
        tags = sorted(((score, topic.slug, bool(topic.parent)) for score, topic in points), reverse=True)
        result.append((record, [(slug, is_narrow) for score, slug, is_narrow in tags if score >= tagging.THRESHOLD]))
    return result


def test_nearly_every_judged_paper_has_a_topic():
    assert np.mean([bool(tags) for _, tags in judged()]) >= 0.95


def test_no_narrow_topic_covers_too_many_papers():
    names = [slug for _, tags in judged() for slug, is_narrow in tags if is_narrow]
    assert max(names.count(slug) for slug in names) <= 0.12 * len(judged())


def test_nine_in_ten_papers_are_tagged_as_a_person_would():
    def is_sensible(record, tags):
        narrow = [slug for slug, is_narrow in tags if is_narrow][:SHOWN]
        return set(narrow or [slug for slug, _ in tags]) <= set(record["fits"]) and bool(tags)

    assert len(judged()) == 200
    assert np.mean([is_sensible(record, tags) for record, tags in judged()]) >= 0.9


def test_sets_share_no_names_and_every_narrow_topic_has_a_broad_one_from_its_set():
    topics = all_topics()
    names = [topic.name for topic in topics] + [topic.slug for topic in topics]
    assert len(set(names)) == len(names)
    assert all(topic.parent is None or topic.parent.parent is None for topic in topics)
    assert {topic.slug for topic in starter_topics.read_topics(starter_topics.SHIPPED)} & {t.slug for t in topics}


@pytest.mark.django_db
def test_sets_are_loaded_by_name_and_only_once():
    call_command("load_topics", sets=["economics", "biology"])
    vision = Topic.objects.get(slug="markets")
    assert (vision.parent.slug, vision.parent.parent) == ("finance", None)
    before = list(Topic.objects.values_list())
    call_command("load_topics", sets=["economics", "biology"])
    assert list(Topic.objects.values_list()) == before
    with pytest.raises(CommandError, match="expected any of astronomy, biology"):
        call_command("load_topics", sets=["cooking"])


@pytest.mark.django_db
def test_an_existing_topic_keeps_its_followers_and_gets_its_parent():
    old = Topic.objects.create(slug="markets", name="Markets", description="Old")
    call_command("load_topics", sets=["economics"])
    old.refresh_from_db()
    assert (old.name, old.parent.slug) == ("Markets and trading", "finance")


@pytest.mark.django_db
def test_following_a_broad_topic_covers_the_narrower_ones():
    call_command("load_topics", sets=["economics"])
    paper = make_paper("Limit order books and high-frequency trading", arxiv_categories=["q-fin.TR"])
    tagging.tag([paper])
    scores = dict(PaperTopic.objects.values_list("topic__slug", "score"))
    assert scores["finance"] >= scores["markets"] > tagging.THRESHOLD
    tagging.tag([paper])
    assert dict(PaperTopic.objects.values_list("topic__slug", "score")) == scores


@pytest.mark.parametrize(
    ("parent", "error"),
    [
        ("nowhere", "expected a broad topic from this file"),
        ("b", "expected a broad topic"),
        (7, "expected a broad topic"),
    ],
)
def test_a_parent_must_be_a_broad_topic_from_the_file(tmp_path, parent, error):
    keys = 'arxiv_categories = []\nkeywords = ["x"]\nparent = {1}\n'
    topic = f'[[topic]]\nslug = "{{0}}"\nname = "{{0}}"\ndescription = "x"\n{keys}'
    path = tmp_path / "topics.toml"
    path.write_text(topic.format("a", json.dumps(parent)) + topic.format("b", '"a"'))
    with pytest.raises(starter_topics.TopicError, match=error):
        starter_topics.read_topics(path)


@pytest.mark.django_db
@pytest.mark.parametrize("category", ["biorxiv:cell-biology", "mesh:covid-19"])
def test_categories_from_any_source_count(category):
    topic = Topic.objects.create(slug="x", name="X", description="X", arxiv_categories=[category], keywords=["nothing"])
    assert tagging.score("A title", "An abstract", [category], topic) >= tagging.THRESHOLD
