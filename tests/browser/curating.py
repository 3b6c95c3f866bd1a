"""What a curator does in the panel, step by step."""

from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

PASSWORD = "a password of a curator"


def person(name):
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Curator"))


def sign_in(page, name="ada"):
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def open_board(page):
    page.get_by_role("link", name="its board").click()
    expect(page.locator("[data-list=candidates] > .p-card")).to_have_count(51)
    expect(page.locator("#audience")).to_be_visible()
    # The script has loaded: it makes a paper reachable with Tab.
    expect(page.locator(".p-card[tabindex='0']")).to_have_count(1)


def edition(page):
    return page.locator("[data-list=edition] > .p-card")


def titles(cards):
    return [text.split(maxsplit=1)[1] if text[0].isdigit() else text for text in cards.locator("h3").all_inner_texts()]
