"""Eight papers to judge, for somebody who does not want to go through topics."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from digest import cold_start
from digest.composing.plain import public_papers_by_id
from digest.models import Feedback, Paper
from digest.offers import candidates
from digest.preview import Taste, opinions_from, preview
from subscriptions.forms import SearchedForm, SignUpForm, TopicsForm
from subscriptions.models import Weight
from subscriptions.wishes import Wishes

# The names of the form's fields begin so, and end with the key of a paper.
ANSWER = "paper-"
FIELDS = {Feedback.Kind.MORE: "liked", Feedback.Kind.LESS: "disliked"}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask about eight papers; turn the answers into topics to sign up with. Nothing is kept before one signs up."""
    if request.method != "POST":
        return render(request, "site/start.html", {"papers": _papers()})
    answers = TopicsForm(_answers(request))
    if not answers.is_valid():
        return render(request, "site/start.html", {"papers": _papers(), "form": answers}, status=422)
    # Who came from a search has its words and its topic in the address.
    searched = SearchedForm(request.GET).wanted
    topics = list(dict.fromkeys([*map(int, searched["topics"]), *cold_start.topics_of(answers.said)]))
    wishes = Wishes(dict.fromkeys(topics, float(Weight.NORMAL)), follow=searched["follow"])
    given = {name: answers.cleaned_data[name] for name in FIELDS.values()} | {"follow": searched["follow"]}
    context: dict[str, Any] = {
        "form": SignUpForm(initial={"topics": [str(topic) for topic in topics], **given}),
        "preview": preview(Taste(wishes, opinions_from(answers.said)), timezone.now()),
        "answered": True,
    }
    return render(request, "site/try.html", context)


def _papers() -> list[Paper]:
    """Return the papers to judge, of the latest edition."""
    offer = candidates(None)
    keys = [offer.papers[row] for row in cold_start.most_telling(offer.tags)]
    papers = public_papers_by_id(set(keys))
    return [papers[key] for key in keys if key in papers]


def _answers(request: HttpRequest) -> dict[str, list[str]]:
    """Return the answers by the field they belong to; papers without an answer in none."""
    said = {name.removeprefix(ANSWER): value for name, value in request.POST.items() if name.startswith(ANSWER)}
    return {field: [key for key, value in said.items() if value == kind] for kind, field in FIELDS.items()}
