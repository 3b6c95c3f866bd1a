"""The queue of submissions: each is accepted or refused with one key, with a reason that the member sees."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from digest.editions import submissions
from digest.models import Submission
from digest.panel.pages import log_change, render_panel_page
from digest.site.paper_lists import paper_prefetches

SUBMISSIONS_SHOWN = 20
REASON_LENGTH = 280


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the submissions that wait for a curator, longest waiting first."""
    return _page(request)


def _page(request: HttpRequest, error_message: str = "", status: int = 200) -> HttpResponse:
    waiting = Submission.objects.filter(status=Submission.Status.QUEUED).order_by("created_at", "pk")
    rows = waiting.select_related("paper", "member").prefetch_related(*paper_prefetches("paper__"))
    context = {
        "title": "Submissions",
        "submissions": rows[:SUBMISSIONS_SHOWN],
        "error_message": error_message,
        "typed": request.POST,
        "reason_length": REASON_LENGTH,
        "may_decide": request.user.has_perm("digest.change_submission"),
    }
    return render_panel_page(request, "panel/submission_queue.html", context, status)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or refuse one; 409 if another curator was faster, 422 if a refusal has no reason."""
    submission = get_object_or_404(Submission.objects.select_related("paper"), pk=pk)
    reason = " ".join(request.POST.get("reason", "").split())
    who = request.user.get_username()
    if len(reason) > REASON_LENGTH:
        return _page(request, f"The reason can be {REASON_LENGTH} characters at most. Yours has {len(reason)}.", 422)
    if request.POST.get("act") == "accept":
        was_decided, message = submissions.accept(submission, timezone.now(), reason, who), "Accepted."
    elif not reason:
        return _page(request, "Please give a reason. Whoever submitted the paper will see it.", 422)
    else:
        was_decided, message = submission.refuse(timezone.now(), reason), "Refused."
    if not was_decided:
        return _page(request, f"Nothing to decide: {submission} isn’t waiting for a curator any more.", 409)
    log_change(request, submission, f"{message} {reason}".strip())
    messages.success(request, f"{submission}: {message}")
    return HttpResponseRedirect(reverse("admin:queue"))
