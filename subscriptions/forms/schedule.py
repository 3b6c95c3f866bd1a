"""The schedule form: how often and when digests should arrive."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS

from subscriptions import schedule, time_zones
from subscriptions.forms.fields import HourField
from subscriptions.models import Frequency, Subscriber
from subscriptions.wording import LAST, ordinal

# The model's defaults, for when the form does not show the field or nothing was chosen.
DEFAULT_SCHEDULE = schedule.ScheduleFields.of(Subscriber())


class TimeZoneField(forms.ChoiceField):
    """A time zone from the lists, or an alias of one: a browser may send it, or a reader may still have it stored."""

    def __init__(self) -> None:
        errors = {"invalid_choice": "We don’t know this time zone. Please choose one from the list."}
        super().__init__(
            label="Time zone", choices=time_zones.by_region, initial=DEFAULT_SCHEDULE.time_zone, error_messages=errors
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> "TimeZoneField":
        """Return a new field: every form may have its own list."""
        return type(self)()

    def valid_value(self, value: Any) -> bool:
        """Return whether there is a zone of this name."""
        return bool(time_zones.known_as(str(value)))

    def clean(self, value: Any) -> str:
        """Return the zone as the lists name it."""
        return time_zones.listed_as(str(super().clean(value)))

    def show_present_times(self, at: datetime, chosen: str) -> None:
        """List the zones with the time there, and also the chosen one if the lists do not have it."""
        groups = time_zones.with_present_time(at)
        if chosen not in {name for _, zones in groups for name, _ in zones}:
            groups[0][1].append((chosen, time_zones.place_label(chosen)))
        self.choices = groups


class ScheduleForm(forms.Form):
    """How often and when; the frequency decides which of the three day fields counts."""

    time_zone = TimeZoneField()
    local_time = HourField()
    frequency = forms.ChoiceField(label="How often", choices=Frequency.choices, initial=DEFAULT_SCHEDULE.frequency)
    weekday = forms.ChoiceField(
        label="On", choices=list(WEEKDAYS.items()), required=False, initial=DEFAULT_SCHEDULE.weekday
    )
    chosen_days = forms.MultipleChoiceField(
        label="On",
        choices=[(day, str(name)[:3]) for day, name in WEEKDAYS.items()],
        required=False,
        initial=sorted(schedule.days_of(DEFAULT_SCHEDULE.chosen_days)),
        widget=forms.CheckboxSelectMultiple,
    )
    month_day = forms.ChoiceField(
        label="On the",
        choices=[*((day, ordinal(day)) for day in range(1, LAST)), (LAST, "last day")],
        required=False,
        initial=DEFAULT_SCHEDULE.month_day,
    )

    @staticmethod
    def initial_of(chosen: schedule.ScheduleFields) -> dict[str, Any]:
        """Return the initial values that show what someone chose."""
        return {**chosen._asdict(), "chosen_days": sorted(schedule.days_of(chosen.chosen_days))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["local_time"].initial = DEFAULT_SCHEDULE.local_time

    def clean_weekday(self) -> int:
        """Return the day as a number; Monday if none was given."""
        return int(self.cleaned_data["weekday"] or DEFAULT_SCHEDULE.weekday)

    def clean_month_day(self) -> int:
        """Return the day of the month; the first if none was given."""
        return int(self.cleaned_data["month_day"] or DEFAULT_SCHEDULE.month_day)

    def clean_chosen_days(self) -> int:
        """Return the days as bits; Monday to Friday if none count."""
        days = frozenset(map(int, self.cleaned_data["chosen_days"]))
        if not days and self.cleaned_data.get("frequency") == Frequency.DAYS:
            raise forms.ValidationError("Please choose at least one day.")
        return schedule.bits_of(days) if days else DEFAULT_SCHEDULE.chosen_days
