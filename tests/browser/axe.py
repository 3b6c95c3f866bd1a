"""Accessibility checks with axe-core."""

from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


# In the dark only colours differ: everything else was looked at in the light, on the same page.
OF_COLOURS = ["color-contrast", "link-in-text-block"]


def faults(page, *more_tags, without=()):
    """Return the violations of WCAG 2 A and AA and of the rules tagged `more_tags`, except the rules in `without`.

    In a dark colour scheme only the rules about colours count.
    """
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    rules = {rule: {"enabled": False} for rule in without}
    every_rule = {"runOnly": [*WCAG, *more_tags], "rules": rules}
    options = {"runOnly": {"type": "rule", "values": OF_COLOURS}} if is_dark else every_rule
    axe_results = Axe().run(page, options={**options, "resultTypes": ["violations"]})
    return [
        f"{fault['id']}: {' '.join(node['html'] for node in fault['nodes'][:3])}"
        for fault in axe_results.response["violations"]
    ]
