"""The panel's users and their roles."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django_otp.plugins.otp_static import admin as _static_admin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as _totp_admin
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from digest.panel import devices
from digest.panel.second_factors import forget_factors
from subscriptions.admin_base import PanelAdmin

# Importing the admin modules registers these models, but nobody may read the keys of second factors.
admin.site.unregister([User, Group, TOTPDevice, StaticDevice])

__all__ = ["_static_admin", "_totp_admin"]

# Fields that give more power than any role.
BEYOND_ROLES = ("is_superuser", "user_permissions")


@admin.register(User)
class PersonAdmin(UserAdmin, PanelAdmin):  # type: ignore[misc, type-arg]
    """Panel users and their roles. They cannot be deleted, because the activity log refers to them: untick “active”."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "roles", "is_active", "last_login", "signing_in")
    list_filter = ("is_active", "groups")
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    actions = ("forget_second_factor",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the roles with the users."""
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Make the fields that go beyond roles read-only for everyone except superusers."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *BEYOND_ROLES)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only superusers change a superuser, since setting a new password would give access to their rights."""
        return super().has_change_permission(request, obj) and (
            obj is None or not obj.is_superuser or bool(request.user.is_superuser)
        )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:  # noqa: ARG002
        """Forbid deleting users."""
        return False

    @admin.action(description="Reset two-factor sign-in", permissions=["change"])
    def forget_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Have each user set up a new second factor at the next sign-in, and log who did it."""
        for person in people:
            if not self.has_change_permission(request, person):
                self.message_user(request, f"Only a superuser can change {person}.", messages.ERROR)
                continue
            forget_factors(person)
            # If a device was lost, its browser must not stay signed in or stay known.
            devices.end_sessions(person)
            self.log_change(request, person, "Reset two-factor sign-in.")
            self.message_user(request, f"{person} will set up two-factor sign-in again next time.", messages.SUCCESS)

    @admin.display(description="sign-in")
    def signing_in(self, person: User) -> SafeString:
        """Link to the page for unlocking a user or signing them out."""
        return render_to_string("panel/person_sign_in_link.html", {"person": person})

    @admin.display
    def roles(self, person: User) -> str:
        """Return the names of the roles."""
        names = [group.name for group in person.groups.all()]
        return ", ".join(["superuser", *names] if person.is_superuser else names)


@admin.register(Group)
class RoleAdmin(GroupAdmin, PanelAdmin):
    """Roles and their permissions."""
