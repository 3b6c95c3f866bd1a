"""Explain: for one subscriber and one edition every paper, its score in parts, and why it was in or out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from digest import explaining
from digest.explaining import KeptOut
from digest.freezing import PARTS
from digest.models import Delivery, Edition, Paper
from digest.offers import offer_of
from digest.panel.pages import show
from subscriptions.models import Subscriber

OUT = {
    KeptOut.MUTED: "muted",
    KeptOut.NEVER: "a topic they never want",
    KeptOut.DISLIKED: "like what they disliked",
    KeptOut.NOT_ASKED_FOR: "nothing they asked for",
    KeptOut.BELOW_THE_CUT: "others scored more",
}


@require_safe
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the edition as the ranking sees it for the subscriber whose address is given."""
    edition = get_object_or_404(Edition, pk=pk)
    address = request.GET.get("address", "").strip()
    subscriber = Subscriber.objects.with_address(address).first() if address else None
    context: dict[str, Any] = {
        "title": f"{edition.day:%A, %-d %B %Y}",
        "edition": edition,
        "address": address,
        "subscriber": subscriber,
        "complaint": "There is no subscriber with this address." if address and not subscriber else "",
    }
    if subscriber:
        context |= told(edition, subscriber)
    return show(request, "panel/explain.html", context)


def told(edition: Edition, subscriber: Subscriber) -> dict[str, Any]:
    """Return every paper with its score in parts, and what was frozen where a digest was planned."""
    explanation = explaining.explain(subscriber, offer_of([edition], timezone.now()), timezone.now())
    papers = Paper.objects.in_bulk([row.paper for row in explanation.papers])
    rows = [
        {
            "paper": papers[row.paper],
            "row": row,
            "parts": [row.parts[name] for name in PARTS],
            "out": " ".join(filter(None, [OUT.get(row.kept_out, ""), f"({row.because})" if row.because else ""])),
        }
        for row in explanation.papers
    ]
    delivery = Delivery.objects.filter(subscriber=subscriber, edition=edition).first()
    frozen = explaining.receipts(delivery) if delivery else []
    titles = Paper.objects.in_bulk([receipt.paper for receipt in frozen])
    return {
        "rows": rows,
        "names": PARTS,
        "cut": round(100 * explanation.cut),
        "delivery": delivery,
        "frozen": [
            (titles[receipt.paper], receipt, [receipt.parts.get(name, "") for name in PARTS])
            for receipt in frozen
            if receipt.paper in titles
        ],
    }
