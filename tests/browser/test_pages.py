"""Every page in the browser: on a phone, in dark mode, by keyboard, and without contacting another host."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGES = ["/", "/papers/2025-08-21", "/papers/{paper}", "/preferences", "/outbox/", "/start", "/subscribe"]

# Texts whose contrast with their background is below what WCAG 2.2 requires (1.4.3, level AA).
FAINT_TEXTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r, g, b] = color.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      if (color[3] === 255) return color;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  };
  const faint = [];
  for (const element of document.body.querySelectorAll("*")) {
    const texts = [...element.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim());
    if (!texts.length || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgba(style.color).slice(0, 3)), light(behind(element).slice(0, 3))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)}: ${texts[0].textContent.trim().slice(0, 40)}`);
  }
  return faint;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_narrow_phone(edition, open_page, path):
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto(path.format(paper=edition.papers.first().pk))

    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_text_has_enough_contrast(edition, open_page, path, scheme):
    page = open_page(color_scheme=scheme)
    page.goto(path.format(paper=edition.papers.first().pk))

    assert page.evaluate(FAINT_TEXTS) == []


def test_the_page_follows_the_systems_dark_mode(edition, open_page):
    background = "getComputedStyle(document.body).backgroundColor"
    light, dark = (open_page(color_scheme=scheme) for scheme in ("light", "dark"))
    light.goto("/")
    dark.goto("/")

    assert light.evaluate(background) == "rgb(251, 250, 247)"
    assert dark.evaluate(background) == "rgb(22, 21, 19)"


def test_a_paper_can_be_opened_from_the_front_page(edition, page):
    page.goto("/")
    title = page.get_by_role("article").first.get_by_role("heading")
    name = title.inner_text()

    title.get_by_role("link").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
