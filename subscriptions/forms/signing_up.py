"""The banner: topics, and an address to send what is about them to."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.core.validators import slug_re
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from subscriptions.forms.fields import AddressField, KeysField, TopicsField
from subscriptions.forms.preference_fields import authors, chips, own_words, phrases
from subscriptions.forms.rhythm import RhythmForm
from subscriptions.models import Subscriber, Topic
from subscriptions.signing_up import wording

# More topics no link names.
MOST_SLUGS = 50
# Papers one may have an opinion on before signing up.
MOST_ANSWERS = 64


class TopicsForm(forms.Form):
    """What somebody would like to read, with or without an address."""

    topics = TopicsField()
    follow = chips(phrases("Words to follow", ""))
    mute = chips(phrases("Words to mute", ""))
    authors = chips(authors())
    own_words = own_words()
    # Papers by key, as somebody answered who has not signed up yet.
    liked = KeysField(most=MOST_ANSWERS)
    disliked = KeysField(most=MOST_ANSWERS)
    written = KeysField(most=MOST_ANSWERS)

    @property
    def word_groups(self) -> list[tuple[str, str, list[str]]]:
        """The words and authors that are shown as boxes: heading, name of the field, entries."""
        headings = {
            "follow": "You’ll follow",
            "authors": "Authors you’ll follow",
            "mute": "You’ll never get papers with",
        }
        values = {name: str(self[name].value() or "").splitlines() for name in headings}
        return [(heading, name, values[name]) for name, heading in headings.items() if values[name]]

    @property
    def answers(self) -> dict[int, str]:
        """The answers by paper, once the form is valid; of several on one the last of these kinds counts."""
        given = self.cleaned_data
        kinds = {"disliked": "less", "liked": "more", "written": "wrote"}
        return {key: kind for name, kind in kinds.items() for key in given[name]}


class SlugsField(forms.MultipleChoiceField):
    """Slugs, as many as there are; what is none is left out."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> "SlugsField":
        """Nothing in it changes from form to form."""
        return type(self)()

    def clean(self, value: Any) -> list[str]:
        """Return the slugs."""
        return [slug for slug in value or () if slug_re.fullmatch(slug)][:MOST_SLUGS]


class SearchedForm(forms.Form):
    """What the address of a link to sign up fills the form with: the words of a search, topics, an address.

    Links and plain forms of other sites lead here too, so whatever is unfit is left out without a word.
    """

    q = phrases("Words", "")
    topic = SlugsField()
    email = forms.CharField(required=False, max_length=254)

    @property
    def initial_choices(self) -> dict[str, Any]:
        """What it comes to in the form of signing up, as initial values; what is unfit to follow is left out."""
        self.is_valid()
        given = self.cleaned_data
        initial = {"follow": given.get("q", ()), "topics": given.get("topic", [])}
        return initial | ({"email": given["email"]} if given.get("email") else {})

    def clean_topic(self) -> list[str]:
        """Return the keys of the topics that these slugs name."""
        slugs = self.cleaned_data["topic"]
        return [str(key) for key in Topic.objects.filter(slug__in=slugs).values_list("pk", flat=True)] if slugs else []

    def clean_q(self) -> tuple[str, ...]:
        """Leave out quotation marks: a search reads over them."""
        return tuple(filter(None, (phrase.strip('"“”„ ') for phrase in self.cleaned_data["q"])))


class SignUpForm(TopicsForm, RhythmForm):
    """The banner: an address, and what to send to it."""

    email = AddressField(refuse_disposable=True)
    # People do not see it; programs fill in whatever there is.
    website = forms.CharField(required=False, label="Leave this empty")

    field_order: Sequence[str] = ("email", "topics", "frequency", "weekday", "local_time", "time_zone")

    @classmethod
    def typed(cls, data: QueryDict) -> dict[str, Any]:
        """Return what somebody filled in as initial values, to show it again without judging it."""
        many = {"topics", "chosen_days", "liked", "disliked", "written", "follow", "mute", "authors"}
        return {name: data.getlist(name) if name in many else data[name] for name in cls.base_fields if name in data}

    @property
    def choices(self) -> dict[str, Any]:
        """All that was chosen, once the form is valid."""
        return {**self.cleaned_data, "said": self.answers}

    @property
    def wording(self) -> str:
        """What one agrees to by signing up."""
        return wording()

    @property
    def usual_length(self) -> int:
        """How many papers a digest has at most, unless its reader changes that."""
        return int(Subscriber._meta.get_field("max_papers").get_default())

    @property
    def leading_topics(self) -> list[BoundWidget]:
        """The boxes that are seen at once."""
        return self["topics"].subwidgets[: self._topics_field.leading]

    @property
    def further_topics(self) -> list[BoundWidget]:
        """The boxes that unfold."""
        return self["topics"].subwidgets[self._topics_field.leading :]

    @property
    def topic_groups(self) -> list[tuple[str, list[BoundWidget]]]:
        """The boxes that unfold, by the broad topic they are part of, with its name; "" where there is none."""
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
        """Whether a box is ticked that one would not see."""
        return self.is_bound or any(topic.data["selected"] for topic in self.further_topics)

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field was filled in that people do not see."""
        return bool(self.data.get("website"))
