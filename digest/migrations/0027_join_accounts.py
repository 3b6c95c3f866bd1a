"""Join the members and the subscribers of one address, a batch at a time; a second run goes on where one broke off.

Whoever signed in once proved the address, so a member without a subscriber gets one that no digest goes to, and a
sign-up that waits for its confirmation is no longer forgotten. Two members that are one address by the rule of today
become one, with the votes and the submissions of both.
"""

from typing import Any

from django.db import migrations, transaction

from subscriptions.addresses import address_key

BATCH = 500


def join(apps: Any, schema_editor: Any) -> None:
    """Give each member who ever signed in the subscriber of the same address."""
    Member = apps.get_model("digest", "Member")
    _merge_stale(apps)
    last = 0
    while rows := list(Member.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        # A stranger may have asked for a link with any address.
        _join_batch(apps, [row for row in rows if row.joined_at and row.subscriber_id is None])


def _merge_stale(apps: Any) -> None:
    """Put right the keys that were made by an older rule, or never followed a changed address."""
    Member = apps.get_model("digest", "Member")
    for pk, email, old in Member.objects.order_by("pk").values_list("pk", "email", "email_key").iterator():
        key = address_key(email)
        if key == old:
            continue
        with transaction.atomic():
            other = Member.objects.filter(email_key=key).exclude(pk=pk).first()
            if other:
                _merge(apps, other, Member.objects.get(pk=pk))
            else:
                Member.objects.filter(pk=pk).update(email_key=key)


def _merge(apps: Any, one: Any, other: Any) -> None:
    """Give one member all that another has, and delete the other; what both have stays once."""
    Vote, Paper = apps.get_model("digest", "Vote"), apps.get_model("digest", "Paper")
    voted = list(Vote.objects.filter(member=one).values_list("paper", flat=True))
    both = list(Vote.objects.filter(member=other, paper__in=voted).values_list("paper", flat=True))
    Vote.objects.filter(member=other).exclude(paper__in=voted).update(member=one)
    Submission = apps.get_model("digest", "Submission")
    submitted = list(Submission.objects.filter(member=one).values_list("arxiv_id", flat=True))
    Submission.objects.filter(member=other).exclude(arxiv_id__in=submitted).update(member=one)
    one.joined_at = min(filter(None, [one.joined_at, other.joined_at]), default=None)
    one.created_at = min(one.created_at, other.created_at)
    one.barred_at = one.barred_at or other.barred_at
    one.subscriber_id = one.subscriber_id or other.subscriber_id
    other.delete()
    one.save()
    for paper in Paper.objects.filter(pk__in=both):
        Paper.objects.filter(pk=paper.pk).update(votes=Vote.objects.filter(paper=paper).count())


@transaction.atomic
def _join_batch(apps: Any, members: list[Any]) -> None:
    Member, Subscriber = apps.get_model("digest", "Member"), apps.get_model("subscriptions", "Subscriber")
    keys = [member.email_key for member in members]
    known = set(Subscriber.objects.filter(email_key__in=keys).values_list("email_key", flat=True))
    new = [
        Subscriber(email=row.email, email_key=row.email_key, created_at=row.created_at, status="account")
        for row in members
        if row.email_key not in known
    ]
    Subscriber.objects.bulk_create(new, ignore_conflicts=True)
    Subscriber.objects.filter(email_key__in=keys, status="pending").update(status="account")
    subscribers = dict(Subscriber.objects.filter(email_key__in=keys).values_list("email_key", "pk"))
    for member in members:
        member.subscriber_id = subscribers[member.email_key]
    Member.objects.bulk_update(members, ["subscriber"], batch_size=BATCH)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("digest", "0026_one_account"),
    ]

    operations = [
        migrations.RunPython(join, migrations.RunPython.noop, elidable=True),
    ]
