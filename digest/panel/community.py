"""The panel's side of the community: the queue of submissions, and the members."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from digest.community import members as joining
from digest.editions import submissions as submitting
from digest.models import Member, Submission
from subscriptions.admin_base import PanelAdmin


@admin.register(Submission)
class SubmissionAdmin(PanelAdmin):
    """Papers that members propose: accepted into the next draft, or refused with a reason."""

    list_display = ("arxiv_id", "title", "status", "member", "created_at", "decided_at")
    list_filter = ("status",)
    nothing_yet = "Members propose papers on the site, under “Submit”. Their submissions appear here."
    list_select_related = ("paper", "member")
    search_fields = ("arxiv_id", "paper__title")
    fields = ("arxiv_id", "title", "authors", "abstract", "status", "member", "created_at", "decided_at", "reason")
    readonly_fields = ("title", "authors", "abstract", "arxiv_id", "status", "member", "created_at", "decided_at")
    help_texts = {"reason": "Whoever submitted the paper sees this."}
    actions = ("accept",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Forbid adding: only members submit papers."""
        return False

    @admin.display(ordering="paper__title")
    def title(self, submission: Submission) -> str:
        """Return the title, once the paper's metadata has been fetched."""
        return submission.paper.title if submission.paper else ""

    @admin.display
    def authors(self, submission: Submission) -> str:
        """Return the authors' names."""
        return ", ".join(submission.paper.authors) if submission.paper else ""

    @admin.display
    def abstract(self, submission: Submission) -> str:
        """Return the abstract."""
        return submission.paper.abstract if submission.paper else ""

    @admin.action(description="Accept the selected submissions", permissions=["change"])
    def accept(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        """Accept each submission that waits, with a message for each."""
        for submission in submissions.select_related("paper"):
            self.accept_one(request, submission)

    def accept_one(self, request: HttpRequest, submission: Submission) -> None:
        """Accept one submission, with a message that it was accepted or why not."""
        if submitting.accept(submission, timezone.now(), submission.reason, request.user.get_username()):
            self.log_change(request, submission, "Accepted.")
            self.message_user(request, f"Accepted {submission}: it’s in the next draft.", messages.SUCCESS)
        else:
            self.message_user(request, f"No change: {submission} isn’t waiting for a curator.", messages.WARNING)

    def refuse_one(self, request: HttpRequest, submission: Submission) -> None:
        """Refuse one submission, with a message. A reason is required, because whoever submitted the paper sees it."""
        if not submission.reason:
            self.message_user(request, "Please give a reason. Whoever submitted the paper will see it.", messages.ERROR)
        elif submission.refuse(timezone.now(), submission.reason):
            self.log_change(request, submission, "Refused.")
            self.message_user(request, f"Refused {submission}.", messages.SUCCESS)
        else:
            self.message_user(request, f"Someone already decided on {submission}.", messages.WARNING)

    def response_change(self, request: HttpRequest, obj: Submission) -> HttpResponse:
        """Accept or refuse after saving the reason, if one of those buttons was clicked."""
        acts = {"_accept": self.accept_one, "_refuse": self.refuse_one}
        for name in acts.keys() & request.POST.keys():
            acts[name](request, obj)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)


@admin.register(Member)
class MemberAdmin(PanelAdmin):
    """The people who vote and submit papers. They can be viewed and banned here."""

    list_display = ("id", "email", "joined_at", "barred_at")
    list_filter = (("barred_at", admin.EmptyFieldListFilter),)
    nothing_yet = "Anyone who signs in on the site to vote or to submit a paper becomes a member."
    search_fields = ("email_key",)
    fields = ("email", "created_at", "joined_at", "barred_at")
    readonly_fields = fields
    actions = ("bar",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Forbid adding: members join by signing in on the site."""
        return False

    def delete_model(self, request: HttpRequest, obj: Member) -> None:  # noqa: ARG002 - Django's signature
        """Delete a member and take their votes out of the counts."""
        joining.delete_member(obj, timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:  # noqa: ARG002
        """Delete each member with their votes."""
        for member in queryset:
            joining.delete_member(member, timezone.now())

    @admin.action(description="Ban, and remove all their votes", permissions=["change"])
    def bar(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        """Ban each member and log who did it."""
        for member in members:
            if joining.bar(member, timezone.now()):
                self.log_change(request, member, "Banned.")
                self.message_user(request, f"Banned {member} and removed their votes.", messages.SUCCESS)
            else:
                self.message_user(request, f"No change: {member} was already banned.", messages.INFO)
