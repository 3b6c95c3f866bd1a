"""The panel as a whole: its frame, its own files, and who has access."""

import re

import pytest
from django.contrib.staticfiles import finders

from tests.support.factories import make_edition, make_paper

pytestmark = pytest.mark.django_db

PAGES = ["", "digest/edition/", "digest/paper/", "digest/delivery/", "auth/user/", "auth/group/", "admin/logentry/"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_only_our_own_files(admin_client, page):
    make_edition(make_paper())

    html = admin_client.get(f"/admin/{page}").content.decode()

    files = re.findall(r"""<(?:script|link|img|iframe)[^>]*\b(?:src|href)=["']([^"']+)""", html)
    assert len(files) > 5
    assert [file for file in files if not file.startswith("/")] == []
    assert [file for file in files if file.startswith("/static/") and not finders.find(file[8:])] == []


def test_the_panel_shows_the_name_of_the_site(admin_client, settings):
    assert f"{settings.SITE_NAME}</title>" in re.sub(r"\s+<", "<", admin_client.get("/admin/").content.decode())


def test_the_panel_is_visible_without_scripts(admin_client):
    assert "<noscript><style>html[x-cloak]" in admin_client.get("/admin/").content.decode()


def test_an_owner_who_is_not_a_superuser_cannot_become_one(client, django_user_model):
    owner = django_user_model.objects.create_user("owner", is_staff=True)
    boss = django_user_model.objects.create_superuser("boss")
    owner.user_permissions.set(django_user_model.user_permissions.rel.model.objects.all())
    client.force_login(owner)

    data = {"username": "owner", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    client.post(f"/admin/auth/user/{owner.pk}/change/", data)

    owner.refresh_from_db()
    assert not owner.is_superuser
    assert client.post(f"/admin/auth/user/{boss.pk}/change/", data).status_code == 403
    assert client.get(f"/admin/auth/user/{boss.pk}/password/").status_code == 403


def test_panel_users_cannot_be_deleted(admin_client, admin_user):
    assert admin_client.post(f"/admin/auth/user/{admin_user.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_activity_log_is_read_only(admin_client, django_user_model):
    admin_client.post("/admin/auth/group/add/", {"name": "Guests"})
    (entry,) = admin_client.get("/admin/admin/logentry/").context["cl"].queryset

    assert entry.object_repr == "Guests"
    assert admin_client.get("/admin/admin/logentry/add/").status_code == 403
    assert admin_client.post(f"/admin/admin/logentry/{entry.pk}/change/", {"object_repr": "x"}).status_code == 403
    assert admin_client.post(f"/admin/admin/logentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
