"""The colours and fonts of tokens.css, for places that style sheets do not reach: mails, pictures, Unfold's colours."""

import math
import re
from pathlib import Path

TOKENS = Path(__file__).parent.parent / "digest" / "static" / "digest" / "tokens.css"
_TOKEN = re.compile(r"--(day|night)-([a-z-]+): (#[0-9a-f]{6});")


def _colors() -> dict[str, dict[str, str]]:
    """Return each colour by name, for day and for night."""
    colors: dict[str, dict[str, str]] = {"day": {}, "night": {}}
    for when, name, value in _TOKEN.findall(TOKENS.read_text()):
        colors[when][name] = value
    return colors


DAY, NIGHT = _colors().values()
# The font stacks by name, such as "mail-serif". Those of tokens.css, with single quotes, for attributes.
LETTERS: dict[str, str] = {
    name: value.replace('"', "'")
    for name, value in re.findall(r"--([a-z-]*(?:serif|sans)): ([^;]+);", TOKENS.read_text())
}


def oklch(color: str) -> tuple[float, float, float]:
    """Return lightness (0 to 1), chroma and hue (degrees) of an sRGB colour (CSS Color Module Level 4, 10.2)."""
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _linear(value: float) -> float:
    """Return the linear light of an sRGB component (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
