"""The banner: topics, and an address to send what is about them to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from subscriptions.forms.fields import LEADING, AddressField, KeysField, TopicsField
from subscriptions.forms.rhythm import RhythmForm
from subscriptions.forms.wishes import phrases
from subscriptions.models import Topic
from subscriptions.signing_up import wording

# Papers one may have an opinion on before signing up.
MOST_ANSWERS = 20


class TopicsForm(forms.Form):
    """What somebody would like to read, with or without an address."""

    topics = TopicsField()
    follow = phrases("Words to follow", "")
    # Papers by key, as somebody answered who has not signed up yet.
    liked = KeysField(most=MOST_ANSWERS)
    disliked = KeysField(most=MOST_ANSWERS)

    @property
    def said(self) -> dict[int, str]:
        """The answers by paper, once the form is valid; whoever likes and dislikes the same likes it."""
        given = self.cleaned_data
        return dict.fromkeys(given["disliked"], "less") | dict.fromkeys(given["liked"], "more")


class SearchedForm(forms.Form):
    """What one searched for, in the address of a link to sign up: its words become one phrase."""

    q = phrases("Words", "")
    topic = forms.ModelChoiceField(Topic.objects.all(), required=False, to_field_name="slug")

    @property
    def wanted(self) -> dict[str, Any]:
        """What it comes to in the form of signing up, as initial values; what is unfit to follow is left out."""
        self.is_valid()
        given = self.cleaned_data
        topic = given.get("topic")
        return {"follow": given.get("q", ()), "topics": [str(topic.pk)] if topic else []}

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
        many = {"topics", "chosen_days", "liked", "disliked"}
        return {name: data.getlist(name) if name in many else data[name] for name in cls.base_fields if name in data}

    @property
    def choices(self) -> dict[str, Any]:
        """All that was chosen, once the form is valid."""
        return {**self.cleaned_data, "said": self.said}

    @property
    def wording(self) -> str:
        """What one agrees to by signing up."""
        return wording()

    @property
    def leading_topics(self) -> list[BoundWidget]:
        """The boxes that are seen at once."""
        return self["topics"].subwidgets[:LEADING]

    @property
    def further_topics(self) -> list[BoundWidget]:
        """The boxes that unfold."""
        return self["topics"].subwidgets[LEADING:]

    @property
    def unfolds(self) -> bool:
        """Whether a box is ticked that one would not see."""
        return self.is_bound or any(topic.data["selected"] for topic in self.further_topics)

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field was filled in that people do not see."""
        return bool(self.data.get("website"))
