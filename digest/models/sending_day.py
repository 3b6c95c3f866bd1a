"""SendingDay: how many mails went out on a day, for the daily limits."""

from datetime import date

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Greatest


class SendingDayQuerySet(models.QuerySet["SendingDay"]):
    """Takes mails from a day's limit, and gives them back."""

    def take(self, day: date, requested: int, most: int) -> int:
        """Count mails for a day that may have `most`; return how many of those requested there is room for."""
        with transaction.atomic():
            self.get_or_create(day=day)
            counted = self.select_for_update().get(day=day).mails
            granted = max(0, min(requested, most - counted))
            self.filter(day=day).update(mails=F("mails") + granted)
        return granted

    def give_back(self, day: date, mails: int) -> None:
        """Subtract mails that were not sent from the count."""
        self.filter(day=day).update(mails=Greatest(F("mails") - mails, 0))


class SendingDay(models.Model):
    """The digests of one day in UTC, sent or about to be. Counted only while there is a limit.

    It is in the database, not in Redis, because it must outlive both Redis and the process, and it costs only one
    update per batch.
    """

    day = models.DateField(primary_key=True)
    mails = models.PositiveBigIntegerField(default=0)

    objects = SendingDayQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.mails} mails on {self.day}"
