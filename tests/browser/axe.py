"""axe-core, which looks for what keeps somebody from a page."""

from pathlib import Path

# Of Deque Systems, from npm, under the Mozilla Public License 2.0; the file is as they made it.
AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FAULTS = """async (tags) => (await axe.run({ runOnly: tags, resultTypes: ["violations"] })).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`)"""


def faults(page, *more_tags):
    """Return what breaks WCAG 2 A and AA, and the rules of `more_tags`."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(FAULTS, [*WCAG, *more_tags])
