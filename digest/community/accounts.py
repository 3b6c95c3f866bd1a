"""Accounts: the member who votes and proposes and the subscriber who reads, joined by their address."""

from datetime import datetime

from django.db import transaction

from digest.models import Member
from subscriptions.addresses import address_key
from subscriptions.models import Status, Subscriber


@transaction.atomic
def join_reader(member: Member, at: datetime) -> Subscriber:
    """Return the subscriber of a member who has proved the address; create one if there is none."""
    row = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    subscriber = row.subscriber
    if subscriber is None:
        new = {"email": row.email, "created_at": at, "status": Status.ACCOUNT}
        subscriber, _ = Subscriber.objects.get_or_create(email_key=address_key(row.email), defaults=new)
        # Kept from now on, even if they never confirm the digests they asked for.
        Subscriber.objects.filter(pk=subscriber.pk, status=Status.PENDING).update(status=Status.ACCOUNT)
        subscriber.refresh_from_db()
        Member.objects.filter(pk=row.pk).update(subscriber=subscriber)
    member.subscriber = subscriber
    return subscriber


@transaction.atomic
def account_of(subscriber: Subscriber, at: datetime) -> Member:
    """Return the member of a subscriber whose link proved the address; create one if there is none."""
    # Locked, so that two simultaneous clicks create only one.
    subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    member = Member.objects.filter(subscriber=subscriber).first()
    if member is None:
        new = {"email": subscriber.email, "created_at": at, "subscriber": subscriber}
        member, _ = Member.objects.get_or_create(email_key=address_key(subscriber.email), defaults=new)
    if member.subscriber_id is None:
        join_reader(member, at)
    if member.joined_at is None and not member.is_barred:
        Member.objects.filter(pk=member.pk, joined_at=None).update(joined_at=at)
        member.refresh_from_db()
    return member
