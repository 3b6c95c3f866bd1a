"""The pages about followed sources: their health, and adding a source after a preview of what it would bring."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from digest.catalog import dry_run
from digest.catalog.harvest_scheduler import due_at
from digest.catalog.sources_in_use import SourceInUse, sources_in_use
from digest.models import FollowedSource, SourceRun
from digest.models.followed_source import MAX_SOURCE_QUERY_LENGTH
from digest.panel.pages import log_change, render_panel_page
from digest.sources.interface import source_kind, source_kinds
from digest.sources.record import SourceError
from subscriptions.admin_base import PanelAdmin

RUNS_SHOWN = 10


class FollowForm(forms.ModelForm):  # type: ignore[type-arg]
    """A kind of source, its query, and what happens to its papers."""

    kind = forms.ChoiceField()

    class Meta:
        model = FollowedSource
        fields = ("kind", "query", "name", "into_drafts", "most_per_day")
        help_texts = {
            "query": "What to fetch from it. Each kind is explained below.",
            "name": "Leave this empty to name it after the query.",
            "into_drafts": "Add its papers to the draft of their day.",
            "most_per_day": "Papers beyond this number only go into the catalogue. 0 means no limit.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101
        kind.choices = [(name, each.title) for name, each in source_kinds().items() if each.query_help]
        self.fields["name"].required = False

    @property
    def helps(self) -> list[tuple[str, str]]:
        """The title and the query help of each kind."""
        return [(each.title, each.query_help) for each in source_kinds().values() if each.query_help]

    def clean(self) -> dict[str, Any]:
        """Normalise the query, and name a source without a name after it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "kind" not in cleaned or "query" not in cleaned:
            return cleaned
        kind = source_kind(cleaned["kind"])
        try:
            cleaned["query"] = self.instance.query = kind.checked_query(cleaned["query"])
        except SourceError as error:
            raise forms.ValidationError({"query": f"This query doesn’t work: {error}."}) from error
        if len(cleaned["query"]) > MAX_SOURCE_QUERY_LENGTH:
            raise forms.ValidationError({"query": f"The query can have {MAX_SOURCE_QUERY_LENGTH} characters at most."})
        named = cleaned.get("name") or f"{kind.title} {cleaned['query'].removeprefix('https://')}".strip()
        cleaned["name"] = self.instance.name = named[:80]
        if FollowedSource.objects.filter(kind=cleaned["kind"], query=cleaned["query"]).exists():
            raise forms.ValidationError("You already follow this source.")
        return cleaned


@dataclass(frozen=True)
class SourceHealth:
    """The health of a source in use: its last run, its next one, and its failures in a row."""

    source: SourceInUse
    last: SourceRun | None
    next_at: datetime | None
    failures: int

    @property
    def title(self) -> str:
        """The name of the source."""
        return self.source.followed.name if self.source.followed else source_kind(self.source.kind).title


def health_of(source: SourceInUse, now: datetime) -> SourceHealth:
    """Return the health of a source, from its last runs."""
    runs = SourceRun.objects.of(source.kind, source.part)
    failures, _ = runs.failures_in_a_row()
    return SourceHealth(source, runs.first(), due_at(source.kind, source.part, now), failures)


@admin.register(FollowedSource)
class FollowedSourceAdmin(PanelAdmin):
    """Sources added in the panel. Those from the settings are listed below them."""

    list_display = ("name", "kind_title", "query", "state", "into_drafts", "most_per_day", "last_run", "next_run")
    list_filter = ("status", "kind")
    nothing_yet = "Follow a journal, a preprint server or a search: “Add source” shows what it would bring in."
    readonly_fields = ("kind", "query", "stopped_because", "moved_to", "created_at")
    fields = ("name", "kind", "query", "status", "into_drafts", "most_per_day", "stopped_because", "moved_to")
    actions = ("pause", "resume")
    search_fields = ("name", "query")
    ordering = ("name",)

    @admin.display(description="kind")
    def kind_title(self, row: FollowedSource) -> str:
        """Return the title of the kind."""
        kinds = source_kinds()
        return kinds[row.kind].title if row.kind in kinds else row.kind

    @admin.display(description="status", ordering="status")
    def state(self, row: FollowedSource) -> str:
        """Return the status, and why if the source was stopped or moved."""
        why = row.stopped_because or (row.moved_to and f"moved to {row.moved_to}")
        return f"{row.get_status_display()}: {why}" if why else row.get_status_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowedSource]:
        """Annotate each source with its newest run."""
        runs = SourceRun.objects.filter(source=OuterRef("kind"), part=OuterRef("query")).order_by("-pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                last_status=Subquery(runs.values("status")[:1]),
                last_at=Subquery(runs.values("started_at")[:1]),
                last_new=Subquery(runs.values("new")[:1]),
            )
        )

    @admin.display(description="last run")
    def last_run(self, row: Any) -> str:
        """Return when the source was last queried, and the result."""
        if row.last_at is None:
            return "not yet"
        result = f"{row.last_new} new" if row.last_status == SourceRun.Status.FINISHED else row.last_status
        return f"{row.last_at:%d %b %H:%M}, {result}"

    @admin.display(description="next run")
    def next_run(self, row: FollowedSource) -> str:
        """Return when the source will be queried next."""
        if row.status != FollowedSource.Status.ACTIVE or row.kind not in source_kinds():
            return "–"
        moment = due_at(row.kind, row.query, timezone.now())
        return "soon" if moment is None or moment <= timezone.now() else f"{moment:%d %b %H:%M}"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Forbid deleting, because what a source listed carries its name. It can be paused instead."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Replace Django's page for adding with our own."""
        page = path("add/", self.admin_site.admin_view(self.follow), name="digest_followedsource_add")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the sources from the settings below those added in the panel."""
        now = timezone.now()
        named = [source for source in sources_in_use() if source.followed is None]
        # Each takes a few queries, so only the first three are shown; the settings rarely name many.
        context = {"of_settings": [health_of(source, now) for source in named[:3]], "more": len(named[3:])}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the latest runs below the fields."""
        row = FollowedSource.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        runs = SourceRun.objects.of(row.kind, row.query)[:RUNS_SHOWN] if row else []
        return super().change_view(request, object_id, form_url, {"runs": runs, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: FollowedSource, form: Any, change: bool) -> None:  # noqa: FBT001
        """Clear the reason for stopping when the source is turned on again."""
        if obj.status == FollowedSource.Status.ACTIVE:
            obj.stopped_because = ""
        super().save_model(request, obj, form, change)

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, rows: QuerySet[FollowedSource]) -> None:
        """Stop querying these for now."""
        self._set_status(request, rows, FollowedSource.Status.PAUSED)

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, rows: QuerySet[FollowedSource]) -> None:
        """Query these again."""
        self._set_status(request, rows, FollowedSource.Status.ACTIVE)

    def _set_status(self, request: HttpRequest, rows: QuerySet[FollowedSource], status: str) -> None:
        for row in rows:
            row.status, row.stopped_because = status, ""
            row.save(update_fields=["status", "stopped_because"])
            log_change(request, row, f"Now {status}.")
        self.message_user(request, f"Now {status}: {', '.join(map(str, rows))}.", messages.SUCCESS)

    def follow(self, request: HttpRequest) -> HttpResponse:
        """Preview what a source would bring, or follow it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FollowForm(request.POST or None)
        context: dict[str, Any] = {"title": "Add a source", "form": form}
        if form.is_valid():
            if "_follow" in request.POST:
                row = form.save()
                log_change(request, row, "Added.")
                self.message_user(request, f"Added “{row}”. It’ll be checked within ten minutes.", messages.SUCCESS)
                return redirect(reverse("admin:digest_followedsource_changelist"))
            kind = source_kind(form.cleaned_data["kind"])
            context["outlook"] = dry_run.try_source(kind, form.cleaned_data["query"])
        return render_panel_page(request, "admin/digest/followedsource/follow.html", context)
