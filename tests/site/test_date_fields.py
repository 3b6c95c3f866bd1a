"""A browser's date field is empty, and so lost on saving, unless its date is in the form 2026-03-29."""

from datetime import date, timedelta

import pytest
from django import forms

from digest.panel.publishing import PublicationTimeForm
from digest.site.forms import SearchForm
from subscriptions import links
from subscriptions.forms import PreferencesForm
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import NOON, make_subscriber
from tests.support.html import html_of

DAY = date(2026, 3, 29)


@pytest.mark.parametrize("form", [PreferencesForm, SearchForm, PublicationTimeForm])
def test_every_date_field_shows_its_date_as_browsers_read_it(form):
    widgets = [field.widget for field in form.base_fields.values() if isinstance(field, forms.DateField)]

    assert widgets
    assert {(widget.input_type, widget.format_value(DAY)) for widget in widgets} == {("date", "2026-03-29")}


@pytest.mark.django_db
def test_a_pause_stays_when_something_else_is_saved(client, at_noon):
    reader = make_subscriber(paused_until=(NOON + timedelta(days=14)).date())
    address = f"/preferences/{links.token(Purpose.PREFERENCES, reader)}"

    fields = html_of(client.get(address)).one("form.preferences").fields
    assert fields["paused_until"] == reader.paused_until.isoformat()
    client.post(address, {**fields, "max_papers": "7"})

    reader.refresh_from_db()
    assert (reader.max_papers, reader.paused_until) == (7, (NOON + timedelta(days=14)).date())
