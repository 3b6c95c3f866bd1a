"""The transition table of deliveries: which status a report leads to."""

from digest.models import Delivery, Event

Status = Delivery.Status
Kind = Event.Kind

# (status, kind of report) → status. What is not listed here changes nothing. Of two reports about one mail the more
# serious one stays, in whatever order they come: failed < delivered < bounced < complained.
TRANSITIONS = {
    (Status.SENT, Kind.DELIVERED): Status.DELIVERED,
    (Status.SENT, Kind.HARD_BOUNCE): Status.BOUNCED,
    # The provider has given up on this mail; the address may work again tomorrow.
    (Status.SENT, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.SENT, Kind.REFUSED): Status.FAILED,
    (Status.SENT, Kind.COMPLAINED): Status.COMPLAINED,
    # The report was faster than our own record, which then leaves the row alone: it is no longer in the worker's hands.
    (Status.SENDING, Kind.DELIVERED): Status.DELIVERED,
    (Status.SENDING, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.SENDING, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.SENDING, Kind.REFUSED): Status.FAILED,
    (Status.SENDING, Kind.COMPLAINED): Status.COMPLAINED,
    # The provider knows what we cannot.
    (Status.UNCERTAIN, Kind.ACCEPTED): Status.SENT,
    (Status.UNCERTAIN, Kind.DELIVERED): Status.DELIVERED,
    (Status.UNCERTAIN, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.UNCERTAIN, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.UNCERTAIN, Kind.REFUSED): Status.FAILED,
    (Status.UNCERTAIN, Kind.COMPLAINED): Status.COMPLAINED,
    # From what we heard, an earlier try was refused, but it was accepted all the same. Sending again would be a second
    # copy.
    (Status.QUEUED, Kind.ACCEPTED): Status.SENT,
    (Status.QUEUED, Kind.DELIVERED): Status.DELIVERED,
    (Status.QUEUED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.QUEUED, Kind.COMPLAINED): Status.COMPLAINED,
    (Status.HELD, Kind.ACCEPTED): Status.SENT,
    (Status.HELD, Kind.DELIVERED): Status.DELIVERED,
    (Status.HELD, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.HELD, Kind.COMPLAINED): Status.COMPLAINED,
    (Status.CLAIMED, Kind.ACCEPTED): Status.SENT,
    (Status.CLAIMED, Kind.DELIVERED): Status.DELIVERED,
    (Status.CLAIMED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.CLAIMED, Kind.COMPLAINED): Status.COMPLAINED,
    # Given up by us or by the provider, and then it arrived. That it was accepted says nothing: it came before.
    (Status.FAILED, Kind.DELIVERED): Status.DELIVERED,
    (Status.FAILED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.FAILED, Kind.COMPLAINED): Status.COMPLAINED,
    # The reader left while an earlier try was on its way.
    (Status.CANCELLED, Kind.DELIVERED): Status.DELIVERED,
    (Status.CANCELLED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.CANCELLED, Kind.COMPLAINED): Status.COMPLAINED,
    # A server may accept a mail and send it back later. Only a hard bounce counts: a soft bounce after delivery is an
    # out-of-office reply. There is no (BOUNCED, DELIVERED): that report is late.
    (Status.DELIVERED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.DELIVERED, Kind.COMPLAINED): Status.COMPLAINED,
    # A reader who complains has read it, bounced or not.
    (Status.BOUNCED, Kind.COMPLAINED): Status.COMPLAINED,
}
ERRORS = {
    Kind.HARD_BOUNCE: "reported: the address does not exist",
    Kind.SOFT_BOUNCE: "reported: it could not be delivered",
    Kind.REFUSED: "reported: the email was refused",
    Kind.COMPLAINED: "reported: marked as spam",
}
