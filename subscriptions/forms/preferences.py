"""The preferences form, and the form that requests a link to it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from subscriptions import preferences, schedule
from subscriptions.forms.fields import HALF_HOURS, AddressField, DayInput, HourField
from subscriptions.forms.preference_fields import WeightRow, WeightsField, authors, own_words, phrases
from subscriptions.forms.schedule import ScheduleForm, TimeZoneField
from subscriptions.models import Breadth, Channel, Frequency, Subscriber
from subscriptions.models.subscriber import MOST_PAPERS
from subscriptions.preferences import Preferences

MAX_PAUSE = timedelta(days=366)
# Each is one click away.
QUICK_FREQUENCIES = (Frequency.DAILY, Frequency.WEEKDAYS, Frequency.WEEKLY)
# In percent.
MATCHES = {
    0: "whenever something matches",
    30: "when at least one paper is a 30% match or better",
    50: "when at least one paper is a 50% match or better",
    70: "when at least one paper is a 70% match or better",
}


class PreferencesForm(ScheduleForm):
    """Everything a subscriber can change."""

    topics = WeightsField()
    follow = phrases("Words to follow", "One word or phrase per line. Matches titles and abstracts.")
    mute = phrases(
        "Words to mute", "You’ll never get a paper with one of these, even if it matches something else you follow."
    )
    authors = authors()
    own_words = own_words()
    max_papers = forms.IntegerField(label="Papers per digest", min_value=3, max_value=MOST_PAPERS)
    reading_minutes = forms.IntegerField(
        label="Reading time in minutes",
        required=False,
        min_value=2,
        max_value=120,
        help_text="We’ll send as many papers as you can skim in this time. Leave it empty for no time limit.",
    )
    least_match = forms.TypedChoiceField(label="Send a digest", coerce=int, choices=list(MATCHES.items()))
    breadth = forms.ChoiceField(
        label="Choose from",
        choices=Breadth.choices,
        required=False,
        help_text="Papers outside the editions come as an extra section of the email, and only if they match.",
    )
    max_more = forms.IntegerField(
        label="Papers in the extra section", min_value=3, max_value=MOST_PAPERS, required=False
    )
    channel = forms.ChoiceField(label="Deliver by", choices=[(Channel.MAIL, "Email"), (Channel.FEED, "Feed only")])
    paused_until = forms.DateField(
        label="Pause until",
        required=False,
        widget=DayInput,
        error_messages={"invalid": "Please enter the date as year-month-day, for example 2026-03-29."},
        help_text="The day your digests start again. The first one brings the best of what you missed.",
    )

    def __init__(self, *args: Any, subscriber: Subscriber, **kwargs: Any) -> None:
        self.subscriber = subscriber
        super().__init__(*args, initial=self._current(), **kwargs)
        hour, match, zone = (self.fields[name] for name in ("local_time", "least_match", "time_zone"))
        if isinstance(zone, TimeZoneField):
            zone.show_present_times(timezone.now(), self.initial["time_zone"])
        if subscriber.local_time not in HALF_HOURS and isinstance(hour, HourField):
            hour.choices = HourField.choices_with(sorted([*HALF_HOURS, subscriber.local_time]))
        if subscriber.least_match not in MATCHES and isinstance(match, forms.ChoiceField):
            match.choices = [
                *MATCHES.items(),
                (subscriber.least_match, f"when at least one paper is a {subscriber.least_match}% match or better"),
            ]

    def _current(self) -> dict[str, Any]:
        subscriber, stored = self.subscriber, preferences.preferences_of(self.subscriber)
        names = ("channel", "max_papers", "reading_minutes", "least_match", "breadth", "max_more", "own_words")
        return {
            **self.initial_of(subscriber.schedule_fields),
            **{name: getattr(subscriber, name) for name in names},
            "topics": stored.weights,
            "follow": stored.follow,
            "mute": stored.mute,
            "authors": stored.authors,
            "paused_until": subscriber.paused_until if subscriber.is_paused else None,
        }

    @property
    def quick_frequencies(self) -> list[Frequency]:
        """The frequencies that are one click away, from more mails to fewer."""
        return list(QUICK_FREQUENCIES)

    @property
    def words_in_short(self) -> str:
        """How many words and authors are followed and muted, in words."""
        stored = self.preferences
        counts = {"followed": len(stored.follow) + len(stored.authors), "muted": len(stored.mute)}
        parts = [f"{count} {what}" for what, count in counts.items() if count]
        in_short = ", ".join([*parts, *["own words"] * bool(self["own_words"].value())]) or "none yet"
        return in_short[0].upper() + in_short[1:]

    @property
    def has_unclear_words(self) -> bool:
        """Whether something is wrong with the words and authors, so that they must be shown at once."""
        fields = ("follow", "mute", "authors", "own_words")
        return any(self.errors.get(name) for name in fields) or bool(self.preferences.contradictions)

    @property
    def weights(self) -> list[WeightRow]:
        """The topics to render."""
        bound = self["topics"]
        field: Any = self.fields["topics"]
        return list(field.rows(field.prepare_value(bound.value()), bound.html_name))

    @property
    def preferences(self) -> Preferences:
        """The preferences: as entered once the form is valid, as saved before that."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else self.initial
        return Preferences(given["topics"], given["follow"], given["mute"], given["authors"])

    @property
    def max_extra_papers(self) -> int:
        """How many papers the extra section may have, once the form is valid; 0 if none are wanted."""
        given = self.cleaned_data
        return int(given["max_more"]) if given["breadth"] == Breadth.EVERYTHING else 0

    def clean_breadth(self) -> str:
        """Return the breadth, or the stored one if none was given."""
        return str(self.cleaned_data["breadth"] or self.subscriber.breadth)

    def clean_max_more(self) -> int:
        """Return the number, or the stored one if none was given."""
        return int(self.cleaned_data["max_more"] or self.subscriber.max_more)

    def clean(self) -> dict[str, Any]:
        """Require that a pause ends on a future day of the subscriber's own calendar."""
        cleaned = super().clean() or self.cleaned_data
        until, zone = cleaned.get("paused_until"), cleaned.get("time_zone")
        if until and zone:
            today = schedule.local_date(timezone.now(), zone)
            if until <= today:
                self.add_error("paused_until", "Please choose a future date.")
            elif until > today + MAX_PAUSE:
                self.add_error("paused_until", "Please choose a date within a year. To stop for good, unsubscribe.")
        return cleaned


class LinkForm(forms.Form):
    """Request a link by address."""

    email = AddressField()
