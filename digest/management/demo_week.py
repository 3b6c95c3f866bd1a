"""The week before the demo and the work for tomorrow, so that each page of the panel has something to show."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from digest.management import demo_panel, demo_papers, demo_readers
from digest.models import Edition, Paper
from subscriptions.models import Subscriber

PAST_PAPERS = demo_papers.PAST_EDITIONS * demo_papers.PAPERS_IN_PAST_EDITION
# How many papers wait as submissions.
SUBMITTED = 3


@dataclass
class DemoWeek:
    """Writes the history before the demo's mails go out, and the rest after: votes would change the mails' order."""

    papers: list[Paper] = field(default_factory=list)
    editions: dict[Edition, date] = field(default_factory=dict)
    readers: list[Subscriber] = field(default_factory=list)
    digests: list[demo_readers.SampleDigest] = field(default_factory=list)

    @transaction.atomic
    def write_history(self, now: datetime) -> None:
        """Publish last week's editions, and record who read them; do nothing if that was done before."""
        newest = Edition.objects.published().first()
        if newest is None or Edition.objects.filter(day__lt=newest.day).exists():
            return
        self.papers = demo_papers.import_demo_papers()
        self.editions = demo_papers.publish_past_editions(self.papers, newest.day, now.date())
        self.readers = demo_readers.create_demo_readers(now, newest.published_at)
        self.digests = demo_readers.send_past_digests(self.editions, self.readers)

    @transaction.atomic
    def fill_panel(self, now: datetime) -> None:
        """Add votes, feedback, submissions, tomorrow's draft, runs of sources and the log, once."""
        if not self.editions:
            return
        fresh = self.papers[PAST_PAPERS:]
        seeds = list(Paper.objects.filter(identifiers__scheme="seed").order_by("entry__position"))
        demo_readers.part_with_some(self.readers, now)
        demo_readers.tell_what_readers_said(self.digests, now)
        draft = demo_papers.create_demo_draft(fresh, now.date() + timedelta(days=1))
        members = demo_panel.vote_for([*seeds, *self.papers], now)
        demo_panel.submit(members[1:], fresh[-SUBMITTED:], fresh[1], now)
        demo_panel.run_sources(now)
        demo_panel.create_colleague()
        demo_panel.keep_log(list(self.editions), draft, now)
        demo_panel.import_a_list(now)
