"""Who may see what is not public: fully signed-in users of the panel."""

from django.conf import settings
from django.http import HttpRequest


def has_panel_access(request: HttpRequest) -> bool:
    """Return whether the user is fully signed in to the panel, with a second factor if one is required."""
    return is_staff(request) and (not settings.SECOND_FACTOR or request.user.is_verified())  # type: ignore[union-attr]


def is_staff(request: HttpRequest) -> bool:
    """Return whether the user is signed in as active staff (password only)."""
    return bool(request.user.is_active and request.user.is_staff)
