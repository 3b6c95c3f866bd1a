"""What a report does to its delivery."""

from digest.models import Delivery, Event

Status = Delivery.Status
Kind = Event.Kind

# (status, kind of report) → status. What does not stand here changes nothing. Of two reports about one mail the graver
# stays, in whatever order they come: failed < delivered < bounced < complained.
TRANSITIONS = {
    (Status.SENT, Kind.DELIVERED): Status.DELIVERED,
    (Status.SENT, Kind.HARD_BOUNCE): Status.BOUNCED,
    # The provider has given up on this mail; the address may be well tomorrow.
    (Status.SENT, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.SENT, Kind.REFUSED): Status.FAILED,
    (Status.SENT, Kind.COMPLAINED): Status.COMPLAINED,
    # Faster than our own record. The worker's record then leaves the row alone: it is no longer in its hands.
    (Status.SENDING, Kind.DELIVERED): Status.DELIVERED,
    (Status.SENDING, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.SENDING, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.SENDING, Kind.REFUSED): Status.FAILED,
    (Status.SENDING, Kind.COMPLAINED): Status.COMPLAINED,
    # What nobody on our side could know, the provider knows.
    (Status.UNCERTAIN, Kind.ACCEPTED): Status.SENT,
    (Status.UNCERTAIN, Kind.DELIVERED): Status.DELIVERED,
    (Status.UNCERTAIN, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.UNCERTAIN, Kind.SOFT_BOUNCE): Status.FAILED,
    (Status.UNCERTAIN, Kind.REFUSED): Status.FAILED,
    (Status.UNCERTAIN, Kind.COMPLAINED): Status.COMPLAINED,
    # An earlier try was refused by all we heard, and taken all the same. Sending again would be a second copy.
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
    # Given up by us or by the provider, and then it arrived. That it was taken says nothing: it came before.
    (Status.FAILED, Kind.DELIVERED): Status.DELIVERED,
    (Status.FAILED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.FAILED, Kind.COMPLAINED): Status.COMPLAINED,
    # The reader left while an earlier try was on its way.
    (Status.CANCELLED, Kind.DELIVERED): Status.DELIVERED,
    (Status.CANCELLED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.CANCELLED, Kind.COMPLAINED): Status.COMPLAINED,
    # A server may take a mail and send it back later. Only for ever counts: a soft bounce after delivery is an
    # out-of-office reply. And no (BOUNCED, DELIVERED): that one is late.
    (Status.DELIVERED, Kind.HARD_BOUNCE): Status.BOUNCED,
    (Status.DELIVERED, Kind.COMPLAINED): Status.COMPLAINED,
    # Whoever complains has read it, bounced or not.
    (Status.BOUNCED, Kind.COMPLAINED): Status.COMPLAINED,
}
ERRORS = {
    Kind.HARD_BOUNCE: "reported: the address does not exist",
    Kind.SOFT_BOUNCE: "reported: it could not be delivered",
    Kind.REFUSED: "reported: the mail was refused",
    Kind.COMPLAINED: "reported: marked as spam",
}
