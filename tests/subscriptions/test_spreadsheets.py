"""Cells that no spreadsheet runs as formulas, in every file of ours that it may open."""

import csv
import io

import pytest

from subscriptions import exporting, spreadsheets
from subscriptions.models import Consent
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber

FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠SUM(A1)"),
    *("﹣1", "﹢1", "﹦1", "﹫1"),
    *(" =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\u202e=1", "\0=1", "\x1f=1", "=cmd|' /C calc'!A0"),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text):
    assert spreadsheets.cell(text).startswith("'")
    assert spreadsheets.cell(text)[1:] == text.replace("\0", "")


@pytest.mark.parametrize("text", ["", " ", "On cats", "a=b", "'=1", "¬x", "−1 and all that", "3", "“=”", "αβ"])
def test_other_text_stays_as_it_is(text):
    assert spreadsheets.cell(text) == text


def test_values_that_are_not_text_are_written_as_they_read():
    assert (spreadsheets.cell(3), spreadsheets.cell(-3)) == ("3", "'-3")


@pytest.mark.django_db
@pytest.mark.parametrize("formula", ["=1", "＝1", "\t=1", " =1"])
def test_both_exported_files_are_guarded_alike(client, formula):
    reader = make_subscriber()
    Consent.objects.create(subscriber=reader, wording=formula, requested_at=NOON)
    edition = make_edition(make_paper(formula, authors=[formula], abstract=formula))

    subscribers = "".join(exporting.lines())
    papers = client.get(f"/papers/{edition.day}.csv").content.decode()

    cells = [cell for file in (subscribers, papers) for row in csv.reader(io.StringIO(file)) for cell in row]
    assert not [cell for cell in cells if cell.strip().startswith(("=", "＝"))]
    assert len([cell for cell in cells if cell.startswith("'")]) == 4
