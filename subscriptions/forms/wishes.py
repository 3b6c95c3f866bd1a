"""Fields for what somebody wants: a weight for each topic, phrases, names of authors."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.datastructures import MultiValueDict

from subscriptions.models import Topic, Weight
from subscriptions.phrases import LONGEST, MOST, author_key, phrase_key

# Neither followed nor refused.
OFF = "off"
STEPS = {"never": Weight.NEVER, OFF: None, "less": Weight.LESS, "normal": Weight.NORMAL, "more": Weight.MORE}
_NAME_OF = {weight: step for step, weight in STEPS.items()}


class Row(NamedTuple):
    """A topic with the steps one can choose from, and the one chosen."""

    topic: Topic
    name: str
    step: str
    steps: list[str]


class WeightsInput(forms.Widget):
    """One input for each topic, named after it; drawn by a template of ours."""

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:  # noqa: ARG002
        """Return the step of each topic named in the data."""
        start = f"{name}-"
        return {key.removeprefix(start): data[key] for key in data if key.startswith(start)}


class WeightsField(forms.Field):
    """How much of each topic: a step each, in the value a weight by the topic's key. One query, whatever is chosen."""

    widget = WeightsInput

    def __init__(self) -> None:
        super().__init__(label="Topics", required=False)
        self._topics: list[Topic] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> "WeightsField":
        """Every form reads the topics anew."""
        return type(self)()

    @property
    def topics(self) -> list[Topic]:
        """All topics, by name."""
        if self._topics is None:
            self._topics = list(Topic.objects.all())
        return self._topics

    def prepare_value(self, value: Any) -> dict[str, str]:
        """Return steps by topic, whether the value came from a form or from the database."""
        return {
            str(key): step if isinstance(step, str) else _NAME_OF.get(step, OFF) for key, step in (value or {}).items()
        }

    def rows(self, value: Mapping[str, str], name: str) -> list[Row]:
        """Return a row for each topic: those one has an opinion on first."""
        found = [Row(topic, f"{name}-{topic.pk}", value.get(str(topic.pk), OFF), list(STEPS)) for topic in self.topics]
        return sorted(found, key=lambda row: row.step == OFF)

    def clean(self, value: Any) -> dict[int, float]:
        """Return the weights of the topics one has an opinion on."""
        weights, known = {}, {str(topic.pk): topic.pk for topic in self.topics}
        for key, step in (value or {}).items():
            if step not in STEPS:
                raise forms.ValidationError("One of the topics has no such step. Please choose again.")
            weight = STEPS[step]
            if weight is not None and key not in known:
                raise forms.ValidationError("One of the topics is no longer there. Please choose again.")
            if weight is not None:
                weights[known[key]] = float(weight)
        return weights


class LinesField(forms.CharField):
    """One entry a line; the value is the entries, each once."""

    def __init__(self, *, label: str, key: Callable[[str], str], what: str, help_text: str) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"})
        super().__init__(label=label, required=False, widget=widget, help_text=help_text)
        self.key = key
        self.what = what

    def prepare_value(self, value: Any) -> Any:
        """Write entries one a line."""
        return value if isinstance(value, str) else "\n".join(value or ())

    def clean(self, value: Any) -> Any:
        """Return the entries in their order; ValidationError where they are too many, or one is too long."""
        entries: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            entry = " ".join(line.split())
            if max(len(entry), len(self.key(entry))) > LONGEST:
                raise forms.ValidationError(f"“{entry[:30]}…” is longer than {LONGEST} characters.")
            if self.key(entry):
                entries.setdefault(self.key(entry), entry)
        if len(entries) > MOST:
            raise forms.ValidationError(f"At most {MOST} {self.what}, please: these are {len(entries):,}.")
        return tuple(entries.values())


def phrases(label: str, help_text: str) -> LinesField:
    """Return a field for words and phrases."""
    return LinesField(label=label, key=phrase_key, what="words and phrases", help_text=help_text)


def authors() -> LinesField:
    """Return a field for names of authors."""
    help_text = "One a line, with the whole name: “Kurt Gödel” or “Gödel, Kurt”."
    return LinesField(label="Authors to follow", key=author_key, what="authors", help_text=help_text)
