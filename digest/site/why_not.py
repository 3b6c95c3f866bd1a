"""Why a paper was in a digest or not: found by its title or ID, shown with its rank and a button to change it."""

from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_POST, require_safe

from digest.catalog import full_text
from digest.catalog.folding import fold
from digest.catalog.identifiers import MAX_IDENTIFIER_LENGTH, resolve
from digest.catalog.search_terms import terms_of
from digest.models import Paper
from digest.ranking import Reason
from digest.recommending import why_not as why_not_explanation
from digest.recommending.explanations import ExclusionReason
from digest.recommending.receipts import receipt_for
from digest.recommending.why_not import FixKind, SuggestedFix, WhyNot
from digest.recommending.wording import exclusion_for_reader
from digest.site.paper_lists import papers_for_page
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.views.signed_links import signed


class FixWording(NamedTuple):
    """The label of a fix's button, and the confirmation after a click. “{}” stands for the fix's argument."""

    button: str
    confirmation: str


FIXES = {
    FixKind.UNMUTE: FixWording("Stop muting “{}”", "“{}” is no longer muted."),
    FixKind.ALLOW_TOPIC: FixWording("Allow {}", "{} is allowed again."),
    FixKind.FOLLOW_TOPIC: FixWording("Follow {}", "You now follow {}."),
    FixKind.INCREASE_LIMIT: FixWording("Send me up to {} papers", "Your digests now have up to {} papers."),
    FixKind.INCREASE_EXTRA_LIMIT: FixWording(
        "Send me up to {} papers of everything new",
        "The extra section of your digests now has up to {} papers.",
    ),
    FixKind.EVERYTHING_NEW: FixWording(
        "Send me everything new that matches",
        "Your digests now have an extra section with everything new that matches.",
    ),
    FixKind.MORE_LIKE_THIS: FixWording("More like this", "Got it: more like this."),
}

# How many matching papers are offered to choose from, and how many are compared by title.
MATCHES_SHOWN, COMPARED_TITLES = 8, 50

DIFFERENT_TEMPLATE = "site/why_not/different.html"
# The template for each exclusion reason; None if the sentence about the edition already says it.
EXCLUDED_TEMPLATE = "site/why_not/excluded.html"
EXCLUSION_TEMPLATES = {
    ExclusionReason.NOTHING: "site/why_not/included.html",
    ExclusionReason.ALREADY_SENT: "site/why_not/already_sent.html",
    ExclusionReason.WRITTEN: EXCLUDED_TEMPLATE,
    ExclusionReason.MUTED: EXCLUDED_TEMPLATE,
    ExclusionReason.NEVER: EXCLUDED_TEMPLATE,
    ExclusionReason.DISLIKED: EXCLUDED_TEMPLATE,
    ExclusionReason.NOT_ASKED_FOR: EXCLUDED_TEMPLATE,
    ExclusionReason.BELOW_THE_CUT: "site/why_not/below_the_cut.html",
    ExclusionReason.IN_NO_EDITION: None,
}


@require_safe
@signed(Purpose.PREFERENCES)
def why_not(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Show how a paper ranked for a subscriber, and why."""
    query = request.GET.get("paper", "")[:MAX_IDENTIFIER_LENGTH]
    context: dict[str, object] = {"subscriber": subscriber, "token": token, "query": query}
    matches = papers_named(query)
    if len(matches) == 1:
        [paper] = matches
        why = why_not_explanation.explain_absence(subscriber, paper, timezone.now())
        context |= explanation_context_of(why) if why else {"in_no_digest": paper}
    else:
        context["matches"] = matches
    return render(request, "site/why_not.html", context)


def papers_named(query: str) -> list[Paper]:
    """Return the one paper with this ID or address; otherwise those that contain all the words, best first.

    A whole title, or words that are in only one title, also return one paper.
    """
    if not query.strip():
        return []
    pages = papers_for_page()
    if resolved := resolve(query):
        return list(pages.filter(pk=resolved.pk))
    keys = full_text.matching(Paper.objects.with_page(), terms_of(query))[:COMPARED_TITLES]
    by_key = pages.in_bulk(keys)
    papers = [by_key[key] for key in keys if key in by_key]
    words = fold(query).split()
    in_title = [paper for paper in papers if all(word in fold(paper.title) for word in words)]
    whole = [paper for paper in in_title if fold(paper.title).split() == words]
    if len(whole) == 1 or len(in_title) == 1:
        return whole or in_title
    return [*in_title, *(paper for paper in papers if paper not in in_title)][:MATCHES_SHOWN]


def explanation_context_of(why: WhyNot) -> dict[str, object]:
    """Return the page's context for an explanation."""
    explained = why.explained
    return {
        "absence": why,
        "outcome": outcome_sentence(why),
        "verdict": DIFFERENT_TEMPLATE if _came_as_different(why) else EXCLUSION_TEMPLATES[explained.exclusion],
        "exclusion_wording": exclusion_for_reader(explained.exclusion, explained.exclusion_detail),
        "fix_button": FIXES[why.fix.kind].button.format(why.fix.argument) if why.fix else "",
    }


def _came_as_different(why: WhyNot) -> bool:
    """Return whether the paper was the exploration paper, which is in a digest whatever the preferences say."""
    if not why.was_sent or why.delivery is None:
        return False
    return receipt_for(why.delivery, why.paper.pk).code == Reason.DIFFERENT


def outcome_sentence(why: WhyNot) -> str:
    """Return a sentence that says which digest or edition a paper was in."""
    if why.delivery:
        day = date_format(why.delivery.period, "j F Y")
        if why.was_sent:
            return f"It was in {'the extra section of ' if why.was_in_extra_section else ''}your digest of {day}."
        if why.delivery.error:
            return f"There was no digest on {day}: {why.delivery.error}."
        return f"It wasn’t in your digest of {day}."
    if why.edition:
        day = date_format(why.edition.day, "j F Y")
        return f"It’s in the edition of {day}, which none of your digests drew from."
    if why.explained.exclusion == ExclusionReason.IN_NO_EDITION:
        return "It isn’t in any edition, and your digests only draw from editions."
    return "It isn’t in any edition."


@require_POST
@signed(Purpose.PREFERENCES)
def apply_suggested_fix(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponse:
    """Apply the fix that brings a paper into the reader's digests."""
    paper = resolve(request.POST.get("paper", ""))
    if paper is None:
        raise Http404("no such paper")
    fix = why_not_explanation.apply_fix(subscriber, paper, request.POST.get("remedy", ""), timezone.now())
    if fix:
        messages.success(request, fix_confirmation(fix))
    else:
        messages.error(request, "Nothing changed, because this no longer applies. Here’s the current state.")
    return redirect(f"{reverse('why_not', args=[token])}?paper={paper.pk}")


def fix_confirmation(fix: SuggestedFix) -> str:
    """Return the confirmation for an applied fix."""
    return FIXES[fix.kind].confirmation.format(fix.argument)
