"""What the next digest would look like, for choices that are not saved: a part of a page, or a page of its own."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from digest.effect import effect
from digest.preview import Taste, preview, taste_of
from subscriptions import links
from subscriptions.forms import PreferencesForm, SignUpForm, TopicsForm
from subscriptions.models import Subscriber, Weight
from subscriptions.tokens import Purpose
from subscriptions.views.signed import signed
from subscriptions.wishes import Wishes


@require_POST
@signed(Purpose.PREFERENCES)
def preview_digest(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show the next digest of a subscriber with the choices of the form. Nothing is saved."""
    form = PreferencesForm(request.POST, subscriber=subscriber)
    leave = links.token(Purpose.UNSUBSCRIBE, subscriber)
    context: dict[str, Any] = {
        "form": form,
        "errors_of": form,
        "subscriber": subscriber,
        "token": token,
        "unsubscribe_token": leave,
    }
    if form.is_valid():
        saved = taste_of(subscriber)
        tried = replace(saved, wishes=form.wishes, max_papers=form.cleaned_data["max_papers"])
        context |= {"preview": preview(tried), "effect": effect(subscriber, saved, tried)}
    return _answer(request, context, page="subscriptions/preferences.html")


@require_POST
def preview_sign_up(request: HttpRequest) -> HttpResponse:
    """Show today's digest for the topics that were ticked, to somebody who has not signed up."""
    # The address is not asked for yet, and what stands in its field is not looked at.
    topics = TopicsForm(request.POST)
    context: dict[str, Any] = {"form": SignUpForm(initial=SignUpForm.typed(request.POST)), "errors_of": topics}
    if topics.is_valid():
        weights = {topic.pk: float(Weight.NORMAL) for topic in topics.cleaned_data["topics"]}
        context["preview"] = preview(Taste(Wishes(weights), said=topics.said))
    return _answer(request, context, page="site/try.html")


def _answer(request: HttpRequest, context: dict[str, Any], page: str) -> HttpResponse:
    return render(request, "site/preview.html" if request.htmx else page, context)  # type: ignore[attr-defined]
