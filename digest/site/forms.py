"""The forms for signing in, submitting papers and searching."""

from django import forms

from subscriptions.forms import AddressField, DayInput
from subscriptions.models import Topic


class SignInForm(forms.Form):
    """The address to send a magic link to."""

    email = AddressField(refuse_disposable=True)


class SubmitForm(forms.Form):
    """The paper to submit."""

    paper = forms.CharField(
        label="arXiv ID or link",
        max_length=500,
        widget=forms.TextInput(attrs={"placeholder": "2508.01234", "autocomplete": "off"}),
        error_messages={"required": "Please enter an arXiv ID or a link to a paper."},
    )


class SearchForm(forms.Form):
    """The words to search for, and the filters."""

    q = forms.CharField(
        label="Words",
        required=False,
        max_length=250,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    topic = forms.ModelChoiceField(
        Topic.objects.all(), label="Topic", required=False, to_field_name="slug", empty_label="Any topic"
    )
    since = forms.DateField(label="From", required=False, widget=DayInput)
    until = forms.DateField(label="Until", required=False, widget=DayInput)
