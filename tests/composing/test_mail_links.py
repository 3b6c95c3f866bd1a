"""The links in an email, and that it loads nothing."""

import re

import pytest

from digest.composing.renderer import render
from tests.composing.test_renderer import deliver, words_of
from tests.support.factories import make_paper

pytestmark = pytest.mark.django_db


def test_both_parts_link_to_the_saved_papers():
    mail = render(deliver(make_paper()))

    for part in (mail.html, mail.text):
        assert re.search(r"http://localhost:8000/preferences/[\w:-]+/saved", part)


@pytest.mark.parametrize(("names", "line"), [([], "Authors not listed"), (["Ada Lovelace"], "Ada Lovelace")])
def test_every_paper_has_an_author_line(names, line):
    mail = render(deliver(make_paper(authors=names)))

    assert line in mail.text
    assert line in words_of(mail.html)


def test_all_actions_for_a_paper_are_on_one_line():
    paper = make_paper(code_url="https://example.org/code", project_url="https://example.org/project")
    html = render(deliver(paper)).html

    [line] = re.findall(r'<div[^>]*class="soft small actions".*?</div>', html, re.DOTALL)
    assert re.findall(r">([^<>\n]+)</a>", line) == ["Read", "Code", "Project", "More like this", "Less", "Save"]


def test_the_reason_looks_like_the_link_it_is():
    html = render(deliver(make_paper())).html

    reason = re.search(r'<div[^>]*class="acc small"[^>]*><a[^>]*style="([^"]*)"', html)
    assert "text-decoration: underline" in reason[1]


def test_an_email_loads_nothing_from_anywhere():
    html = render(deliver(make_paper())).html

    assert re.findall(r"<(?:img|link|script|iframe)\b|url\(|@import|@font-face", html) == []
