"""Signing in by a mail link: asked for by address, good once and for half an hour, no password anywhere."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction

from digest import voting
from digest.models import Member
from subscriptions import emails
from subscriptions.addresses import key_of
from subscriptions.links import signed
from subscriptions.models import Suppression
from subscriptions.tokens import SIGN_IN_FOR, BadToken, Purpose, read

# How long an address is kept whose link was never used.
STRANGERS_FOR = timedelta(days=2)


def ask(email: str, at: datetime) -> Member | None:
    """Return whom a link may be sent to, a stranger's row made where there is none; None where no mail may go."""
    if Suppression.objects.covers(email):
        return None
    member, _ = Member.objects.get_or_create(email_key=key_of(email), defaults={"email": email, "created_at": at})
    return None if member.is_barred else member


def link(member: Member, goes_to: str) -> str:
    """Return the address that signs the member in, and then leads to that path of ours."""
    address = signed("use_link", Purpose.SIGN_IN, f"{member.public_id.hex}.{member.sign_ins}")
    return f"{address}?{urlencode({'next': goes_to})}" if goes_to else address


def owner_of(token: str) -> tuple[Member, int] | None:
    """Return whose link it is, and its number; None where it was used, or its owner is gone. Raises BadToken."""
    public_id, _, number = read(Purpose.SIGN_IN, token).partition(".")
    if not number.isdecimal():
        raise BadToken("no number")
    member = Member.objects.filter(public_id=public_id, sign_ins=int(number), barred_at=None).first()
    return (member, int(number)) if member else None


def send_link(pk: int, goes_to: str) -> None:
    """Write to the member who asked; nothing where they are gone."""
    member = Member.objects.filter(pk=pk, barred_at=None).first()
    if member is None or Suppression.objects.covers(member.email):
        return
    minutes = int(SIGN_IN_FOR.total_seconds() // 60)
    context = {"sign_in_link": link(member, goes_to), "minutes": minutes}
    emails.post("sign_in", [member.email], context, f"member {member.pk}")


@transaction.atomic
def forget_strangers(at: datetime) -> int:
    """Delete those who asked for a link and never used one; return how many."""
    return Member.objects.strangers(at - STRANGERS_FOR).delete()[1].get("digest.Member", 0)


@transaction.atomic
def leave(member: Member, at: datetime) -> None:
    """Delete the member with all votes and submissions; the votes no longer count."""
    voting.take_back_all(member, at)
    member.delete()


@transaction.atomic
def bar(member: Member, at: datetime) -> bool:
    """Shut a member out, and take their votes out of the counts; return whether this call did it."""
    done = Member.objects.filter(pk=member.pk, barred_at=None).update(barred_at=at)
    if done:
        voting.take_back_all(member, at)
    return bool(done)
