"""The panel's side of the community: the queue of submissions, and the members."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.admin import ModelAdmin

from digest import joining, submitting
from digest.models import Member, Submission


@admin.register(Submission)
class SubmissionAdmin(ModelAdmin):
    """What members propose: to accept into the next draft, or to refuse with a reason."""

    list_display = ("arxiv_id", "title", "status", "member", "created_at", "decided_at")
    list_filter = ("status",)
    list_select_related = ("paper", "member")
    search_fields = ("arxiv_id", "paper__title")
    fields = ("arxiv_id", "title", "authors", "abstract", "status", "member", "created_at", "decided_at", "reason")
    readonly_fields = ("title", "authors", "abstract", "arxiv_id", "status", "member", "created_at", "decided_at")
    actions = ("accept",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Only members propose."""
        return False

    @admin.display(ordering="paper__title")
    def title(self, submission: Submission) -> str:
        """Tell the title, once the text has come."""
        return submission.paper.title if submission.paper else ""

    @admin.display
    def authors(self, submission: Submission) -> str:
        """Name the authors."""
        return ", ".join(submission.paper.authors) if submission.paper else ""

    @admin.display
    def abstract(self, submission: Submission) -> str:
        """Show what the paper says of itself."""
        return submission.paper.abstract if submission.paper else ""

    @admin.action(description="Accept the selected submissions", permissions=["change"])
    def accept(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        """Accept each that waits, and tell what became of it."""
        for submission in submissions.select_related("paper"):
            self.accept_one(request, submission)

    def accept_one(self, request: HttpRequest, submission: Submission) -> None:
        """Accept and say so, or say why not."""
        if submitting.accept(submission, timezone.now(), submission.reason):
            self.log_change(request, submission, "Accepted.")
            self.message_user(request, f"{submission} is accepted and stands in the next draft.", messages.SUCCESS)
        else:
            self.message_user(request, f"{submission} does not wait for a curator.", messages.WARNING)

    def refuse_one(self, request: HttpRequest, submission: Submission) -> None:
        """Refuse and say so; not without a reason, for its sender reads it."""
        if not submission.reason:
            self.message_user(request, "Not refused: please write a reason, for its sender.", messages.ERROR)
        elif submission.refuse(timezone.now(), submission.reason):
            self.log_change(request, submission, "Refused.")
            self.message_user(request, f"{submission} is refused.", messages.SUCCESS)
        else:
            self.message_user(request, f"{submission} was decided before.", messages.WARNING)

    def response_change(self, request: HttpRequest, obj: Submission) -> HttpResponse:
        """Accept or refuse after saving the reason, where one of those buttons was pressed."""
        acts = {"_accept": self.accept_one, "_refuse": self.refuse_one}
        for name in acts.keys() & request.POST.keys():
            acts[name](request, obj)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)


@admin.register(Member)
class MemberAdmin(ModelAdmin):
    """Who votes and proposes: to look at, and to shut out."""

    list_display = ("id", "email", "joined_at", "barred_at")
    list_filter = (("barred_at", admin.EmptyFieldListFilter),)
    search_fields = ("email_key",)
    fields = ("email", "created_at", "joined_at", "barred_at")
    readonly_fields = fields
    actions = ("bar",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Members come by themselves."""
        return False

    def delete_model(self, request: HttpRequest, obj: Member) -> None:  # noqa: ARG002 - Django's signature
        """Take their votes out of the counts, too."""
        joining.leave(obj, timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:  # noqa: ARG002
        """Do it for each."""
        for member in queryset:
            joining.leave(member, timezone.now())

    @admin.action(description="Shut out, and take back all votes", permissions=["change"])
    def bar(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        """Shut each out and note who did it."""
        for member in members:
            if joining.bar(member, timezone.now()):
                self.log_change(request, member, "Shut out.")
                self.message_user(request, f"{member} is shut out.", messages.SUCCESS)
            else:
                self.message_user(request, f"{member} was shut out before.", messages.INFO)
