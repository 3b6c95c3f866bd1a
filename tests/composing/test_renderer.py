"""From a frozen digest to subject, text and HTML."""

import re
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser

import pytest

from digest.composing.errors import ComposeError
from digest.composing.message import compose
from digest.composing.renderer import HTML_BYTES, load_papers, render
from digest.models import Delivery, EditionPaper, Paper, PaperIdentifier
from subscriptions.models import Frequency
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db

LONG_TITLE = "On the Power of the Weisfeiler-Leman Test for Graph Motif Parameters and of Others"


def deliver(*papers, content=None, **subscriber):
    edition = make_edition(*papers)
    frozen = {"papers": content or [[paper.pk, "edition", ""] for paper in papers], "of": 51}
    return make_delivery(make_subscriber(**subscriber), edition, content=frozen)


class Words(HTMLParser):
    """The words of an HTML document that a reader sees."""

    def __init__(self, html):
        super().__init__()
        self.words = []
        self.unseen = 0
        self.feed(html)

    def handle_starttag(self, tag, _):
        self.unseen += tag in {"style", "title"}

    def handle_endtag(self, tag):
        self.unseen -= tag in {"style", "title"}

    def handle_data(self, data):
        if not self.unseen:
            self.words += data.split()


def words_of(html):
    return " ".join(Words(html).words)


def test_the_subject_names_the_first_paper_and_counts_the_others():
    delivery = deliver(make_paper("Graph motifs"), make_paper(), make_paper())

    assert render(delivery).subject == "Graph motifs and 2 more"


def test_the_subject_of_a_single_paper_is_its_title():
    assert render(deliver(make_paper("Graph motifs"))).subject == "Graph motifs"


def test_a_long_subject_is_cut_at_a_word_within_78_characters():
    subject = render(deliver(make_paper(LONG_TITLE), *(make_paper() for _ in range(9)))).subject

    assert subject == "On the Power of the Weisfeiler-Leman Test for Graph Motif… and 9 more"
    assert len(subject) <= 78


@pytest.mark.parametrize("title", ["Two\r\nBcc: all@example.org", "Two\x07\x1b lines\u2028and more", "Back\u202ewards"])
def test_the_subject_has_no_line_break_and_no_control_character(title):
    delivery = deliver(make_paper(title))

    subject = render(delivery).subject
    assert subject.isprintable()
    assert compose(delivery).message()["Bcc"] is None


def test_text_and_html_hold_the_same_papers_with_their_reasons():
    papers = [make_paper("First one"), make_paper("Second one"), make_paper("Third one")]
    codes = [("topic", "Graph learning"), ("pinned", ""), ("edition", "")]
    delivery = deliver(*papers, content=[[paper.pk, *code] for paper, code in zip(papers, codes, strict=True)])

    rendered = render(delivery)

    expected_order = [
        "Because you follow Graph learning",
        "First one",
        "Picked by the curator",
        "Second one",
        "In this edition",
    ]
    pattern = ".*".join(map(re.escape, [*expected_order, "Third one"]))
    assert re.search(pattern, rendered.text, re.DOTALL)
    assert re.search(pattern, words_of(rendered.html))


def test_a_paper_is_shown_with_authors_abstract_and_links():
    paper = make_paper(
        "Graph motifs",
        authors=["Ada Lovelace", "Emmy Noether", "Alan Turing", "Grace Hopper"],
        abstract="sentence " * 200,
        code_url="https://github.com/example/motifs",
    )
    PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value="2309.17053")

    rendered = render(deliver(paper))

    for part in (rendered.text, words_of(rendered.html)):
        assert "Ada Lovelace, Emmy Noether and 2 others" in part
        assert 20 < part.count("sentence") < 60
    for link in (
        f"http://localhost:8000/papers/{paper.pk}",
        "https://arxiv.org/abs/2309.17053",
        "https://arxiv.org/pdf/2309.17053",
        "https://github.com/example/motifs",
    ):
        assert link in rendered.text
        assert f'href="{link}"' in rendered.html


def test_the_header_gives_the_day_the_number_chosen_and_the_number_of_candidates():
    paper = make_paper()
    delivery = deliver(paper, content=[[paper.pk, "topic", "Graph learning"]])

    rendered = render(delivery)

    head = "Thursday, 21 August · 1 of 51 papers, chosen for you"
    assert head in rendered.text
    assert head in words_of(rendered.html)


def test_the_preheader_does_not_repeat_the_subject():
    delivery = deliver(make_paper("First one"), make_paper("Second one"), make_paper("Third one"))

    assert words_of(render(delivery).html).startswith("Also: Second one · Third one")


@pytest.mark.parametrize(
    ("fields", "how_often"),
    [
        ({"frequency": Frequency.DAILY}, "every day"),
        ({"frequency": Frequency.WEEKDAYS}, "every weekday"),
        ({"frequency": Frequency.WEEKLY, "weekday": 4}, "every Friday"),
    ],
)
def test_the_footer_says_when_and_why_the_digest_comes(fields, how_often):
    signed_up = datetime(2025, 8, 2, 23, tzinfo=UTC)
    delivery = deliver(
        make_paper(),
        time_zone="Europe/Berlin",
        local_time=time(7),
        confirmed_at=signed_up,
        created_at=signed_up,
        **fields,
    )

    rendered = render(delivery)

    why = f"You’re getting this {how_often} at 07:00 (Europe/Berlin) because you signed up on 3 August."
    assert why in rendered.text
    assert why in words_of(rendered.html)


@pytest.mark.parametrize("name", ["preferences", "unsubscribe", "digests"])
def test_both_parts_link_to_preferences_unsubscribing_and_the_browser_view(name):
    rendered = render(deliver(make_paper()))

    assert f"http://localhost:8000/{name}/" in rendered.text
    assert f'href="http://localhost:8000/{name}/' in rendered.html


def test_both_parts_name_the_senders_postal_address(settings):
    settings.POSTAL_ADDRESS = "Lab & Sons, 1 Road"

    rendered = render(deliver(make_paper()))

    assert "Lab & Sons, 1 Road" in rendered.text
    assert "Lab &amp; Sons, 1 Road" in rendered.html


def test_the_text_of_a_paper_is_never_treated_as_html():
    paper = make_paper(
        "<script>alert(1)</script> & more",
        abstract="<img src=x onerror=alert(1)>",
        authors=["<b>Ada</b>"],
        code_url="javascript:alert(1)",
    )
    delivery = deliver(paper, content=[[paper.pk, "topic", "<i>Topic</i>"]])

    rendered = render(delivery)

    for tag in ("<script", "<img", "<b>", "<i>", "javascript:"):
        assert tag not in rendered.html
    assert "<script>alert(1)</script> & more" in rendered.text
    assert rendered.subject == "<script>alert(1)</script> & more"


def test_a_hidden_or_deleted_paper_is_left_out():
    present, hidden, deleted = make_paper("Kept"), make_paper("Hidden"), make_paper("Deleted")
    delivery = deliver(present, hidden, deleted)
    EditionPaper.objects.filter(paper=hidden).update(placement=EditionPaper.Placement.HIDDEN)
    deleted.delete()

    rendered = render(delivery)

    assert rendered.subject == "Kept"
    assert "Hidden" not in rendered.html
    assert "Deleted" not in rendered.text


def test_a_digest_with_no_papers_left_cannot_be_composed():
    delivery = deliver(make_paper())
    Paper.objects.all().delete()

    with pytest.raises(ComposeError, match="none of its papers"):
        render(delivery)


def test_a_digest_whose_subscriber_is_gone_cannot_be_composed():
    delivery = deliver(make_paper())
    delivery.subscriber.delete()

    with pytest.raises(ComposeError, match="subscriber no longer exists"):
        compose(Delivery.objects.get())


def test_thirty_papers_with_long_abstracts_stay_below_the_size_mail_clients_clip():
    papers = [
        make_paper(
            f"{number} " + "Very long title of a paper " * 6,
            abstract="Lengthy “words” & more. " * 200,
            authors=["Ada"] * 40,
        )
        for number in range(30)
    ]
    for paper in papers:
        PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value=f"2309.{paper.pk:05}")

    assert len(render(deliver(*papers)).html.encode()) < 80 * 1024 < HTML_BYTES


def test_a_digest_that_would_be_clipped_is_refused(monkeypatch):
    delivery = deliver(make_paper("Endless " * 15_000))

    with pytest.raises(ComposeError, match="clip"):
        render(delivery)


def test_twice_the_deliveries_in_a_batch_need_no_more_queries(django_assert_num_queries):
    papers = [make_paper() for _ in range(10)]
    edition = make_edition(*papers)
    for _ in range(6):
        make_delivery(make_subscriber(), edition)

    for size in (3, 6):
        deliveries = list(Delivery.objects.select_related("subscriber", "edition")[:size])
        with django_assert_num_queries(2):
            loaded = load_papers(deliveries)
            for delivery in deliveries:
                compose(delivery, loaded)


def test_the_digest_of_an_older_edition_names_its_year():
    delivery = deliver(make_paper(), confirmed_at=datetime(2024, 8, 3, tzinfo=UTC))
    Delivery.objects.update(period=date(2026, 1, 2))

    text = render(Delivery.objects.get()).text

    assert "Thursday, 21 August 2025" in text
    assert "signed up on 3 August 2024" in text
    assert delivery.edition.day.year == 2025
