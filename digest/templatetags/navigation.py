"""The site's navigation links, marked if they lead to the current page."""

from django import template
from django.urls import reverse

from subscriptions.tokens import MYSELF

register = template.Library()


@register.inclusion_tag("site/nav_link.html", takes_context=True)
def nav_link(context: template.Context, name: str, label: str, *arguments: str) -> dict[str, str]:
    """Return a link to the page with this name, marked if it is the current page or section."""
    address = reverse(name, args=arguments)
    path = context["request"].path if "request" in context else ""
    return _link(address, label, path, [address])


# Pages that belong to the account, besides its own page.
ACCOUNT_PAGES = ("preferences", "own_digests", "my_feedback", "my_data", "why_not")


@register.inclusion_tag("site/nav_link.html", takes_context=True)
def own_link(context: template.Context, name: str, label: str, token: str) -> dict[str, str]:
    """Return a link to the token owner's saved papers or account, marked if it is the current page or section.

    Signed-in members have each page at two addresses: /account or /saved, and below /preferences.
    """
    address = reverse(name) if token == MYSELF else reverse(f"own_{name}", args=[token])
    path = context["request"].path if "request" in context else ""
    if path == reverse(f"own_{name}", args=[token]):
        return _link(path, label, path, [path])
    others = [reverse(page, args=[token]) for page in ACCOUNT_PAGES] if name == "account" else []
    return _link(address, label, path, [address, *others])


def _link(address: str, label: str, path: str, section: list[str]) -> dict[str, str]:
    within = path in section or path.startswith(f"{section[0]}/")
    return {"address": address, "label": label, "current": "page" if path == address else "true" if within else ""}
