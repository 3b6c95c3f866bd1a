"""Fields for what someone wants: a weight for each topic, phrases, author names."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.datastructures import MultiValueDict

from subscriptions.author_matching import author_key
from subscriptions.models import Topic, Weight
from subscriptions.phrases import MAX_OWN_WORDS, MAX_PHRASE_LENGTH, MAX_PHRASES, phrase_key

# Neither followed nor refused.
OFF = "off"
WEIGHT_STEPS = {"never": Weight.NEVER, OFF: None, "less": Weight.LESS, "normal": Weight.NORMAL, "more": Weight.MORE}
_NAME_OF = {weight: step for step, weight in WEIGHT_STEPS.items()}


class WeightRow(NamedTuple):
    """A topic with the steps to choose from, and the one chosen."""

    topic: Topic
    name: str
    step: str
    steps: list[str]


class WeightsInput(forms.Widget):
    """One input for each topic, named after it; rendered by our own template."""

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:  # noqa: ARG002
        """Return the step of each topic named in the data."""
        start = f"{name}-"
        return {key.removeprefix(start): data[key] for key in data if key.startswith(start)}


class WeightsField(forms.Field):
    """How much of each topic: a step for each; the value has weights by topic key. One query, whatever is chosen."""

    widget = WeightsInput

    def __init__(self) -> None:
        super().__init__(label="Topics", required=False)
        self._topics: list[Topic] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> "WeightsField":
        """Return a new field: every form reads the topics again."""
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

    def rows(self, value: Mapping[str, str], name: str) -> list[WeightRow]:
        """Return a row for each topic, those the subscriber has an opinion on first."""
        rows = [
            WeightRow(topic, f"{name}-{topic.pk}", value.get(str(topic.pk), OFF), list(WEIGHT_STEPS))
            for topic in self.topics
        ]
        return sorted(rows, key=lambda row: row.step == OFF)

    def clean(self, value: Any) -> dict[int, float]:
        """Return the weights of the topics the subscriber has an opinion on."""
        weights, topic_keys = {}, {str(topic.pk): topic.pk for topic in self.topics}
        for key, step in (value or {}).items():
            if step not in WEIGHT_STEPS:
                raise forms.ValidationError("Please choose one of the options for each topic.")
            weight = WEIGHT_STEPS[step]
            if weight is not None and key not in topic_keys:
                raise forms.ValidationError("One of the topics no longer exists. Please choose again.")
            if weight is not None:
                weights[topic_keys[key]] = float(weight)
        return weights


class LinesField(forms.CharField):
    """One entry per line; the value is the entries, each once."""

    def __init__(self, *, label: str, key: Callable[[str], str], what: str, help_text: str) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"})
        super().__init__(label=label, required=False, widget=widget, help_text=help_text)
        self.key = key
        self.what = what

    def prepare_value(self, value: Any) -> Any:
        """Return the entries one per line."""
        return value if isinstance(value, str) else "\n".join(value or ())

    def clean(self, value: Any) -> Any:
        """Return the entries in order; raise ValidationError if there are too many, or one is too long."""
        entries: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            entry = " ".join(line.split())
            if max(len(entry), len(self.key(entry))) > MAX_PHRASE_LENGTH:
                raise forms.ValidationError(f"“{entry[:30]}…” is longer than {MAX_PHRASE_LENGTH} characters.")
            if self.key(entry):
                entries.setdefault(self.key(entry), entry)
        if len(entries) > MAX_PHRASES:
            raise forms.ValidationError(f"That’s {len(entries):,} {self.what}. Please enter {MAX_PHRASES} at most.")
        return tuple(entries.values())


class ChipsInput(forms.Textarea):
    """Entries as separate checkboxes that share one name."""

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:  # noqa: ARG002
        """Return the ticked entries, one per line."""
        values = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, ())
        return values if isinstance(values, str) else "\n".join(values)


def chips(lines: LinesField) -> LinesField:
    """Turn the entries of a field into checkboxes."""
    lines.widget = ChipsInput()
    return lines


def phrases(label: str, help_text: str) -> LinesField:
    """Return a field for words and phrases."""
    return LinesField(label=label, key=phrase_key, what="words and phrases", help_text=help_text)


def authors() -> LinesField:
    """Return a field for author names."""
    help_text = "One full name per line: “Kurt Gödel” or “Gödel, Kurt”."
    return LinesField(label="Authors to follow", key=author_key, what="authors", help_text=help_text)


def own_words() -> forms.CharField:
    """Return a field for what someone writes about their interests."""
    return forms.CharField(
        label="Your interests in your own words",
        required=False,
        max_length=MAX_OWN_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Papers close to this rank higher; papers close to what follows “but not” rank lower.",
    )
