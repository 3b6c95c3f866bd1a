"""What a reader wants: topics with weights, words and authors, saved as the form says, whatever is typed."""

import pytest

from subscriptions import links, preferences
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import AuthorFollow, Channel, Follow, Frequency, Rule, Weight
from subscriptions.preferences import Preferences
from tests.support.factories import make_subscriber, make_topic
from tests.support.html import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def reader():
    return make_subscriber()


def save(client, reader, **fields):
    names = ("time_zone", "frequency", "weekday", "month_day", "max_papers", "least_match", "channel")
    fields = {name: getattr(reader, name) for name in names} | {"local_time": "07:00"} | fields
    address = f"/preferences/{links.token(Purpose.PREFERENCES, reader)}"
    answer = client.post(address, fields, follow=True)
    reader.refresh_from_db()
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("step", ["more", "normal", "less", "never"])
def test_a_topic_gets_the_weight_of_its_step(client, reader, step):
    topic = make_topic()

    save(client, reader, **{f"topics-{topic.pk}": step})

    assert Follow.objects.get().weight == Weight[step.upper()]


def test_a_topic_that_is_off_is_not_followed(client):
    topic = make_topic()
    reader = make_subscriber(follows=[topic])

    save(client, reader, **{f"topics-{topic.pk}": "off"})

    assert not Follow.objects.exists()


def test_words_and_authors_are_saved_one_per_line_without_duplicates(client, reader):
    save(
        client, reader, follow="optimal transport\r\n\r\n Optimal  Transport\r\nC++", authors="Kurt Gödel\nGödel, Kurt"
    )

    assert list(Rule.objects.values_list("kind", "phrase")) == [("follow", "C++"), ("follow", "optimal transport")]
    assert AuthorFollow.objects.get().name == "Kurt Gödel"


def test_entries_removed_from_the_form_are_gone_and_the_others_are_not_touched(client, reader):
    preferences.keep(reader, Preferences(follow=("keep", "drop"), mute=("gone",), authors=("Ada Lovelace",)))
    kept_rule = Rule.objects.get(phrase="keep").pk

    save(client, reader, follow="keep")

    assert [(rule.pk, rule.phrase) for rule in Rule.objects.all()] == [(kept_rule, "keep")]
    assert not AuthorFollow.objects.exists()


def test_the_form_shows_what_is_saved(client, reader):
    preferences.keep(
        reader, Preferences(follow=("optimal transport",), mute=("blockchain",), authors=("Ada Lovelace",))
    )

    html = html_of(client.get(f"/preferences/{links.token(Purpose.PREFERENCES, reader)}"))

    texts = [area.text for area in html.all("textarea")]
    for words in ("optimal transport", "blockchain", "Ada Lovelace"):
        assert words in texts


def test_muting_something_you_follow_is_allowed_and_the_page_says_which_wins(client, reader):
    _, html = save(client, reader, follow="graphs\ntrees", mute="Graphs")

    assert "You follow and mute “Graphs”. Muting wins" in html
    assert Rule.objects.count() == 3


def test_without_a_contradiction_the_page_says_nothing_about_one(client, reader):
    assert "Muting wins" not in save(client, reader, follow="graphs", mute="trees")[1]


def test_a_pattern_is_saved_as_plain_text(client, reader):
    save(client, reader, mute="(a+)+$\n.*")

    assert sorted(Rule.objects.values_list("phrase", flat=True)) == ["(a+)+$", ".*"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"follow": "\n".join(f"word {n}" for n in range(1000))},
            "That’s 1,000 words and phrases. Please enter 500 at most.",
        ),
        ({"authors": "\n".join(f"Name {n}" for n in range(501))}, "That’s 501 authors. Please enter 500 at most."),
        ({"mute": "w" * 101}, "longer than 100 characters"),
        # One character that becomes eighteen in a comparison.
        ({"mute": "\ufdfa" * 20}, "longer than 100 characters"),
        ({"frequency": "days", "chosen_days": []}, "Please choose at least one day."),
        ({"chosen_days": ["7"]}, "Select a valid choice"),
        ({"month_day": "32"}, "Select a valid choice"),
        ({"reading_minutes": "1"}, "greater than or equal to 2"),
        ({"reading_minutes": "9999"}, "less than or equal to 120"),
        ({"least_match": "101"}, "Select a valid choice"),
        ({"channel": "fax"}, "Select a valid choice"),
    ],
)
def test_bad_input_gets_an_error_message_and_changes_nothing(client, reader, fields, words):
    preferences.keep(reader, Preferences(follow=("kept",)))

    status, html = save(client, reader, **fields)

    assert status == 422
    assert words in html
    assert list(Rule.objects.values_list("phrase", flat=True)) == ["kept"]


def test_five_hundred_words_are_saved_in_few_queries(client, reader, django_assert_max_num_queries):
    lines = "\n".join(f"word {number}" for number in range(500))

    with django_assert_max_num_queries(45):
        status, _ = save(client, reader, follow=lines, mute=lines, authors=lines)

    assert status == 200
    assert Rule.objects.count() == 1000
    assert AuthorFollow.objects.count() == 500


def test_lines_of_nothing_but_punctuation_name_no_author(client, reader):
    save(client, reader, authors="---\n, ,\nAda Lovelace")

    assert AuthorFollow.objects.get().name == "Ada Lovelace"


def test_how_often_and_how_much_are_saved(client, reader):
    save(
        client,
        reader,
        frequency="days",
        chosen_days=["0", "3"],
        reading_minutes="10",
        least_match="50",
        channel="feed",
    )

    assert (reader.frequency, reader.chosen_days) == (Frequency.DAYS, 0b1001)
    assert (reader.reading_minutes, reader.least_match, reader.channel) == (10, 50, Channel.FEED)
    # Monday or Thursday, and today's seven o'clock has passed.
    assert f"{reader.next_digest_at:%a %d %H:%M}" == "Mon 25 07:00"


def test_a_least_match_set_by_hand_stays_among_the_choices(client):
    reader = make_subscriber(least_match=42)

    save(client, reader, max_papers="5")

    assert (reader.least_match, reader.max_papers) == (42, 5)


def test_signing_up_again_with_topics_drops_refused_ones(reader):
    followed, refused = make_topic("Wanted"), make_topic("Refused")
    preferences.keep(reader, Preferences(weights={refused.pk: Weight.NEVER}))

    reader.follow([followed])

    assert preferences.preferences_of(reader).weights == {followed.pk: Weight.NORMAL}
