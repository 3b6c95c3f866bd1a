"""When the digest should arrive."""

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS

from subscriptions import schedule, time_zones
from subscriptions.forms.fields import HourField
from subscriptions.models import Frequency
from subscriptions.wording import LAST, ordinal

# The model's own, where the form does not show the field or nothing was chosen.
WEEKDAY, CHOSEN_DAYS, MONTH_DAY = 0, frozenset(range(5)), 1


class RhythmForm(forms.Form):
    """How often and when; which of the three kinds of days counts, the frequency tells."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=time_zones.by_region,
        initial="UTC",
        error_messages={"invalid_choice": "This time zone is not known. Please choose one from the list."},
    )
    local_time = HourField()
    frequency = forms.ChoiceField(label="How often", choices=Frequency.choices, initial=Frequency.DAILY)
    weekday = forms.ChoiceField(label="On", choices=list(WEEKDAYS.items()), required=False, initial=WEEKDAY)
    chosen_days = forms.MultipleChoiceField(
        label="On",
        choices=[(day, str(name)[:3]) for day, name in WEEKDAYS.items()],
        required=False,
        initial=sorted(CHOSEN_DAYS),
        widget=forms.CheckboxSelectMultiple,
    )
    month_day = forms.ChoiceField(
        label="On the",
        choices=[*((day, ordinal(day)) for day in range(1, LAST)), (LAST, "last day")],
        required=False,
        initial=MONTH_DAY,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["local_time"].initial = time(7)

    def clean_weekday(self) -> int:
        """Return the day as a number; Monday where none was given."""
        return int(self.cleaned_data["weekday"] or WEEKDAY)

    def clean_month_day(self) -> int:
        """Return the day of the month; the first where none was given."""
        return int(self.cleaned_data["month_day"] or MONTH_DAY)

    def clean_chosen_days(self) -> int:
        """Return the days as bits; Monday to Friday where none count."""
        days = frozenset(map(int, self.cleaned_data["chosen_days"]))
        if not days and self.cleaned_data.get("frequency") == Frequency.DAYS:
            raise forms.ValidationError("Please tick at least one day.")
        return schedule.bits_of(days or CHOSEN_DAYS)
