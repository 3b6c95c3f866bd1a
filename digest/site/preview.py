"""Previews of the next digest for choices that are not saved: part of a page, or a page of their own."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from digest.recommending.preview import RecommendationRequest, build_preview, opinions_from, request_of, written_among
from digest.recommending.what_if import what_if
from subscriptions.forms import PreferencesForm, SignUpForm, TopicsForm
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber, Weight
from subscriptions.preferences import Preferences
from subscriptions.views.signed_links import further_token, signed


@require_POST
@signed(Purpose.PREFERENCES)
def preview_digest(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show a subscriber's next digest with the choices in the form. Nothing is saved."""
    form = PreferencesForm(request.POST, subscriber=subscriber)
    leave = further_token(request, Purpose.UNSUBSCRIBE, subscriber.public_id.hex, token)
    context: dict[str, Any] = {
        "form": form,
        "errors_of": form,
        "subscriber": subscriber,
        "token": token,
        "unsubscribe_token": leave,
    }
    if form.is_valid():
        now = timezone.now()
        saved = request_of(subscriber, now)
        names = ("max_papers", "reading_minutes", "least_match", "own_words")
        given = {name: form.cleaned_data[name] for name in names}
        request_tried = replace(saved, preferences=form.preferences, max_more=form.max_extra_papers, **given)
        context |= {
            "preview": build_preview(request_tried, now),
            "what_if": what_if(subscriber, saved, request_tried, now),
        }
    return _answer(request, context, page="subscriptions/preferences.html")


@require_POST
def preview_sign_up(request: HttpRequest) -> HttpResponse:
    """Show today's digest for the ticked topics to a visitor who has not signed up."""
    # The address is not needed yet, so its field is ignored.
    topics = TopicsForm(request.POST)
    context: dict[str, Any] = {"form": SignUpForm(initial=SignUpForm.typed(request.POST)), "errors_of": topics}
    if topics.is_valid():
        weights = {topic.pk: float(Weight.NORMAL) for topic in topics.cleaned_data["topics"]}
        given = topics.cleaned_data
        preferences = Preferences(weights, given["follow"], given["mute"], given["authors"])
        request_tried = RecommendationRequest(
            preferences,
            opinions_from(topics.answers),
            written=written_among(topics.answers),
            own_words=given["own_words"],
        )
        context["preview"] = build_preview(request_tried, timezone.now())
    return _answer(request, context, page="site/start_preview.html")


def _answer(request: HttpRequest, context: dict[str, Any], page: str) -> HttpResponse:
    return render(request, "site/preview.html" if request.htmx else page, context)  # type: ignore[attr-defined]
