"""Who can do what in the panel: a table of roles and actions."""

import pytest
from django.contrib.auth.models import Group, User

from digest.models import Edition, EditionPaper, Member, Submission
from digest.panel import routes
from subscriptions.importing.table_reader import take_in
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytestmark = pytest.mark.django_db

C, P, W = "Curator", "Operator", "Owner"
ROLES = ["nothing", C, P, W]

# The panel's own pages by name, with the roles that can use them.
OWN = {
    **{key: {C, P, W} for key in ["board", "audience", "preview", "preview_page", "preview_mail", "publishing"]},
    **{key: {C} for key in ["board_command", "send_test", "check_links", "publish", "unpublish", "approve"]},
    **{
        key: {P}
        for key in ["stop_sending", "resume_sending", "clear_edition_bounces", "cancel_sending", "requeue_failed"]
    },
}
OWN |= {
    name: {P}
    for name in ("subscriber_history", "add_suppression", "remove_suppression", "export_data", "export_subscribers")
}
OWN |= {name: {P} for name in ("rosters", "roster_upload", "roster", "roster_check", "roster_import", "roster_delete")}
OWN |= {"explain": {P}, "queue": {C}, "decide": {C}, "paper_joins": {C}, "sign_up_snippets": {P}}
OWN |= {"topic_categories": {C, W}}
OWN |= {name: {W} for name in ("person_sign_in", "lift_sign_in_limit", "sign_out_person")}
# Pages of the admin.
ADMIN = {
    "digest/edition/": {C, P, W},
    "digest/edition/add/": {C},
    "digest/edition/{edition}/change/": {C, P, W},
    "digest/edition/{edition}/delete/": set(),
    "digest/paper/": {C, P},
    "digest/paper/{paper}/delete/": set(),
    "digest/delivery/": {P},
    "digest/delivery/{delivery}/change/": {P},
    "digest/delivery/{delivery}/delete/": set(),
    "digest/sourcerun/": {C, P},
    "digest/submission/": {C},
    "digest/member/": {P},
    "digest/feedback/": {P},
    "subscriptions/subscriber/": {P},
    "subscriptions/subscriber/{subscriber}/change/": {P},
    "subscriptions/subscriber/{subscriber}/delete/": {P},
    "subscriptions/suppression/": {P},
    "subscriptions/suppression/add/": {P},
    "subscriptions/topic/": {C, P, W},
    "subscriptions/topic/add/": {C, W},
    "subscriptions/topic/{topic}/delete/": {W},
    "auth/user/": {W},
    "auth/user/add/": {W},
    "auth/user/{user}/delete/": set(),
    "auth/group/": {W},
    "admin/logentry/": {W},
}
PAGES = [page for page in routes.PANEL_PAGES if isinstance(page.access, str)]
GET_PAGES = {"board", "audience", "preview", "preview_page", "preview_mail", "publishing"}
GET_PAGES |= {"subscriber_history", "rosters", "roster", "explain", "queue", "person_sign_in"}


@pytest.fixture
def rows():
    topic = make_topic()
    edition = make_edition(make_paper(about=topic), published=False)
    subscriber = make_subscriber()
    delivery = make_delivery(subscriber, make_edition(make_paper(), day=edition.day.replace(day=1)))
    keys = {"edition": edition, "paper": edition.papers.get(), "delivery": delivery}
    member = Member.objects.create(email="m@example.org")
    proposed = {"member": member, "arxiv_id": "2508.00001", "paper": make_paper(), "status": "queued"}
    keys |= {"submission": Submission.objects.create(**proposed)}
    keys |= {"roster": take_in("list.csv", b"email\nada@example.org\n", "grace")}
    keys |= {"subscriber": subscriber, "topic": topic, "user": User.objects.create_user("other")}
    return {name: row.pk for name, row in keys.items()}


@pytest.fixture
def sign_in(client):
    def sign_in(role):
        user = User.objects.create_user(f"somebody-{role}", email="somebody@example.org", is_staff=True)
        user.groups.set(Group.objects.filter(name=role))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture(autouse=True)
def nobody_rings(monkeypatch):
    monkeypatch.setattr("digest.tasks.sweep_editions.delay", lambda: None)
    monkeypatch.setattr("subscriptions.tasks.work_on_rosters.delay", lambda: None)


def test_every_panel_page_is_in_the_table():
    assert {page.name for page in PAGES} == set(OWN)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_panel_page_is_only_for_its_roles(rows, sign_in, page, role):
    client = sign_in(role)
    address = "/admin/" + page.route.replace("<int:pk>", str(rows.get(page.route.split("/")[1], "")))

    answer = client.get(address) if page.name in GET_PAGES else client.post(address, {"version": 0, "act": "clear"})

    assert (answer.status_code != 403) == (role in OWN[page.name])
    assert answer.status_code < 500


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ADMIN)
def test_an_admin_page_is_only_for_its_roles(rows, sign_in, path, role):
    answer = sign_in(role).get(f"/admin/{path.format(**rows)}")

    assert answer.status_code == (200 if role in ADMIN[path] else 403)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_visitors_and_people_without_panel_access_are_sent_to_sign_in(rows, client, page):
    address = "/admin/" + page.route.replace("<int:pk>", str(rows.get(page.route.split("/")[1], "")))
    for user in (None, User.objects.create_user("reader")):
        if user:
            client.force_login(user)
        answer = client.get(address) if page.name in GET_PAGES else client.post(address)
        assert answer.status_code == 302
        assert "/admin/login/" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("role", "action", "is_done"), [(C, "publish", True), (P, "publish", False), (C, "stop_sending", False)]
)
def test_each_action_on_the_edition_list_needs_its_own_permission(rows, sign_in, role, action, is_done):
    sign_in(role).post("/admin/digest/edition/", {"action": action, "_selected_action": [rows["edition"]]})

    assert Edition.objects.get(pk=rows["edition"]).is_published == is_done
    assert not Edition.objects.get(pk=rows["edition"]).is_halted


def test_the_forms_publish_button_works_only_with_permission_to_publish(rows, sign_in):
    client = sign_in(C)
    group = Group.objects.get(name=C)
    group.permissions.remove(group.permissions.get(codename="publish_edition"))
    data = {"day": "2025-08-21", "publish_at_0": "2025-08-21", "publish_at_1": "06:00", "_publish": "1"}
    data |= {f"entries{part}-{form}_FORMS": 0 for part in ("", "-2") for form in ("TOTAL", "INITIAL")}

    client.post(f"/admin/digest/edition/{rows['edition']}/change/", data)

    assert not Edition.objects.get(pk=rows["edition"]).is_published
    assert EditionPaper.objects.count() == 2
