"""Proposing a paper: the form, the check by its sender, and what became of it."""

from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digest import submitting, tasks
from digest.models import Member
from digest.site.forms import SubmitForm
from digest.site.signing_in import for_members
from subscriptions import limits


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def submit(request: HttpRequest, member: Member) -> HttpResponse:
    """Take the id or the address of a paper, and show what was found."""
    form = SubmitForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not limits.has_room(settings.SUBMISSIONS_PER_MEMBER, "submissions", str(member.pk)):
            form.add_error("paper", "These were many papers. Please come back tomorrow.")
            return render(request, "site/submit.html", {"form": form}, status=HTTPStatus.TOO_MANY_REQUESTS)
        try:
            row = submitting.submit(member, form.cleaned_data["paper"], timezone.now())
        except submitting.RefusedError as error:
            form.add_error("paper", str(error))
        else:
            if row.status == row.Status.WAITING:
                transaction.on_commit(tasks.fetch_submissions.delay)
            return redirect("submission", row.pk)
    return render(request, "site/submit.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@for_members
def submission(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Show a submission to its sender: the paper to check, or what became of it."""
    row = get_object_or_404(member.submissions.select_related("paper__entry__edition"), pk=pk)
    return render(request, "site/submission.html", {"submission": row})


@require_POST
@for_members
def confirm_submission(request: HttpRequest, member: Member, pk: int) -> HttpResponse:  # noqa: ARG001
    """Hand a submission to the desk, after its sender has looked at it."""
    get_object_or_404(member.submissions, pk=pk).enqueue()
    return redirect("submission", pk)


@require_POST
@for_members
def withdraw_submission(request: HttpRequest, member: Member, pk: int) -> HttpResponse:  # noqa: ARG001
    """Take a submission back that nobody has decided on."""
    member.submissions.open().filter(pk=pk).delete()
    return redirect("account")
