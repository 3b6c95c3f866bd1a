"""The banner: topics, and an address to send what is about them to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from subscriptions.forms.fields import LEADING, AddressField, KeysField, TopicsField
from subscriptions.forms.rhythm import RhythmForm
from subscriptions.signing_up import wording

# Papers one may have an opinion on before signing up.
MOST_ANSWERS = 20


class TopicsForm(forms.Form):
    """What somebody would like to read, with or without an address."""

    topics = TopicsField()
    # Papers by key, as somebody answered who has not signed up yet.
    liked = KeysField(most=MOST_ANSWERS)
    disliked = KeysField(most=MOST_ANSWERS)

    @property
    def said(self) -> dict[int, str]:
        """The answers by paper, once the form is valid; whoever likes and dislikes the same likes it."""
        given = self.cleaned_data
        return dict.fromkeys(given["disliked"], "less") | dict.fromkeys(given["liked"], "more")


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
    def is_from_a_program(self) -> bool:
        """Whether the field was filled in that people do not see."""
        return bool(self.data.get("website"))
