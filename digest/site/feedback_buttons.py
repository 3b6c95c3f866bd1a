"""More, less and save: three buttons under each paper for signed-in readers. They work without JavaScript, too."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from digest.community import feedback
from digest.models import Feedback
from digest.site.members import reader_of
from digest.site.paper_lists import papers_for_page
from digest.site.signing_in import lead_to_sign_in, referring_address
from subscriptions.models import Subscriber

# The kinds of feedback that have a button.
BUTTON_KINDS = (Feedback.Kind.MORE, Feedback.Kind.LESS, Feedback.Kind.SAVED)


@require_POST
@never_cache
def toggle_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Handle a signed-in reader's feedback on a paper; return its buttons, or redirect to the page they were on."""
    reader = reader_of(request)
    if reader is None:
        return lead_to_sign_in(request)
    paper = get_object_or_404(papers_for_page(), pk=pk)
    just_given = apply_button(request, reader, pk)
    if not getattr(request, "htmx", False):
        return redirect(f"{referring_address(request).partition('#')[0]}#paper-{pk}")
    context = {"paper": paper, "kinds": feedback.feedback_on(reader, pk), "just_given": just_given}
    return render(request, "site/feedback_buttons.html", context)


def apply_button(request: HttpRequest, reader: Subscriber, paper: int) -> str:
    """Give or undo the feedback on a paper (its key) that the button stands for; return its kind, "" if it was undone.

    Http404 for an unknown kind.
    """
    kind = request.POST.get("say") or request.POST.get("unsay") or ""
    if kind not in BUTTON_KINDS:
        raise Http404("no such feedback")
    if "say" in request.POST:
        feedback.give_feedback(reader, paper, Feedback.Kind(kind), timezone.now())
        return kind
    feedback.withdraw_feedback(reader, paper, Feedback.Kind(kind), timezone.now())
    return ""
