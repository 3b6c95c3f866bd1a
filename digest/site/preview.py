"""What the next digest would look like, for choices that are not saved: a part of a page, or a page of its own."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from digest.effect import effect
from digest.preview import Taste, opinions_from, preview, taste_of
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
        now = timezone.now()
        saved = taste_of(subscriber, now)
        amounts = {name: form.cleaned_data[name] for name in ("max_papers", "reading_minutes", "least_match")}
        tried = replace(saved, wishes=form.wishes, max_more=form.wanted_more, **amounts)
        context |= {"preview": preview(tried, now), "effect": effect(subscriber, saved, tried, now)}
    return _answer(request, context, page="subscriptions/preferences.html")


@require_POST
def preview_sign_up(request: HttpRequest) -> HttpResponse:
    """Show today's digest for the topics that were ticked, to somebody who has not signed up."""
    # The address is not asked for yet, and what stands in its field is not looked at.
    topics = TopicsForm(request.POST)
    context: dict[str, Any] = {"form": SignUpForm(initial=SignUpForm.typed(request.POST)), "errors_of": topics}
    if topics.is_valid():
        weights = {topic.pk: float(Weight.NORMAL) for topic in topics.cleaned_data["topics"]}
        wanted = Wishes(weights, follow=topics.cleaned_data["follow"])
        context["preview"] = preview(Taste(wanted, opinions_from(topics.said)), timezone.now())
    return _answer(request, context, page="site/try.html")


def _answer(request: HttpRequest, context: dict[str, Any], page: str) -> HttpResponse:
    return render(request, "site/preview.html" if request.htmx else page, context)  # type: ignore[attr-defined]
