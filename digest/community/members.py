"""Signing in by a mail link: asked for by address, good once and for half an hour, no password anywhere."""

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from digest.community import votes
from digest.models import Member, MemberPasskey
from subscriptions import emails
from subscriptions.addresses import address_key
from subscriptions.links import absolute, signed_url
from subscriptions.models import OutgoingMail, Suppression
from subscriptions.tokens import SIGN_IN_FOR, BadToken, Purpose, read_token

# How long an address is kept whose link was never used.
STRANGERS_FOR = timedelta(days=2)
# The kinds of outgoing mail whose recipient is a member.
TO_MEMBERS = ("sign_in", "passkey_added")


def request_link(email: str, at: datetime) -> Member | None:
    """Return whom a link may be sent to, a stranger's row made where there is none; None where no mail may go."""
    if Suppression.objects.covers(email):
        _work_in_vain(at)
        return None
    defaults = {"email": email, "created_at": at}
    member, is_new = Member.objects.get_or_create(email_key=address_key(email), defaults=defaults)
    if not is_new:
        _work_in_vain(at)
    return None if member.is_barred else member


def _work_in_vain(at: datetime) -> None:
    """Make a row and undo it: how long the answer takes must not tell which addresses are known."""
    with transaction.atomic():
        Member.objects.create(email=f"{uuid.uuid4().hex}@example.invalid", created_at=at)
        transaction.set_rollback(True)


class SignInLink(NamedTuple):
    """What a link to sign in says: whose it is, which one of theirs, and where it leads."""

    member: Member
    number: int
    goes_to: str


def link(member: Member, goes_to: str) -> str:
    """Return the address that signs the member in, and then leads to that path of ours.

    The path is encoded: a stranger may have typed it, and whoever types an address must not write the mail to it.
    """
    path = signing.b64_encode(goes_to.encode()).decode()
    return signed_url("use_link", Purpose.SIGN_IN, f"{member.public_id.hex}.{member.sign_ins}.{path}")


def read_link(token: str) -> SignInLink | None:
    """Return what a link says; None where it was used, or its owner is gone. Raises BadToken."""
    public_id, number, path = [*read_token(Purpose.SIGN_IN, token).split("."), "", ""][:3]
    if not number.isdecimal():
        raise BadToken("no number")
    member = Member.objects.filter(public_id=public_id, sign_ins=int(number), barred_at=None).first()
    return SignInLink(member, int(number), signing.b64_decode(path.encode()).decode()) if member else None


def send_link(pk: int, goes_to: str) -> None:
    """Write to the member who asked; nothing where they are gone."""
    member = Member.objects.filter(pk=pk, barred_at=None).first()
    if member is None or Suppression.objects.covers(member.email):
        return
    minutes = int(SIGN_IN_FOR.total_seconds() // 60)
    context = {"sign_in_link": link(member, goes_to), "minutes": minutes}
    emails.post("sign_in", [member.email], context, f"member {member.pk}")


def tell_of_passkey(pk: int) -> None:
    """Write to a member about the passkey that was added last; nothing where they, or all their passkeys, are gone."""
    passkey = MemberPasskey.objects.filter(member=pk).select_related("member").last()
    if passkey is None or Suppression.objects.covers(passkey.member.email):
        return
    context = {"passkey": passkey, "account_link": absolute(reverse("account"))}
    emails.post("passkey_added", [passkey.member.email], context, f"member {pk}")


@transaction.atomic
def prune_unused_members(at: datetime) -> int:
    """Delete those who asked for a link and never used one; return how many."""
    return Member.objects.strangers(at - STRANGERS_FOR).delete()[1].get("digest.Member", 0)


@transaction.atomic
def delete_member(member: Member, at: datetime) -> None:
    """Delete the member with all votes and submissions; the votes no longer count."""
    votes.take_back_all(member, at)
    mails_to(member).delete()
    member.delete()


def mails_to(member: Member) -> QuerySet[OutgoingMail]:
    """Return the mails of the last day to a member: links to sign in that were asked for, news of a passkey."""
    return OutgoingMail.objects.filter(kind__in=TO_MEMBERS, recipient=member.pk)


@transaction.atomic
def bar(member: Member, at: datetime) -> bool:
    """Shut a member out, and take their votes out of the counts; return whether this call did it."""
    updated = Member.objects.filter(pk=member.pk, barred_at=None).update(barred_at=at)
    if updated:
        votes.take_back_all(member, at)
    return bool(updated)
