"""The state of an edition and of its sending. Each state has its own template with the text."""

from enum import StrEnum

from digest.models import Edition


class EditionBadge(StrEnum):
    """The state of an edition; its text is in templates/panel/state/<state>.html."""

    CANCELLED = "cancelled"
    HALTED = "halted"
    APPROVAL_REQUESTED = "approval_requested"
    WAITS_FOR_APPROVAL = "waits_for_approval"
    READY = "ready"
    AS_ITS_STATUS = "as_its_status"


class SendingBadge(StrEnum):
    """The state of a published edition's sending; its text is in templates/panel/sending/<state>.html."""

    CANCELLED = "cancelled"
    HALTED = "halted"
    WAITS_FOR_APPROVAL = "waits_for_approval"
    RUNNING = "running"


def state_template(edition: Edition) -> str:
    """Return the template for the state of an edition."""
    return f"panel/state/{_state(edition)}.html"


def sending_template(edition: Edition) -> str:
    """Return the template for the state of an edition's sending."""
    return f"panel/sending/{_sending(edition)}.html"


def _state(edition: Edition) -> EditionBadge:
    if edition.cancelled_at:
        return EditionBadge.CANCELLED
    if edition.halted_at:
        return EditionBadge.HALTED
    if edition.look_asked_by:
        return EditionBadge.APPROVAL_REQUESTED
    if edition.waits_for_approval:
        return EditionBadge.WAITS_FOR_APPROVAL
    return EditionBadge.READY if edition.hour_set_by and not edition.is_published else EditionBadge.AS_ITS_STATUS


def _sending(edition: Edition) -> SendingBadge:
    if edition.cancelled_at:
        return SendingBadge.CANCELLED
    if edition.halted_at:
        return SendingBadge.HALTED
    return SendingBadge.WAITS_FOR_APPROVAL if edition.waits_for_approval else SendingBadge.RUNNING
