"""How an edition stands, and how its sending does: each state has a template of its own with its words."""

from enum import StrEnum

from digest.models import Edition


class EditionBadge(StrEnum):
    """How an edition stands; templates/panel/state/<state>.html says it."""

    CANCELLED = "cancelled"
    HALTED = "halted"
    LOOK_ASKED = "look_asked"
    WAITS_FOR_LOOK = "waits_for_look"
    READY = "ready"
    AS_ITS_STATUS = "as_its_status"


class SendingBadge(StrEnum):
    """How the sending of a published edition stands; templates/panel/sending/<state>.html says it."""

    CANCELLED = "cancelled"
    HALTED = "halted"
    WAITS_FOR_LOOK = "waits_for_look"
    GOES_ON = "goes_on"


def state_template(edition: Edition) -> str:
    """Return the template that says how an edition stands."""
    return f"panel/state/{_state(edition)}.html"


def sending_template(edition: Edition) -> str:
    """Return the template that says how the sending of an edition stands."""
    return f"panel/sending/{_sending(edition)}.html"


def _state(edition: Edition) -> EditionBadge:
    if edition.cancelled_at:
        return EditionBadge.CANCELLED
    if edition.halted_at:
        return EditionBadge.HALTED
    if edition.look_asked_by:
        return EditionBadge.LOOK_ASKED
    if edition.waits_for_look:
        return EditionBadge.WAITS_FOR_LOOK
    return EditionBadge.READY if edition.hour_set_by and not edition.is_published else EditionBadge.AS_ITS_STATUS


def _sending(edition: Edition) -> SendingBadge:
    if edition.cancelled_at:
        return SendingBadge.CANCELLED
    if edition.halted_at:
        return SendingBadge.HALTED
    return SendingBadge.WAITS_FOR_LOOK if edition.waits_for_look else SendingBadge.GOES_ON
