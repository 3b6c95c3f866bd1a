"""Accessibility checks with axe-core."""

from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def faults(page, *more_tags, without=()):
    """Return the violations of WCAG 2 A and AA and of the rules tagged `more_tags`, except the rules in `without`."""
    rules = {rule: {"enabled": False} for rule in without}
    options = {"runOnly": [*WCAG, *more_tags], "rules": rules, "resultTypes": ["violations"]}
    axe_results = Axe().run(page, options=options)
    return [
        f"{fault['id']}: {' '.join(node['html'] for node in fault['nodes'][:3])}"
        for fault in axe_results.response["violations"]
    ]
