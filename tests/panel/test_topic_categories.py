"""Mapping source categories to topics in the panel, with suggestions."""

import pytest
from django.urls import reverse

from digest.catalog import unmapped_categories as categories
from digest.models import PaperTopic
from digest.panel.topic_categories import readable_category
from tests.support.factories import make_paper, make_topic

pytestmark = pytest.mark.django_db

PAGE = "/admin/digest/categories/"


@pytest.fixture
def oncology():
    return make_topic("Oncology", keywords=["cancer"], arxiv_categories=[])


def papers_of(*names, number=3, title="On cancer", topic=None):
    papers = [make_paper(f"{title} {index}", arxiv_categories=list(names)) for index in range(number)]
    for paper in papers if topic else ():
        PaperTopic.objects.create(paper=paper, topic=topic, score=0.5)
    return papers


def names_and_suggestions():
    return {row.name: [one.topic.name for one in row.suggestions] for row in categories.unmapped_categories()}


def test_a_suggested_topic_is_one_that_the_categorys_papers_have_and_others_lack(oncology):
    everything = make_topic("Everything")
    with_topics = papers_of("mesh:neoplasms", "mesh:humans", topic=oncology)
    others = papers_of("mesh:humans", number=9, title="On sleep")
    for paper in (*with_topics, *others):
        PaperTopic.objects.create(paper=paper, topic=everything, score=0.5)
    assert names_and_suggestions() == {"mesh:neoplasms": ["Oncology"], "mesh:humans": []}
    # A category with a suggestion comes first, however many papers the other one has.
    assert [row.name for row in categories.unmapped_categories()] == ["mesh:neoplasms", "mesh:humans"]


def test_a_narrow_topic_comes_before_the_broad_one_it_belongs_to(oncology):
    broad = make_topic("Medicine")
    oncology.parent = broad
    oncology.save()
    papers = papers_of("mesh:neoplasms", topic=oncology)
    papers_of("mesh:sleep", number=9, title="On sleep")
    for paper in papers:
        PaperTopic.objects.create(paper=paper, topic=broad, score=0.5)
    assert names_and_suggestions()["mesh:neoplasms"] == ["Oncology", "Medicine"]


def test_categories_already_mapped_or_with_hardly_any_papers_are_not_listed(oncology):
    oncology.arxiv_categories = ["mesh:neoplasms"]
    oncology.save()
    papers_of("mesh:neoplasms")
    papers_of("mesh:rare", number=2)
    assert names_and_suggestions() == {}


def test_the_page_works_without_papers_or_topics(admin_client):
    assert "Nothing to suggest" in admin_client.get(PAGE).content.decode()


def test_mapping_a_category_tags_its_papers_and_can_be_undone(admin_client, oncology):
    papers_of("mesh:neoplasms", topic=oncology)
    papers_of("mesh:sleep", number=9, title="On sleep")
    late = make_paper("On tumours", arxiv_categories=["mesh:neoplasms"])
    choice = {"category": "mesh:neoplasms", "topic": oncology.pk}

    page = admin_client.post(PAGE, choice, follow=True)
    assert "MeSH: neoplasms now counts towards Oncology." in page.content.decode()
    assert "4 papers have been tagged again." in page.content.decode()
    oncology.refresh_from_db()
    assert oncology.arxiv_categories == ["mesh:neoplasms"]
    assert late.topics.get() == oncology

    admin_client.post(PAGE, {**choice, "_undo": "1"})
    oncology.refresh_from_db()
    assert oncology.arxiv_categories == []
    assert not late.topics.exists()


@pytest.mark.parametrize(
    ("category", "topic"),
    [("mesh:unknown", None), ("", None), ("mesh:neoplasms", "0"), ("mesh:neoplasms", "x"), ("m" * 300, None)],
)
def test_an_unknown_category_or_topic_changes_nothing(admin_client, oncology, category, topic):
    papers_of("mesh:neoplasms", topic=oncology)
    answer = admin_client.post(PAGE, {"category": category, "topic": topic or oncology.pk})
    assert answer.status_code == 302
    oncology.refresh_from_db()
    assert oncology.arxiv_categories == []
    assert admin_client.get(f"{PAGE}?category={category}&topic={topic or oncology.pk}").status_code == 200


def test_the_page_needs_few_queries_however_many_categories_there_are(
    admin_client, oncology, django_assert_max_num_queries
):
    for number in range(30):
        papers_of(f"mesh:heading-{number}", topic=oncology)
    with django_assert_max_num_queries(20):
        admin_client.get(reverse("admin:topic_categories"))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("mesh:breast-neoplasms", "MeSH: breast neoplasms"),
        ("cs.LG", "arXiv: cs.LG"),
        ("biorxiv:cell-biology", "bioRxiv: cell biology"),
        ("europepmc:cell-biology", "Europe PMC: cell biology"),
        ("other:thing", "other: thing"),
    ],
)
def test_a_category_is_shown_in_readable_form(name, label):
    assert readable_category(name) == label
