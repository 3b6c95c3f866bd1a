"""Submitting a paper: the form, the check by the member, and the result."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digest import tasks
from digest.editions import submissions
from digest.models import Member
from digest.site.forms import SubmitForm
from digest.site.signing_in import member_required
from subscriptions import limits, outgoing


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def submit(request: HttpRequest, member: Member) -> HttpResponse:
    """Accept the ID or address of a paper, and show what was found."""
    # The search links here with an unknown ID.
    initial = {"paper": request.GET.get("paper", "")}
    form = SubmitForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        if not limits.has_room(settings.SUBMISSIONS_PER_MEMBER, "submissions", str(member.pk)):
            form.add_error("paper", "That’s a lot of papers for one day. Please come back tomorrow.")
            return render(request, "site/submit.html", {"form": form}, status=HTTPStatus.TOO_MANY_REQUESTS)
        try:
            row = submissions.submit_paper(member, form.cleaned_data["paper"], timezone.now())
        except submissions.SubmissionRefusedError as error:
            form.add_error("paper", str(error))
        else:
            if row.status == row.Status.WAITING:
                outgoing.enqueue_on_commit(tasks.fetch_submissions.delay)
            return redirect("submission", row.pk)
    return render(request, "site/submit.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@member_required
def submission(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Show a submission to the member who sent it: the paper to check, or the result."""
    row = get_object_or_404(member.submissions.select_related("paper__entry__edition"), pk=pk)
    return render(request, "site/submission.html", {"submission": row})


@require_POST
@member_required
def confirm_submission(request: HttpRequest, member: Member, pk: int) -> HttpResponse:  # noqa: ARG001
    """Hand a submission to the curators, after the member has checked it."""
    get_object_or_404(member.submissions, pk=pk).enqueue()
    return redirect("submission", pk)


@require_POST
@member_required
def withdraw_submission(request: HttpRequest, member: Member, pk: int) -> HttpResponse:  # noqa: ARG001
    """Withdraw a submission that has not been decided on."""
    member.submissions.open().filter(pk=pk).delete()
    return redirect("account")
