"""The forms: signing up, preferences, asking for a link."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Count
from django.forms.boundfield import BoundWidget
from django.utils import timezone
from django.utils.dates import WEEKDAYS

from subscriptions import addresses, schedule, time_zones
from subscriptions.models import Frequency, Subscriber, Topic
from subscriptions.signing_up import wording

HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
# So many topics stand first, those with most papers; the others follow by name.
LEADING = 7
LONGEST_PAUSE = timedelta(days=366)


class AddressField(forms.CharField):
    """A mail address, checked and in its normal form."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "you@university.edu"})

    def __init__(self, *, refuse_disposable: bool = False) -> None:
        errors = {"required": "Please fill in your address.", "max_length": "No address is that long. Is there a typo?"}
        super().__init__(label="Email address", max_length=254, error_messages=errors)
        self.refuse_disposable = refuse_disposable

    def clean(self, value: Any) -> str:
        """Return the address as mail goes to it."""
        refuse = self.refuse_disposable and settings.REFUSE_DISPOSABLE
        try:
            return addresses.clean(super().clean(value), refuse_disposable=refuse)
        except addresses.BadAddress as error:
            raise forms.ValidationError(str(error), code="address") from error


class TopicsField(forms.MultipleChoiceField):
    """Topics to tick; none ticked is the whole edition. One query, whatever is ticked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        errors = {"invalid_choice": "One of the topics is no longer there. Please tick again."}
        super().__init__(label="Topics", required=False, choices=self._read, error_messages=errors)
        self._topics: dict[str, Topic] | None = None

    def _read(self) -> list[tuple[str, str]]:
        if self._topics is None:
            by_papers = list(Topic.objects.annotate(tagged=Count("tags")).order_by("-tagged", "name"))
            ordered = by_papers[:LEADING] + sorted(by_papers[LEADING:], key=lambda topic: topic.name)
            self._topics = {str(topic.pk): topic for topic in ordered}
        return [(key, topic.name) for key, topic in self._topics.items()]

    def __deepcopy__(self, memo: dict[int, Any]) -> "TopicsField":
        """Every form reads the topics anew."""
        return type(self)()

    def clean(self, value: Any) -> list[Topic]:
        """Return the topics that were ticked."""
        chosen = set(super().clean(value))
        return [topic for key, topic in (self._topics or {}).items() if key in chosen]


class HourField(forms.TypedChoiceField):
    """A time of day in steps of half an hour."""

    def __init__(self) -> None:
        errors = {"invalid_choice": "Please choose an hour from the list.", "required": "Please choose an hour."}
        super().__init__(label="Time", choices=self.choices_with(HALF_HOURS), coerce=time.fromisoformat)
        self.error_messages |= errors

    @staticmethod
    def choices_with(times: Sequence[time]) -> list[tuple[str, str]]:
        """Return the choices for some times of day."""
        return [(f"{at:%H:%M}", f"{at:%H:%M}") for at in times]

    def prepare_value(self, value: Any) -> Any:
        """Write a time as the choices do."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


class RhythmForm(forms.Form):
    """What is asked of everybody: topics, and when the digest should arrive."""

    topics = TopicsField()
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=time_zones.by_region,
        initial="UTC",
        error_messages={"invalid_choice": "This time zone is not known. Please choose one from the list."},
    )
    local_time = HourField()
    frequency = forms.ChoiceField(label="How often", choices=Frequency.choices, initial=Frequency.DAILY)
    # Only a weekly digest has a day.
    weekday = forms.ChoiceField(label="On", choices=list(WEEKDAYS.items()), required=False, initial=0)

    field_order: Sequence[str] = ("email", "topics", "frequency", "weekday", "local_time", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["local_time"].initial = time(7)

    def clean_weekday(self) -> int:
        """Return the day as a number; Monday where none was given."""
        return int(self.cleaned_data["weekday"] or 0)


class SignUpForm(RhythmForm):
    """The banner: an address, and what to send to it."""

    email = AddressField(refuse_disposable=True)
    # People do not see it; programs fill in whatever there is.
    website = forms.CharField(required=False, label="Leave this empty")

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


class PreferencesForm(RhythmForm):
    """All a subscriber can change."""

    max_papers = forms.IntegerField(label="Papers in a digest, at most", min_value=3, max_value=30)
    paused_until = forms.DateField(
        label="Pause until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Please write the day as year-month-day, such as 2026-03-29."},
        help_text="The first day on which mail should come again. Leave it empty to get mail now.",
    )

    field_order = (*RhythmForm.field_order, "max_papers", "paused_until")

    def __init__(self, *args: Any, subscriber: Subscriber, **kwargs: Any) -> None:
        self.subscriber = subscriber
        super().__init__(*args, initial=self._current(), **kwargs)
        hour = self.fields["local_time"]
        if subscriber.local_time not in HALF_HOURS and isinstance(hour, HourField):
            hour.choices = HourField.choices_with(sorted([*HALF_HOURS, subscriber.local_time]))

    def _current(self) -> dict[str, Any]:
        subscriber = self.subscriber
        names = ("time_zone", "local_time", "frequency", "weekday", "max_papers")
        return {name: getattr(subscriber, name) for name in names} | {
            "topics": [str(topic) for topic in subscriber.follows.values_list("topic_id", flat=True)],
            "paused_until": subscriber.paused_until if subscriber.is_paused else None,
        }

    def clean(self) -> dict[str, Any]:
        """Let a pause end on a day to come, on the subscriber's own calendar."""
        cleaned = super().clean() or self.cleaned_data
        until, zone = cleaned.get("paused_until"), cleaned.get("time_zone")
        if until and zone:
            today = schedule.local_date(timezone.now(), zone)
            if until <= today:
                self.add_error("paused_until", "This day is over or has begun. Please choose a day to come.")
            elif until > today + LONGEST_PAUSE:
                self.add_error("paused_until", "Please choose a day within a year. To stop for good, unsubscribe.")
        return cleaned


class LinkForm(forms.Form):
    """Ask for a link by address."""

    email = AddressField()
