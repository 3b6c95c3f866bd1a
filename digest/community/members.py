"""Signing in with a magic link: requested by address, valid once and for half an hour, without any password."""

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
from subscriptions.link_lifetimes import SIGN_IN_FOR, Purpose
from subscriptions.links import absolute, signed_url
from subscriptions.models import OutgoingMail, Suppression
from subscriptions.tokens import BadToken, read_token

# How long an address is kept if its link was never used.
UNCONFIRMED_FOR = timedelta(days=2)
# The kinds of outgoing mail whose recipient is a member.
TO_MEMBERS = ("sign_in", "passkey_added")


def request_link(email: str, at: datetime) -> Member | None:
    """Return the member to send a link to, creating one for an unknown address; None if no mail may be sent."""
    if Suppression.objects.covers(email):
        _work_in_vain(at)
        return None
    defaults = {"email": email, "created_at": at}
    member, is_new = Member.objects.get_or_create(email_key=address_key(email), defaults=defaults)
    if not is_new:
        _work_in_vain(at)
    return None if member.is_barred else member


def _work_in_vain(at: datetime) -> None:
    """Create a row and roll it back: the response time must not reveal which addresses are known."""
    with transaction.atomic():
        Member.objects.create(email=f"{uuid.uuid4().hex}@example.invalid", created_at=at)
        transaction.set_rollback(True)


class SignInLink(NamedTuple):
    """The payload of a magic link: the member, which of their links it is, and where it leads."""

    member: Member
    number: int
    goes_to: str


def link(member: Member, goes_to: str) -> str:
    """Return the URL that signs the member in and then goes to that path of ours.

    The path is encoded because a stranger may have typed it, and whoever enters an address must not be able to write
    the text of the mail to it.
    """
    path = signing.b64_encode(goes_to.encode()).decode()
    return signed_url("confirm_sign_in", Purpose.SIGN_IN, f"{member.public_id.hex}.{member.sign_ins}.{path}")


def read_link(token: str) -> SignInLink | None:
    """Return the payload of a link; None if it was used or its owner is gone. Raises BadToken."""
    public_id, number, path = [*read_token(Purpose.SIGN_IN, token).split("."), "", ""][:3]
    if not number.isdecimal():
        raise BadToken("no number")
    member = Member.objects.filter(public_id=public_id, sign_ins=int(number), barred_at=None).first()
    return SignInLink(member, int(number), signing.b64_decode(path.encode()).decode()) if member else None


def send_link(pk: int, goes_to: str) -> None:
    """Email the member who asked; do nothing if they are gone."""
    member = Member.objects.filter(pk=pk, barred_at=None).first()
    if member is None or Suppression.objects.covers(member.email):
        return
    minutes = int(SIGN_IN_FOR.total_seconds() // 60)
    context = {"sign_in_link": link(member, goes_to), "minutes": minutes}
    emails.post("sign_in", [member.email], context, f"member {member.pk}")


def tell_of_passkey(pk: int) -> None:
    """Email a member about the passkey added last; do nothing if they, or all their passkeys, are gone."""
    passkey = MemberPasskey.objects.filter(member=pk).select_related("member").last()
    if passkey is None or Suppression.objects.covers(passkey.member.email):
        return
    context = {"passkey": passkey, "account_link": absolute(reverse("account"))}
    emails.post("passkey_added", [passkey.member.email], context, f"member {pk}")


@transaction.atomic
def prune_unconfirmed_members(at: datetime) -> int:
    """Delete members who asked for a link and never used one; return how many."""
    return Member.objects.unconfirmed(at - UNCONFIRMED_FOR).delete()[1].get("digest.Member", 0)


@transaction.atomic
def delete_member(member: Member, at: datetime) -> None:
    """Delete the member with all votes and submissions; the votes no longer count."""
    votes.take_back_all(member, at)
    mails_to(member).delete()
    member.delete()


def mails_to(member: Member) -> QuerySet[OutgoingMail]:
    """Return the mails of the last day to a member: magic links they asked for, news about a passkey."""
    return OutgoingMail.objects.filter(kind__in=TO_MEMBERS, recipient=member.pk)


@transaction.atomic
def bar(member: Member, at: datetime) -> bool:
    """Bar a member and remove their votes from the counts; return whether this call did it."""
    updated = Member.objects.filter(pk=member.pk, barred_at=None).update(barred_at=at)
    if updated:
        votes.take_back_all(member, at)
    return bool(updated)
