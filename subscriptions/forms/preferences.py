"""All a subscriber can change, and asking for the link to it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from subscriptions import schedule, wishes
from subscriptions.forms.fields import HALF_HOURS, AddressField, HourField
from subscriptions.forms.rhythm import RhythmForm
from subscriptions.forms.wishes import Row, WeightsField, authors, phrases
from subscriptions.models import Breadth, Channel, Subscriber
from subscriptions.models.subscriber import MOST_PAPERS
from subscriptions.wishes import Wishes

LONGEST_PAUSE = timedelta(days=366)
# In percent.
MATCHES = {
    0: "whenever something fits",
    30: "when one fits by 30 % or more",
    50: "when one fits by 50 % or more",
    70: "when one fits by 70 % or more",
}


class PreferencesForm(RhythmForm):
    """All a subscriber can change."""

    topics = WeightsField()
    follow = phrases(
        "Words to follow", "One word or phrase a line. It counts where it stands in a title or an abstract."
    )
    mute = phrases("Words to mute", "A paper with one of these never comes, whatever else speaks for it.")
    authors = authors()
    max_papers = forms.IntegerField(label="Papers, at most", min_value=3, max_value=MOST_PAPERS)
    reading_minutes = forms.IntegerField(
        label="Reading time in minutes",
        required=False,
        min_value=2,
        max_value=120,
        help_text="As many papers as you can look through in this time. Leave it empty for no limit but the number.",
    )
    least_match = forms.TypedChoiceField(label="Send a digest", coerce=int, choices=list(MATCHES.items()), initial=0)
    breadth = forms.ChoiceField(
        label="Choose from",
        choices=Breadth.choices,
        required=False,
        initial=Breadth.EDITION,
        help_text="What is in no edition comes as a second part of the mail, and only what fits you.",
    )
    max_more = forms.IntegerField(
        label="Of everything new, at most", min_value=3, max_value=MOST_PAPERS, required=False
    )
    channel = forms.ChoiceField(label="Digests come", choices=Channel.choices, initial=Channel.MAIL)
    paused_until = forms.DateField(
        label="Pause until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Please write the day as year-month-day, such as 2026-03-29."},
        help_text="The first day on which digests come again. On it one digest brings the best of all that you missed.",
    )

    def __init__(self, *args: Any, subscriber: Subscriber, **kwargs: Any) -> None:
        self.subscriber = subscriber
        super().__init__(*args, initial=self._current(), **kwargs)
        hour, match = self.fields["local_time"], self.fields["least_match"]
        if subscriber.local_time not in HALF_HOURS and isinstance(hour, HourField):
            hour.choices = HourField.choices_with(sorted([*HALF_HOURS, subscriber.local_time]))
        if subscriber.least_match not in MATCHES and isinstance(match, forms.ChoiceField):
            match.choices = [
                *MATCHES.items(),
                (subscriber.least_match, f"when one fits by {subscriber.least_match} % or more"),
            ]

    def _current(self) -> dict[str, Any]:
        subscriber, wanted = self.subscriber, wishes.read(self.subscriber)
        names = ("time_zone", "local_time", "frequency", "weekday", "month_day", "channel")
        amounts = ("max_papers", "reading_minutes", "least_match", "breadth", "max_more")
        return {name: getattr(subscriber, name) for name in (*names, *amounts)} | {
            "chosen_days": sorted(schedule.days_of(subscriber.chosen_days)),
            "topics": wanted.weights,
            "follow": wanted.follow,
            "mute": wanted.mute,
            "authors": wanted.authors,
            "paused_until": subscriber.paused_until if subscriber.is_paused else None,
        }

    @property
    def weights(self) -> list[Row]:
        """The topics to draw."""
        bound = self["topics"]
        field: Any = self.fields["topics"]
        return list(field.rows(field.prepare_value(bound.value()), bound.html_name))

    @property
    def wishes(self) -> Wishes:
        """What is wanted: as the form was filled in once it is valid, as it is saved before."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else self.initial
        return Wishes(given["topics"], given["follow"], given["mute"], given["authors"])

    @property
    def wanted_more(self) -> int:
        """How many papers the second part may have, once the form is valid; 0 where none is wanted."""
        given = self.cleaned_data
        return int(given["max_more"]) if given["breadth"] == Breadth.EVERYTHING else 0

    def clean_breadth(self) -> str:
        """Return what is set where nothing was given."""
        return str(self.cleaned_data["breadth"] or self.subscriber.breadth)

    def clean_max_more(self) -> int:
        """Return what is set where nothing was given."""
        return int(self.cleaned_data["max_more"] or self.subscriber.max_more)

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
