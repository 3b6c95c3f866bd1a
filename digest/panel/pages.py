"""What every page of the panel's own has in common: the frame, and lines in the trail."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_panel_page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a page in the panel's frame. context: `title`, and what the template needs."""
    request.current_app = admin.site.name
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def log_change(request: HttpRequest, changed: Model, what: str) -> None:
    """Note who did what to a row."""
    rows = changed._meta.model._default_manager.filter(pk=changed.pk)
    LogEntry.objects.log_actions(int(request.user.pk or 0), rows, CHANGE, change_message=what, single_object=True)


def delay_on_commit(task: Any, *arguments: object) -> None:
    """Ring for a task once all is committed; where the broker is away, nothing breaks: beat rings within a minute."""
    transaction.on_commit(lambda: task.delay(*arguments), robust=True)
