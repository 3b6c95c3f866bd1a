"""How the codes of the ranking are worded, for readers and for curators: one entry per code, and nowhere else.

Mails, receipts, previews, the panel and the page “Why a paper came, or did not” all take their words from here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from digest.ranking import Reason
from digest.recommending.explanations import ExclusionReason


class SharedReason(StrEnum):
    """What a public page says in place of a reason that is about its reader."""

    ABOUT = "about"
    CHOSEN = "chosen"


class ReasonWording(NamedTuple):
    """The words of one reason; “{}” stands for its argument."""

    # The sentence that tells the reader why the paper was included; `without_argument` if the reason has no argument.
    for_reader: str
    # What a curator reads.
    for_curator: str
    without_argument: str = ""
    # What replaces it on pages that others can see; None if the reason says nothing about the reader.
    shared: SharedReason | None = None


class ExclusionWording(NamedTuple):
    """The words for what kept a paper out; “{}” stands for its detail."""

    # The clause with the reason in the page's “it’s left out” sentence; "" if the page has its own sentence for it.
    for_reader: str
    for_curator: str


REASONS: dict[str, ReasonWording] = {
    Reason.TOPIC: ReasonWording("Because you follow {}", "topics they follow", shared=SharedReason.ABOUT),
    Reason.KEYWORD: ReasonWording("Matches “{}”", "words they follow", shared=SharedReason.CHOSEN),
    Reason.AUTHOR: ReasonWording("By {}, whom you follow", "authors they follow", shared=SharedReason.CHOSEN),
    Reason.LIKED: ReasonWording(
        "Close to “{}”, which you liked",
        "what they liked",
        without_argument="Close to what you liked",
        shared=SharedReason.CHOSEN,
    ),
    Reason.OPENED: ReasonWording("Close to what you opened here", "what they opened", shared=SharedReason.CHOSEN),
    Reason.OWN_WORDS: ReasonWording(
        "Close to what you wrote about your interests", "what they wrote", shared=SharedReason.CHOSEN
    ),
    Reason.PINNED: ReasonWording("Picked by the curator", "pinned"),
    Reason.VOTED: ReasonWording("Most voted today", "most voted"),
    Reason.DIFFERENT: ReasonWording("Something different", "something different"),
    Reason.EDITION: ReasonWording("In this edition", "whole edition"),
    SharedReason.ABOUT: ReasonWording("About {}", "topics they follow"),
    SharedReason.CHOSEN: ReasonWording("Chosen for this digest", "chosen"),
}

EXCLUSIONS = {
    ExclusionReason.NOTHING: ExclusionWording("", ""),
    ExclusionReason.ALREADY_SENT: ExclusionWording("", "already sent"),
    ExclusionReason.WRITTEN: ExclusionWording("you wrote it", "their own paper"),
    ExclusionReason.MUTED: ExclusionWording("you mute “{}”", "muted ({})"),
    ExclusionReason.NEVER: ExclusionWording("you chose “Never” for {}", "topic set to “Never” ({})"),
    ExclusionReason.DISLIKED: ExclusionWording("it’s close to what you want less of", "close to what they disliked"),
    ExclusionReason.NOT_ASKED_FOR: ExclusionWording("it doesn’t match anything you follow", "no match"),
    ExclusionReason.BELOW_THE_CUT: ExclusionWording("", "others scored higher"),
    ExclusionReason.IN_NO_EDITION: ExclusionWording("", "not in any edition"),
}

# The labels of the score components, in the order shown.
COMPONENT_LABELS = {
    "topic": "Topics you follow",
    "keyword": "Words you follow",
    "author": "Authors you follow",
    "affinity": "Close to what you like",
    "votes": "Liked by other readers",
    "novelty": "Novelty",
    "pinned": "Picked by the curator",
}


def reason_sentence(code: str, argument: str) -> str:
    """Return why a paper was included, worded for its reader; a later version's code is worded as the edition's."""
    wording = REASONS.get(code, REASONS[Reason.EDITION])
    sentence = wording.for_reader if argument else wording.without_argument or wording.for_reader
    return sentence.format(argument)


def reason_for_curator(code: str, argument: str) -> str:
    """Return why a reader gets a paper, in the few words that curators count by: for a topic, its name."""
    return argument if code == Reason.TOPIC and argument else REASONS.get(code, REASONS[Reason.EDITION]).for_curator


def exclusion_for_reader(exclusion: ExclusionReason, detail: str) -> str:
    """Return the clause with the reason in the page's “it’s left out” sentence."""
    return EXCLUSIONS[exclusion].for_reader.format(detail)


def exclusion_for_curator(exclusion: ExclusionReason, detail: str) -> str:
    """Return what kept a paper out, in a few words."""
    return EXCLUSIONS[exclusion].for_curator.format(detail)


def labelled_components(parts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the score components that are not 0, with their labels."""
    return [(words, parts[name]) for name, words in COMPONENT_LABELS.items() if parts.get(name)]
