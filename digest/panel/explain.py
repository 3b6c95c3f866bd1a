"""Explain: every paper of an edition for one subscriber, with its score components and why it was in or out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from digest.models import Delivery, Edition, Paper
from digest.models.snapshot import COMPONENT_NAMES
from digest.panel.pages import render_panel_page
from digest.recommending import explanations
from digest.recommending.candidates import candidates_in
from digest.recommending.wording import exclusion_for_curator, reason_for_curator, reason_sentence
from subscriptions.models import Subscriber


@require_safe
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how the edition is ranked for the subscriber with the given address."""
    edition = get_object_or_404(Edition, pk=pk)
    address = request.GET.get("address", "").strip()
    subscriber = Subscriber.objects.with_address(address).first() if address else None
    context: dict[str, Any] = {
        "title": f"{edition.day:%A, %-d %B %Y}",
        "edition": edition,
        "address": address,
        "subscriber": subscriber,
        "error_message": "There’s no subscriber with this address." if address and not subscriber else "",
    }
    if subscriber:
        context |= explanation_context(edition, subscriber)
    return render_panel_page(request, "panel/explain.html", context)


def explanation_context(edition: Edition, subscriber: Subscriber) -> dict[str, Any]:
    """Return every paper with its score components, and the receipts of the digest if one was planned."""
    explanation = explanations.explain_digest(subscriber, candidates_in([edition], timezone.now()), timezone.now())
    papers = Paper.objects.in_bulk([row.paper for row in explanation.papers])
    rows = [
        {
            "paper": papers[row.paper],
            "row": row,
            "parts": [row.parts[name] for name in COMPONENT_NAMES],
            "verdict": (
                reason_for_curator(row.reason, "")
                if row.place
                else exclusion_for_curator(row.exclusion, row.exclusion_detail)
            ),
        }
        for row in explanation.papers
    ]
    delivery = Delivery.objects.filter(subscriber=subscriber, edition=edition).first()
    frozen = explanations.receipts(delivery) if delivery else []
    titles = Paper.objects.in_bulk([receipt.paper for receipt in frozen])
    return {
        "rows": rows,
        "names": COMPONENT_NAMES,
        "cut": round(100 * explanation.cut),
        "delivery": delivery,
        "frozen": [
            (
                titles[receipt.paper],
                reason_sentence(receipt.code, receipt.argument),
                [receipt.parts.get(name, "") for name in COMPONENT_NAMES],
            )
            for receipt in frozen
            if receipt.paper in titles
        ],
    }
