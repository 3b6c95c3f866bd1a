"""Helpers for the panel's own pages: the frame, activity log entries, and starting tasks."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_panel_page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a page in the panel's frame. `context` has the `title` and whatever the template needs."""
    request.current_app = admin.site.name
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def log_change(request: HttpRequest, changed: Model, what: str) -> None:
    """Record in the activity log who did what to a row."""
    rows = changed._meta.model._default_manager.filter(pk=changed.pk)
    LogEntry.objects.log_actions(int(request.user.pk or 0), rows, CHANGE, change_message=what, single_object=True)


def delay_on_commit(task: Any, *arguments: object) -> None:
    """Queue a task after the commit. If the broker is down, nothing breaks: beat queues it within a minute."""
    transaction.on_commit(lambda: task.delay(*arguments), robust=True)
