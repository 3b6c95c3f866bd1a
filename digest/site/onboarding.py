"""Eight papers to judge, for visitors who do not want to go through topics."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from digest.community import onboarding
from digest.models import Feedback, Paper
from digest.recommending.candidates import candidates_from_editions
from digest.recommending.preview import RecommendationRequest, build_preview, opinions_from
from subscriptions.forms import SearchedForm, SignUpForm, TopicsForm
from subscriptions.models import Weight
from subscriptions.preferences import Preferences

# The names of the form's fields are this prefix and the key of a paper.
FIELD_PREFIX = "paper-"
FIELD_BY_KIND = {Feedback.Kind.MORE: "liked", Feedback.Kind.LESS: "disliked"}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask about eight papers and turn the answers into topics. Nothing is stored before the visitor signs up."""
    if request.method != "POST":
        return render(request, "site/start.html", {"papers": _papers()})
    answers = TopicsForm(_answers(request))
    if not answers.is_valid():
        return render(request, "site/start.html", {"papers": _papers(), "form": answers}, status=422)
    # Visitors who came from a search have its words and its topic in the query string.
    searched = SearchedForm(request.GET).initial_choices
    topics = list(dict.fromkeys([*map(int, searched["topics"]), *onboarding.topics_of(answers.answers)]))
    preferences = Preferences(dict.fromkeys(topics, float(Weight.NORMAL)), follow=searched["follow"])
    initial = {name: answers.cleaned_data[name] for name in FIELD_BY_KIND.values()} | {"follow": searched["follow"]}
    context: dict[str, Any] = {
        "form": SignUpForm(initial={"topics": [str(topic) for topic in topics], **initial}),
        "preview": build_preview(RecommendationRequest(preferences, opinions_from(answers.answers)), timezone.now()),
        "answered": True,
    }
    return render(request, "site/start_preview.html", context)


def _papers() -> list[Paper]:
    """Return the papers to judge, from the latest edition."""
    offer = candidates_from_editions(None)
    keys = [offer.papers[row] for row in onboarding.onboarding_papers(offer.tags)]
    papers = Paper.objects.for_mail(set(keys))
    return [papers[key] for key in keys if key in papers]


def _answers(request: HttpRequest) -> dict[str, list[str]]:
    """Return the answers by form field. Papers without an answer are left out."""
    values = {
        name.removeprefix(FIELD_PREFIX): value for name, value in request.POST.items() if name.startswith(FIELD_PREFIX)
    }
    return {field: [key for key, value in values.items() if value == kind] for kind, field in FIELD_BY_KIND.items()}
