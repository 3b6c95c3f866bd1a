"""The frame of a mail: what all mails with the same parts share, ready to be joined with each reader's values."""

from collections import Counter
from datetime import date
from typing import NamedTuple

from digest.composing.blocks import Block
from digest.composing.mime_fragments import Filled, MimeFragment, Skeleton, slot
from subscriptions import emails

# Quoted-printable writes every "=" of the content as "=3D", so this can never occur in it.
BOUNDARY = "=_daily_papers"
TEXT, HTML = (
    (
        f'--{BOUNDARY}\r\nContent-Type: text/{form}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()
    for form in ("plain", "html")
)
END = f"\r\n--{BOUNDARY}--\r\n".encode()

# Slot name → what goes into it.
Values = dict[str, MimeFragment | Filled]


class Frame(NamedTuple):
    """A mail cut at its slots."""

    html: Skeleton
    text: Skeleton
    # The bytes to send, empty at each slot and at the start, where the headers go; and each slot's index in them.
    parts: list[bytes]
    places: list[tuple[int, str]]
    # For the HTML: the size of the shared bytes, and how often each slot occurs.
    shared_size: int
    slots: list[tuple[str, int]]

    @classmethod
    def of(cls, html: Skeleton, text: Skeleton) -> "Frame":
        """Combine both forms."""
        parts, places = [b""], list[tuple[int, str]]()
        for before, skeleton, after in ((TEXT, text, b"\r\n"), (HTML, html, END)):
            literals = [literal.wire for literal in skeleton.literals]
            literals[0], literals[-1] = before + literals[0], literals[-1] + after
            parts.append(literals[0])
            for name, literal in zip(skeleton.names, literals[1:], strict=True):
                places.append((len(parts), name))
                parts += (b"", literal)
        shared_size = sum(literal.size for literal in html.literals)
        return cls(html, text, parts, places, shared_size, list(Counter(html.names).items()))

    def wire(self, head: bytes, values: Values, end: bytes) -> bytes:
        """Return the whole message as sent over SMTP, with its headers and a value in each slot, followed by `end`."""
        parts, lines = self.parts.copy(), {name: value.wire for name, value in values.items()}
        parts[0], parts[-1] = head, parts[-1] + end
        for place, name in self.places:
            parts[place] = lines[name]
        return b"".join(parts)

    def html_size(self, values: Values) -> int:
        """Return the size of the HTML with these values, in bytes."""
        return self.shared_size + sum([values[name].size * number for name, number in self.slots])


class Parts(NamedTuple):
    """Which parts a mail has: papers, an extra section, a count of those that do not fit, news about saved papers."""

    items: bool
    more: bool
    rest: bool
    news: bool


def frame(has: Parts, day: date, intro: str) -> Frame:
    """Render a mail with slots for its values: those of its parts, and those of every mail.

    intro: the curator's words, "" for none.
    """
    names = ("header", "more_title", "view_link", "preferences_link", "unsubscribe_link", "feedback_link")
    context: dict[str, object] = {name: slot(name) for name in names}
    context["preheader"] = slot("also") + slot("second") + slot("third")
    context |= {"why": slot("why") + slot("since") + slot("stop"), "reader": True, "day": day, "intro": intro}
    context |= {name: [both_slots(name)] for name, there in (("items", has.items), ("more", has.more)) if there}
    context |= {"rest": slot("rest")} if has.rest else {}
    context |= {"news": both_slots("news")} if has.news else {}
    rendered = emails.render("digest", context)
    return Frame.of(Skeleton.of(rendered.html), Skeleton.of(rendered.text))


def both_slots(name: str) -> Block:
    """Return the slots of a block, one for each form of a mail."""
    return Block(slot(f"{name}_html"), slot(f"{name}_text"))
