"""Each code of the ranking has its wording, for readers and for curators."""

import pytest
from django.template.loader import get_template

from digest.composing.blocks import Block, reason_line
from digest.models.snapshot import COMPONENT_NAMES
from digest.ranking.reasons import Reason
from digest.recommending import wording
from digest.recommending.explanations import ExclusionReason
from digest.recommending.why_not import FixKind, SuggestedFix
from digest.site import why_not as page


@pytest.mark.parametrize(
    ("code", "argument", "words"),
    [
        ("topic", "Graph learning", "Because you follow Graph learning"),
        ("keyword", "optimal transport", "Matches “optimal transport”"),
        ("author", "Ada Lovelace", "By Ada Lovelace, whom you follow"),
        ("liked", "A title", "Close to “A title”, which you liked"),
        ("liked", "", "Close to what you liked"),
        ("opened", "", "Close to what you opened here"),
        ("pinned", "", "Picked by the curator"),
        ("voted", "", "Most voted today"),
        ("different", "", "Something different"),
        ("edition", "", "In this edition"),
    ],
)
def test_each_reason_has_its_wording(code, argument, words):
    assert reason_line(code, argument) == Block(words, words)


def test_the_argument_of_a_reason_is_escaped_only_in_html():
    assert reason_line("keyword", "a<b") == Block("Matches “a&lt;b”", "Matches “a<b”")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_wording_for_readers_and_curators(reason):
    assert wording.REASONS[reason].for_reader
    assert wording.REASONS[reason].for_curator


@pytest.mark.parametrize("reason", [Reason.TOPIC, Reason.KEYWORD, Reason.AUTHOR, Reason.LIKED, Reason.OPENED])
def test_a_reason_that_reveals_its_reader_has_wording_for_everyone(reason):
    assert wording.REASONS[wording.REASONS[reason].shared].for_reader


@pytest.mark.parametrize("exclusion", [exclusion for exclusion in ExclusionReason if exclusion])
def test_every_exclusion_has_wording_for_curators(exclusion):
    assert wording.exclusion_for_curator(exclusion, "Bread")


def test_each_component_of_the_score_has_a_label():
    assert set(wording.COMPONENT_LABELS) == set(COMPONENT_NAMES)


def test_a_code_frozen_by_a_later_version_is_shown_as_in_this_edition():
    assert wording.reason_sentence("starred", "Ada") == "In this edition"


@pytest.mark.parametrize("exclusion", ExclusionReason)
def test_each_exclusion_has_its_template_on_the_readers_page(exclusion):
    template = page.EXCLUSION_TEMPLATES[exclusion]

    assert template is None or get_template(template)
    assert bool(wording.EXCLUSIONS[exclusion].for_reader) == (template == page.EXCLUDED_TEMPLATE)


@pytest.mark.parametrize("kind", FixKind)
def test_each_fix_has_wording_for_its_button_and_for_what_was_done(kind):
    fix = SuggestedFix(kind, "Bread")

    assert page.FIXES[kind].button
    assert page.fix_confirmation(fix)
