"""The helper that reads HTML as a tree."""

import pytest

from tests.support.html import html_of

PAGE = html_of(
    """<main class="wide plain"><h1>Fish &amp;
    <em>chips</em></h1><img src="a.png"><p>One<p>Two<br/>lines<script>no()</script></main>
    <form id="vote"><input name="q" value="7"><input name="off" type="checkbox" value="1">
    <input name="on" type="checkbox" value="1" checked><textarea name="note">a  b</textarea>
    <select name="day"><option value="1">Mon<option value="2" selected>Tue</select><button name="b">Go</button></form>
    <a href="/x">Out</a><svg><path d="M1"/><title>Two</title></svg>"""
)


def test_texts_are_what_a_person_would_read():
    assert PAGE.one("h1").text == "Fish & chips"
    assert [paragraph.text for paragraph in PAGE.all("p")] == ["One", "Two lines"]


@pytest.mark.parametrize(
    "selector",
    ["main.plain.wide", "main h1 em", "#vote [name=q]", "input[name=q][value=7]", "svg title", "[src='a.png']"],
)
def test_a_selector_matches_exactly_one_element(selector):
    assert PAGE.one(selector)


@pytest.mark.parametrize("selector", ["main.narrow", "h1 main", "#vote [name=z]", "path title", "p p", "h2"])
def test_a_selector_matches_nothing_else(selector):
    assert PAGE.all(selector) == []


def test_asking_for_one_fails_with_none_or_several():
    for selector in ("h2", "p"):
        with pytest.raises(AssertionError, match="expected one"):
            PAGE.one(selector)


def test_a_form_has_the_fields_it_would_send():
    assert PAGE.one("form").fields == {"q": "7", "on": "1", "note": "a  b", "day": "2"}


def test_links_have_their_texts_and_targets():
    assert PAGE.links == {"Out": "/x"}
