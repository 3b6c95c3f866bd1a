"""HTML read as a tree, so that a test checks what a page contains and not how it is written.

    page = html_of(client.get("/"))
    page.one("h1").text == "Daily Papers"
    page.one("form#vote").fields == {"paper": "7"}
    page.links == {"About": "/about"}

A selector is any number of tag, `.class`, `#id`, `[name]` and `[name=value]`, as in `input.wide[name=q]`; what follows
a space may be anywhere inside.
"""

import re
from html.parser import HTMLParser

# Elements without an end tag (HTML, section 13.1.2), and those that the next of their kind ends.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
ENDED_BY_ITS_LIKE = {"dd": {"dd", "dt"}, "dt": {"dd", "dt"}, "td": {"td", "th"}, "th": {"td", "th"}} | {
    tag: {tag} for tag in ("li", "option", "p", "tr")
}
# Elements that share a line with their neighbours; the texts of all others are separated by a space.
INLINE = {"a", "abbr", "b", "bdi", "code", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "time", "u"}
# Elements whose text no one reads on the page.
UNSEEN = {"script", "style", "template", "noscript"}

PART = re.compile(r"""\[(?P<name>[\w:@.-]+)(?:=["']?(?P<value>[^\]"']*)["']?)?\]|(?P<kind>[.#]?)(?P<word>[\w-]+)""")
STEP = re.compile(r"(?:\[[^\]]*\]|[^\s\[])+")


class Element:
    """An element: its tag, its attributes, and its content as elements and texts."""

    def __init__(self, tag, attributes=()):
        self.tag = tag
        self.attributes = {name: value or "" for name, value in attributes}
        self.content = []

    def __getitem__(self, name):
        return self.attributes[name]

    def __contains__(self, name):
        return name in self.attributes

    def __repr__(self):
        return f"<{self.tag} {self.attributes}> {self.text[:60]}"

    @property
    def text(self):
        """What people read, with each run of spaces as one."""
        return " ".join("".join(self._texts()).split())

    @property
    def links(self):
        """The target of each link, by its text."""
        return {link.text: link["href"] for link in self.all("a[href]")}

    @property
    def forms(self):
        return self.all("form")

    @property
    def fields(self):
        """What a form would send as it is, by name: the last if several share a name."""
        return {field["name"]: value for field in self.all("[name]") if (value := field.sent) is not None}

    @property
    def sent(self):
        """The value a field would send, or None if it sends nothing."""
        if self.tag == "select":
            options = self.all("option")
            chosen = [option for option in options if "selected" in option] or options
            return chosen[0].attributes.get("value", chosen[0].text) if chosen else None
        if self.tag == "textarea":
            return "".join(self._texts())
        if self.tag != "input" or (self.attributes.get("type") in {"checkbox", "radio"} and "checked" not in self):
            return None
        return self.attributes.get("value", "")

    def within(self):
        """Yield every element within this one, in the order of the page."""
        for child in self.content:
            if isinstance(child, Element):
                yield child
                yield from child.within()

    def all(self, selector):
        """Return the elements within this one that match a selector, in the order of the page."""
        places = [self]
        for step in STEP.findall(selector):
            inside = {id(element): element for place in places for element in place.within()}
            places = [element for element in inside.values() if element.is_a(step)]
        return places

    def one(self, selector):
        """Return the one element that matches a selector; none or several fail the test."""
        elements = self.all(selector)
        assert len(elements) == 1, f"expected one {selector}, there are {len(elements)}: {elements}"
        return elements[0]

    def is_a(self, step):
        """Return whether this element matches all parts of one step of a selector."""
        for part in PART.finditer(step):
            name, value, kind, word = part["name"], part["value"], part["kind"], part["word"]
            if name:
                fits = name in self and value in {None, self[name]}
            elif kind == ".":
                fits = word in self.attributes.get("class", "").split()
            elif kind == "#":
                fits = self.attributes.get("id") == word
            else:
                fits = self.tag == word
            if not fits:
                return False
        return True

    def _texts(self):
        for child in self.content:
            if isinstance(child, str):
                yield child
            elif child.tag not in UNSEEN:
                apart = "" if child.tag in INLINE else " "
                yield apart
                yield from child._texts()
                yield apart


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        if self.open[-1].tag in ENDED_BY_ITS_LIKE.get(tag, ()):
            self.open.pop()
        element = Element(tag, attrs)
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        # In SVG and MathML a slash ends the element; in HTML it means nothing.
        if tag not in VOID and any(element.tag in {"svg", "math"} for element in self.open):
            self.open.pop()

    def handle_endtag(self, tag):
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data):
        self.open[-1].content.append(data)


def html_of(page):
    """Return the tree of a page: HTML as text, or a response of Django's test client."""
    builder = _Builder()
    builder.feed(page if isinstance(page, str) else page.content.decode())
    builder.close()
    return builder.root


def words_of(markup: str) -> str:
    """Return markup with one space wherever its source has spaces or line ends, as a browser shows them."""
    return " ".join(markup.split())
