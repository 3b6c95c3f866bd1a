"""The picture that goes with a link to a paper: its title on a sheet of ours, drawn once and kept."""

import io
from functools import cache as remember
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont

from digest.composing.wording import byline, one_line, shorten
from digest.curation import open_papers
from digest.models import Paper
from digest.site.keeping import for_everybody

WIDTH, HEIGHT, EDGE = 1200, 630, 80
# As in site.css, by day.
PAPER, INK, SOFT, ACCENT = "#fbfaf7", "#1c1b19", "#5f5b53", "#a8321a"
FONT = Path(__file__).parent / "fonts" / "DejaVuSerif-Bold.ttf"
# The largest letters in which the title has room.
SIZES, LINES = (66, 58, 50, 44), 5
KEPT_SECONDS = 7 * 86_400


@require_safe
@for_everybody
def share_image(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the picture of a paper as PNG."""
    paper = get_object_or_404(open_papers(), pk=pk)
    name = f"share-image.{pk}.{paper.updated_at.timestamp()}"
    picture = cache.get(name)
    if picture is None:
        picture = draw(paper)
        cache.set(name, picture, KEPT_SECONDS)
    return HttpResponse(picture, content_type="image/png")


def draw(paper: Paper) -> bytes:
    """Return a PNG with the title, the authors and the name of the site."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    lines, font = _fitting(one_line(paper.title))
    pen.multiline_text((EDGE, EDGE), "\n".join(lines), font=font, fill=INK, spacing=16)
    names = shorten(byline(paper.authors), 70) if paper.authors else ""
    pen.text((EDGE, HEIGHT - 158), names, font=_font(30), fill=SOFT)
    pen.text((EDGE, HEIGHT - 96), one_line(settings.SITE_NAME), font=_font(30), fill=ACCENT)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _fitting(title: str) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return the title in lines and the font for them; the end of one that is too long is left out."""
    for size in SIZES:
        lines = _broken(title, _font(size))
        if len(lines) <= LINES:
            return lines, _font(size)
    return [*lines[: LINES - 1], f"{lines[LINES - 1]} …"], _font(SIZES[-1])


def _broken(title: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    # A single word wider than the sheet runs out of it; no title's does.
    for word in title.split()[:60]:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= WIDTH - 2 * EDGE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


@remember
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
