"""The queue of submissions: one after the other, accepted or refused by one key, with a reason its sender sees."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from digest import submitting
from digest.models import Submission
from digest.panel.pages import keep_in_trail, show
from digest.site.reading import with_particulars

SHOWN = 20
REASON_LENGTH = 280


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show what waits for a curator, longest waiting first."""
    return _page(request)


def _page(request: HttpRequest, complaint: str = "", status: int = 200) -> HttpResponse:
    waiting = Submission.objects.filter(status=Submission.Status.QUEUED).order_by("created_at", "pk")
    rows = waiting.select_related("paper", "member").prefetch_related(*with_particulars("paper__"))
    context = {
        "title": "Submissions",
        "submissions": rows[:SHOWN],
        "complaint": complaint,
        "typed": request.POST,
        "reason_length": REASON_LENGTH,
        "may_decide": request.user.has_perm("digest.change_submission"),
    }
    return show(request, "panel/queue.html", context, status)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or refuse one; 409 where another curator was faster, 422 where a refusal has no reason."""
    submission = get_object_or_404(Submission.objects.select_related("paper"), pk=pk)
    reason = " ".join(request.POST.get("reason", "").split())
    if len(reason) > REASON_LENGTH:
        return _page(request, f"The reason has {len(reason)} characters; {REASON_LENGTH} fit.", 422)
    if request.POST.get("act") == "accept":
        done, told = submitting.accept(submission, timezone.now(), reason), "Accepted."
    elif not reason:
        return _page(request, "Not refused: please write a reason, for its sender.", 422)
    else:
        done, told = submission.refuse(timezone.now(), reason), "Refused."
    if not done:
        return _page(request, f"{submission} was decided before, or does not wait for a curator.", 409)
    keep_in_trail(request, submission, f"{told} {reason}".strip())
    messages.success(request, f"{submission}: {told}")
    return HttpResponseRedirect(reverse("admin:queue"))
