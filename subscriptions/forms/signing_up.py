"""The sign-up form: topics, and an address to send papers about them to."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.core.validators import slug_re
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from subscriptions.forms.fields import AddressField, KeysField, TopicsField
from subscriptions.forms.preference_fields import authors, chips, own_words, phrases
from subscriptions.forms.schedule import ScheduleForm
from subscriptions.models import Subscriber, Topic
from subscriptions.phrases import MAX_PHRASES
from subscriptions.signing_up import wording

# No link names more topics than this.
MOST_SLUGS = 50
# The most papers that someone can rate before signing up.
MOST_ANSWERS = 64


class TopicsForm(forms.Form):
    """What someone would like to read, with or without an address."""

    topics = TopicsField()
    follow = chips(phrases("Words to follow", ""))
    mute = chips(phrases("Words to mute", ""))
    authors = chips(authors())
    own_words = own_words()
    # Papers by key, from the answers of someone who has not signed up yet.
    liked = KeysField(most=MOST_ANSWERS)
    disliked = KeysField(most=MOST_ANSWERS)
    written = KeysField(most=MOST_ANSWERS)

    @property
    def word_groups(self) -> list[tuple[str, str, list[str]]]:
        """The words and authors that are shown as checkboxes: heading, field name, at most MAX_PHRASES entries."""
        headings = {
            "follow": "You’ll follow",
            "authors": "Authors you’ll follow",
            "mute": "You’ll never get papers with",
        }
        values = {name: str(self[name].value() or "").splitlines()[:MAX_PHRASES] for name in headings}
        return [(heading, name, values[name]) for name, heading in headings.items() if values[name]]

    @property
    def answers(self) -> dict[int, str]:
        """The answers by paper, once the form is valid; if a paper has several, the last of these kinds counts."""
        given = self.cleaned_data
        kinds = {"disliked": "less", "liked": "more", "written": "wrote"}
        return {key: kind for name, kind in kinds.items() for key in given[name]}


class SlugsField(forms.MultipleChoiceField):
    """Any number of slugs; anything that is not a slug is left out."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> "SlugsField":
        """Return a new field: nothing in it changes from form to form."""
        return type(self)()

    def clean(self, value: Any) -> list[str]:
        """Return the slugs."""
        return [slug for slug in value or () if slug_re.fullmatch(slug)][:MOST_SLUGS]


class SearchedForm(forms.Form):
    """What the URL of a sign-up link fills the form with: the words of a search, topics, an address.

    Links and plain forms on other sites lead here too, so anything unsuitable is silently left out.
    """

    q = phrases("Words", "")
    topic = SlugsField()
    email = forms.CharField(required=False, max_length=254)

    @property
    def initial_choices(self) -> dict[str, Any]:
        """The resulting initial values of the sign-up form; anything that cannot be followed is left out."""
        self.is_valid()
        given = self.cleaned_data
        initial = {"follow": given.get("q", ()), "topics": given.get("topic", [])}
        return initial | ({"email": given["email"]} if given.get("email") else {})

    def clean_topic(self) -> list[str]:
        """Return the keys of the topics with these slugs."""
        slugs = self.cleaned_data["topic"]
        return [str(key) for key in Topic.objects.filter(slug__in=slugs).values_list("pk", flat=True)] if slugs else []

    def clean_q(self) -> tuple[str, ...]:
        """Leave out quotation marks: a search ignores them."""
        return tuple(filter(None, (phrase.strip('"“”„ ') for phrase in self.cleaned_data["q"])))


class SignUpForm(TopicsForm, ScheduleForm):
    """The sign-up form: an address, and what to send to it."""

    email = AddressField(refuse_disposable=True)
    # People do not see it; bots fill in every field.
    website = forms.CharField(required=False, label="Leave this empty")

    field_order: Sequence[str] = ("email", "topics", "frequency", "weekday", "local_time", "time_zone")

    @classmethod
    def typed(cls, data: QueryDict) -> dict[str, Any]:
        """Return what someone filled in as initial values, to show it again without validating it."""
        many = {"topics", "chosen_days", "liked", "disliked", "written", "follow", "mute", "authors"}
        return {name: data.getlist(name) if name in many else data[name] for name in cls.base_fields if name in data}

    @property
    def choices(self) -> dict[str, Any]:
        """Everything that was chosen, once the form is valid."""
        return {**self.cleaned_data, "said": self.answers}

    @property
    def wording(self) -> str:
        """The text people agree to by signing up."""
        return wording()

    @property
    def usual_length(self) -> int:
        """How many papers a digest has at most, unless its reader changes that."""
        return int(Subscriber._meta.get_field("max_papers").get_default())

    @property
    def leading_topics(self) -> list[BoundWidget]:
        """The checkboxes that are shown at once."""
        return self["topics"].subwidgets[: self._topics_field.leading]

    @property
    def further_topics(self) -> list[BoundWidget]:
        """The checkboxes that unfold."""
        return self["topics"].subwidgets[self._topics_field.leading :]

    @property
    def topic_groups(self) -> list[tuple[str, list[BoundWidget]]]:
        """The checkboxes that unfold, grouped by the name of the broad topic they are part of; "" if there is none."""
        field = self._topics_field
        by_name = groupby(self.further_topics, key=lambda box: field.broad_name(str(box.data["value"])))
        return [(name, list(boxes)) for name, boxes in by_name]

    @property
    def _topics_field(self) -> TopicsField:
        field = self.fields["topics"]
        assert isinstance(field, TopicsField)  # noqa: S101
        return field

    @property
    def unfolds(self) -> bool:
        """Whether a checkbox is ticked that would otherwise not be seen."""
        return self.is_bound or any(topic.data["selected"] for topic in self.further_topics)

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get("website"))
