"""Forms for signing up, preferences and requesting a link."""

from subscriptions.forms.fields import AddressField, DayInput
from subscriptions.forms.preferences import LinkForm, PreferencesForm
from subscriptions.forms.signing_up import SearchedForm, SignUpForm, TopicsForm

__all__ = ["AddressField", "DayInput", "LinkForm", "PreferencesForm", "SearchedForm", "SignUpForm", "TopicsForm"]
