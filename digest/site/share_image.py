"""The preview image for links to a paper: its title in the site's style, drawn once and cached."""

import io

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from config.brand import DAY
from digest.catalog.formatting import byline, on_one_line, shorten
from digest.models import Paper
from digest.site import share_image_fonts
from digest.site.page_cache import public_page

IMAGE_WIDTH, IMAGE_HEIGHT, IMAGE_MARGIN = 1200, 630, 80
TEXT_WIDTH = IMAGE_WIDTH - 2 * IMAGE_MARGIN
PAPER, INK, SOFT, ACCENT = (DAY[name] for name in ("paper", "ink", "soft", "accent"))
# The title gets the largest of these sizes in which it fits. The lines below it are small.
SIZES, LINES, SMALL_SIZE = (68, 60, 52, 46), 5, 30
LINE_HEIGHT = 1.24
# Longer titles do not fit in any size.
MAX_TITLE_CHARACTERS = 400
IMAGE_CACHE_SECONDS = 7 * 86_400


@require_safe
@public_page
def share_image(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return a paper's preview image as PNG."""
    paper = get_object_or_404(Paper.objects.with_page(), pk=pk)
    name = f"share-image.{pk}.{paper.updated_at.timestamp()}"
    picture = cache.get(name)
    if picture is None:
        picture = draw_share_image(paper)
        cache.set(name, picture, IMAGE_CACHE_SECONDS)
    return HttpResponse(picture, content_type="image/png")


def draw_share_image(paper: Paper) -> bytes:
    """Return a PNG with the title, the authors and the name of the site."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - four megabytes that few pages need

    image = Image.new("RGB", (IMAGE_WIDTH, IMAGE_HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, IMAGE_WIDTH, 14), fill=ACCENT)
    title = shorten(paper.title, MAX_TITLE_CHARACTERS)
    lines, size = _fitting(title)
    for number, line in enumerate(lines):
        # Right-to-left titles are aligned to the right.
        left = IMAGE_MARGIN
        if share_image_fonts.is_right_to_left(title):
            left = round(IMAGE_WIDTH - IMAGE_MARGIN - share_image_fonts.width(line, size))
        share_image_fonts.draw_line(pen, (left, IMAGE_MARGIN + size * (1 + LINE_HEIGHT * number)), line, size, INK)
    names = shorten(byline(paper.authors), 70) if paper.authors else ""
    for baseline, text, fill in ((500, names, SOFT), (562, on_one_line(settings.SITE_NAME), ACCENT)):
        share_image_fonts.draw_line(pen, (IMAGE_MARGIN, baseline), text, SMALL_SIZE, fill)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _fitting(title: str) -> tuple[list[str], int]:
    """Return the title in lines, and their font size. A title that is too long is cut off."""
    for size in SIZES:
        lines = _broken(title, size)
        if len(lines) <= LINES:
            return lines, size
    return [*lines[: LINES - 1], f"{lines[LINES - 1]} …"], SIZES[-1]


def _broken(title: str, size: int) -> list[str]:
    lines: list[str] = []
    for word in (part for whole in title.split() for part in _parts(whole, size)):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and share_image_fonts.width(longer, size) <= TEXT_WIDTH:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def _parts(word: str, size: int) -> list[str]:
    """Return a word in parts that fit the image's width. Nearly every word is one part."""
    if share_image_fonts.width(word, size) <= TEXT_WIDTH:
        return [word]
    parts = [""]
    for letter in word:
        if share_image_fonts.width(parts[-1] + letter, size) > TEXT_WIDTH:
            parts.append("")
        parts[-1] += letter
    return parts
