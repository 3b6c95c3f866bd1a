"""What the language model wrote today, and whether it still answers."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from digest.health.result import CheckResult, Reporter
from digest.models import LanguageModelDay, WrittenSentence

_REPORTER = Reporter("language model")
RECENT_ANSWERS = timedelta(days=7)
# This many failures in a row, with no answer after them, are no accident.
MOST_FAILED_IN_A_ROW = 3

Status = WrittenSentence.Status


def language_model_answers() -> Iterable[CheckResult]:
    """Report how many sentences were accepted and refused lately, what today cost, and whether the last ones failed."""
    model = settings.LANGUAGE_MODEL
    if model is None:
        yield _REPORTER.skipped("None is set, so papers show a sentence from their abstract.")
        return
    now = timezone.now()
    recent = WrittenSentence.objects.filter(asked_at__gt=now - RECENT_ANSWERS).exclude(status=Status.ASKED)
    newest = list(recent.values_list("status", flat=True)[:MOST_FAILED_IN_A_ROW])
    counts = Counter(recent.values_list("status", flat=True))
    tokens = LanguageModelDay.objects.filter(day=now.date()).values_list("tokens", flat=True).first() or 0
    summary = (
        f"Sentences in the last 7 days: {counts[Status.ACCEPTED]} accepted, {counts[Status.REFUSED]} refused, "
        f"{counts[Status.FAILED]} failed. Tokens today: {tokens:,} of {model.tokens_per_day:,}."
    )
    if len(newest) == MOST_FAILED_IN_A_ROW and set(newest) == {Status.FAILED}:
        action = "Does LANGUAGE_MODEL_URL answer, and is LANGUAGE_MODEL_KEY right? The worker’s log has the error."
        yield _REPORTER.warn(f"The last {MOST_FAILED_IN_A_ROW} requests failed. {summary}", action)
        return
    yield _REPORTER.ok(summary)
