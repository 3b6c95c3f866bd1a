"""The links of the site's navigation, which know whether one is there."""

from django import template
from django.urls import reverse

register = template.Library()


@register.inclusion_tag("site/nav_link.html", takes_context=True)
def nav_link(context: template.Context, name: str, label: str, *arguments: str) -> dict[str, str]:
    """Return a link to the page of that name, marked where it is the page shown, or the section it belongs to."""
    address = reverse(name, args=arguments)
    path = context["request"].path if "request" in context else ""
    current = "page" if path == address else "true" if path.startswith(f"{address}/") else ""
    return {"address": address, "label": label, "current": current}
