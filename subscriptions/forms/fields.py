"""Form fields: an address, topics, a time of day."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms
from django.conf import settings

from subscriptions import addresses, hooks
from subscriptions.models import Topic

HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
# This many topics come first, by `hooks.topic_counts`; the others follow by name.
LEADING = 7


class AddressField(forms.CharField):
    """An email address, validated and normalised."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "you@university.edu"})

    def __init__(self, *, refuse_disposable: bool = False) -> None:
        errors = {
            "required": "Please enter your email address.",
            "max_length": "This address is too long.",
        }
        super().__init__(label="Email address", max_length=254, error_messages=errors)
        self.refuse_disposable = refuse_disposable

    def clean(self, value: Any) -> str:
        """Return the normalised address."""
        refuse = self.refuse_disposable and settings.REFUSE_DISPOSABLE
        try:
            return addresses.clean_address(super().clean(value), refuse_disposable=refuse)
        except addresses.BadAddress as error:
            raise forms.ValidationError(str(error), code="address") from error


class DayInput(forms.DateInput):
    """A browser's own date field, which is empty unless the date is in the form 2026-03-29, whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TopicsField(forms.MultipleChoiceField):
    """Topics to tick; if none is ticked, the curator's order counts. One query, whatever is ticked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        errors = {"invalid_choice": "One of the topics no longer exists. Please choose again."}
        super().__init__(label="Topics", required=False, choices=self._read, error_messages=errors)
        self._topics: dict[str, Topic] | None = None

    def _read(self) -> list[tuple[str, str]]:
        if self._topics is None:
            most_first = [f"-{count}" for count in hooks.topic_counts]
            topics = list(Topic.objects.annotate(**hooks.topic_counts).order_by(*most_first, "name"))
            ordered = _in_two_parts(topics)
            self._topics = {str(topic.pk): topic for topic in ordered}
        return [(key, topic.name) for key, topic in self._topics.items()]

    @property
    def leading(self) -> int:
        """How many are shown at once: the broad ones, if there are narrower ones within them."""
        self._read()
        topics = (self._topics or {}).values()
        is_in_levels = any(topic.parent_id for topic in topics)
        return sum(topic.parent_id is None for topic in topics) if is_in_levels else LEADING

    def broad_name(self, key: str) -> str:
        """Return the name of the broad topic that a topic is part of; "" if it is part of none."""
        topic = (self._topics or {}).get(key)
        return self._topics[str(topic.parent_id)].name if self._topics and topic and topic.parent_id else ""

    def __deepcopy__(self, memo: dict[int, Any]) -> "TopicsField":
        """Return a new field: every form reads the topics again."""
        return type(self)()

    def clean(self, value: Any) -> list[Topic]:
        """Return the topics that were ticked."""
        chosen = set(super().clean(value))
        return [topic for key, topic in (self._topics or {}).items() if key in chosen]


def _in_two_parts(topics: list[Topic]) -> list[Topic]:
    """Return topics, given with the most papers first, in the order they are shown: first those shown at once.

    If there are broad topics, they come first, and the others follow by broad topic and name.
    """
    if not any(topic.parent_id for topic in topics):
        return topics[:LEADING] + sorted(topics[LEADING:], key=lambda topic: topic.name)
    names = {topic.pk: topic.name for topic in topics}
    broad = [topic for topic in topics if topic.parent_id is None]
    narrow = [topic for topic in topics if topic.parent_id]
    return broad + sorted(narrow, key=lambda topic: (names[topic.parent_id or 0], topic.name))


class HourField(forms.TypedChoiceField):
    """A time of day in steps of half an hour."""

    def __init__(self) -> None:
        errors = {"invalid_choice": "Please choose a time from the list.", "required": "Please choose a time."}
        super().__init__(label="Time", choices=self.choices_with(HALF_HOURS), coerce=time.fromisoformat)
        self.error_messages |= errors

    @staticmethod
    def choices_with(times: Sequence[time]) -> list[tuple[str, str]]:
        """Return the choices for some times of day."""
        return [(f"{at:%H:%M}", f"{at:%H:%M}") for at in times]

    def prepare_value(self, value: Any) -> Any:
        """Return a time in the format of the choices."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


class KeysField(forms.TypedMultipleChoiceField):
    """Keys of rows that another part of the program knows: whole numbers in hidden inputs, at most `most` of them."""

    widget = forms.MultipleHiddenInput
    # No database has a key beyond this.
    greatest = 2**63 - 1

    def __init__(self, *, most: int) -> None:
        super().__init__(required=False, coerce=int, empty_value=[])
        self.most = most

    def __deepcopy__(self, memo: dict[int, Any]) -> "KeysField":
        """Return a new field: nothing in it changes from form to form."""
        return type(self)(most=self.most)

    def valid_value(self, value: Any) -> bool:
        """Return whether a value can be a key."""
        text = str(value)
        return text.isascii() and text.isdecimal() and int(text) <= self.greatest

    def clean(self, value: Any) -> list[int]:
        """Return the keys; raise ValidationError if one is not a key, or there are too many."""
        keys = list(dict.fromkeys(super().clean(value)))
        if len(keys) > self.most:
            raise forms.ValidationError(f"Please choose at most {self.most} papers.")
        return keys
