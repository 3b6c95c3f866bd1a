"""Foreign text that tries to be more than text, and what a browser would make of it in a page."""

from html.parser import HTMLParser

# Breaks out of anything it may be in: an attribute, a title, a text field, a script, a comment.
BREAKING_OUT = """'"></title></textarea></script></style></noscript>--><hostile-mark onclick=hostile()>"""
HOSTILE = f"""{BREAKING_OUT}<script>hostile()</script><img src=x onerror=hostile()><a href=javascript:hostile() \
x-init=hostile() hx-on:click=hostile()>${{7*7}} {{{{ 7 }}}} {{% now %}}</a><svg onload=hostile()><style>hostile"""
# For fields with room for 80 characters, and for 30.
SHORT = """'"></title><hostile-mark onclick=hostile()><script>hostile()</script>"""
TINY = """"><hostile-mark onload=h()>"""
SCRIPT_ADDRESS = "javascript:hostile()"

# Attributes that Alpine and htmx run as code.
_RUN = ("on", "x-", "@", ":", "hx-on", "hx-vals", "hx-vars", "data-hx-")
_LEADS = {"href", "src", "action", "formaction", "data", "xlink:href", "hx-get", "hx-post", "srcdoc", "content"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.foreign = []
        self.within = ""

    def handle_starttag(self, tag, attrs):
        self.within = "" if tag == "script" and ("type", "application/json") in attrs else tag
        if tag == "hostile-mark" or (tag == "img" and ("src", "x") in attrs):
            self.foreign.append(f"<{tag}>")
        for name, value in attrs:
            attribute = (value or "").strip().lower()
            runs = name.startswith(_RUN) and ("hostile" in attribute or "h()" in attribute)
            if runs or (name in _LEADS and attribute.startswith("javascript:")) or "hostile" in name:
                self.foreign.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, _):
        self.within = ""

    def handle_data(self, data):
        if self.within in {"script", "style"} and "hostile" in data:
            self.foreign.append(f"<{self.within}>{data[:80]}")


def foreign_in(html):
    """Return every element, handler and script URL in the HTML that came from foreign text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.foreign
