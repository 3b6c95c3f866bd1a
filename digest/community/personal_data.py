"""Export and erase everything we hold about one person, in every part of the program."""

from datetime import datetime
from typing import Any

from django.db import transaction

from digest.community import members
from digest.models import Delivery, Event, Feedback, LibraryEntry, Member, Paper, Profile, ZoteroConnection
from digest.models.snapshot import with_named_components, without_reasons
from subscriptions.data_export import MAIL, personal_data
from subscriptions.importing import retention
from subscriptions.models import Subscriber

FEEDBACK = ("paper__title", "kind", "at")
LIBRARY = ("paper__title", "cite_key", "note", "labels", "read_at", "zotero_key")
ZOTERO = ("user_id", "library_version", "not_before", "error", "connected_at", "pushed_at")
DELIVERY = ("period", "status", "created_at", "sent_at", "provider_id", "error", "content")
REPORT = (
    *("delivery__period", "provider", "event_id", "type", "kind", "detail", "suppressed_from"),
    *("at", "recorded_at"),
)
ACCOUNT = ("email", "public_id", "sign_ins", "created_at", "joined_at", "barred_at")
PASSKEY = ("name", "added_at", "used_at")
VOTE = ("paper__title", "weight", "created_at")
PROPOSAL = ("arxiv_id", "paper__title", "status", "reason", "created_at", "decided_at")


def everything_about(subscriber: Subscriber) -> dict[str, Any]:
    """Return everything we hold about a subscriber and the account with the same address, as plain data."""
    return {
        **personal_data(subscriber),
        "feedback": list(Feedback.objects.filter(subscriber=subscriber).values(*FEEDBACK)),
        "library": list(LibraryEntry.objects.filter(subscriber=subscriber).values(*LIBRARY)),
        "zotero": list(ZoteroConnection.objects.filter(subscriber=subscriber).values(*ZOTERO)),
        "deliveries": _deliveries(subscriber),
        "learned": _learned(subscriber),
        "reports": list(Event.objects.filter(delivery__subscriber=subscriber).order_by("at").values(*REPORT)),
        "account": _account(subscriber),
    }


def _deliveries(subscriber: Subscriber) -> list[dict[str, Any]]:
    rows = Delivery.objects.filter(subscriber=subscriber).values(*DELIVERY)
    return [{**row, "content": with_named_components(row["content"])} for row in rows]


@transaction.atomic
def erase(subscriber: Subscriber, at: datetime) -> None:
    """Delete everything we hold about a subscriber and the account with the same address: one person's."""
    retention.erase_address(subscriber.email)
    for member in _members(subscriber):
        members.delete_member(member, at)
    subscriber.erase()


def forget_reader(subscriber: int) -> None:
    """Reduce the deliveries of a subscriber (key) who is about to be deleted to what was sent and when."""
    rows = list(Delivery.objects.filter(subscriber=subscriber).only("content"))
    for row in rows:
        row.content, row.provider_id, row.error = without_reasons(row.content), "", ""
    Delivery.objects.bulk_update(rows, ["content", "provider_id", "error"], batch_size=500)
    Event.objects.filter(delivery__in=[row.pk for row in rows]).delete()


def _learned(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Return the weights of papers in a subscriber's profile, heaviest first."""
    profile = Profile.objects.filter(subscriber=subscriber).first()
    if profile is None:
        return []
    weights = dict(profile.opinions.tolist())
    titles = dict(Paper.objects.filter(pk__any_of=weights).values_list("pk", "title"))
    return [
        {"paper": titles.get(paper, ""), "weight": round(weight, 4), "as_of": profile.as_of}
        for paper, weight in weights.items()
    ]


def _members(subscriber: Subscriber) -> list[Member]:
    return list(Member.objects.filter(email_key=subscriber.email_key))


def _account(subscriber: Subscriber) -> dict[str, Any] | None:
    """Return the account with the same address, with votes and proposals; None if there is none."""
    for member in _members(subscriber):
        return {
            **{name: getattr(member, name) for name in ACCOUNT},
            "passkeys": list(member.passkeys.values(*PASSKEY)),
            "votes": list(member.votes.values(*VOTE)),
            "proposals": list(member.submissions.values(*PROPOSAL)),
            "mails asked for": list(members.mails_to(member).values(*MAIL)),
        }
    return None
