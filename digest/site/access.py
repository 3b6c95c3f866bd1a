"""Who may see what is not public: those of the panel who have shown all that it asks for."""

from django.conf import settings
from django.http import HttpRequest


def has_panel_access(request: HttpRequest) -> bool:
    """Say whether somebody has shown all that the panel asks for."""
    return is_staff(request) and (not settings.SECOND_FACTOR or request.user.is_verified())  # type: ignore[union-attr]


def is_staff(request: HttpRequest) -> bool:
    """Say whether somebody who works here signed in with the password."""
    return bool(request.user.is_active and request.user.is_staff)
