"""Unfold's settings: the look of the panel, in the colours of the pages and mails."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

from config.brand import DAY, NIGHT, oklch

# Warm greys and the one accent, from pale to deep: lightness in percent, and chroma. Unfold writes in 600 on white,
# and in 500 on dark.
COLOUR_STEPS = ("50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950")
GREYS = (98.4, 95.8, 91.0, 84.5, 70.0, 54.0, 45.0, 36.5, 28.0, 20.5, 15.5)
LIGHT = (97.5, 94, 88, 81, 77, 69, 49, 43, 37, 31, 24)
CHROMA = (0.02, 0.04, 0.08, 0.11, 0.13, 0.15, 0.16, 0.14, 0.12, 0.1, 0.07)
# The hue of the ink, and the hue halfway between the accents of day and night.
GREY_HUE = round(oklch(DAY["ink"])[2])
ACCENT_HUE = round((oklch(DAY["accent"])[2] + oklch(NIGHT["accent"])[2]) / 2)


def unfold(name: str, byline: str) -> dict[str, Any]:
    """Return the UNFOLD setting."""
    return {
        "SITE_TITLE": name,
        "SITE_HEADER": name,
        "SITE_SUBHEADER": byline,
        "SITE_SYMBOL": "newspaper",
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("digest/icons/favicon.svg")}],
        "STYLES": [_file(f"digest/{name}.css") for name in ("tokens", "fonts", "panel")],
        "SCRIPTS": [_file("digest/panel_accessibility.js"), _file("digest/panel_signed_out.js")],
        "SIDEBAR": {"navigation": "digest.panel.navigation.navigation"},
        # Our own links. Once there are any, Unfold leaves out its only one, to the password.
        "ACCOUNT": {
            "navigation": [
                {"title": "Your sign-in", "link": reverse_lazy("admin:own_sign_in")},
                {"title": "Change password", "link": reverse_lazy("admin:password_change")},
            ]
        },
        "COLORS": {
            "base": {
                step: f"oklch({light}% 0.008 {GREY_HUE})" for step, light in zip(COLOUR_STEPS, GREYS, strict=True)
            },
            "primary": {
                step: f"oklch({light}% {chroma} {ACCENT_HUE})"
                for step, light, chroma in zip(COLOUR_STEPS, LIGHT, CHROMA, strict=True)
            },
        },
    }


def _file(name: str) -> Any:
    def address(request: HttpRequest) -> str:  # noqa: ARG001 - Unfold's signature
        return static(name)

    return address
