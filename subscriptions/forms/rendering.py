"""How forms are rendered: after an error, the cursor is in the first field to correct."""

from typing import Any

from django.forms import BoundField, Widget
from django.forms.renderers import DjangoTemplates


class FocusingBoundField(BoundField):
    """A field of a form, with the focus if it is the first one on the page with an error."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """Return the attributes of the widget, with `autofocus` if no field rendered before it has an error."""
        attrs = super().build_widget_attrs(attrs, widget)
        # A form is rendered once, so the first field that asks is the first on the page.
        if "aria-invalid" in attrs and self.form.__dict__.setdefault("focused_field", self.name) == self.name:
            attrs["autofocus"] = True
        return attrs


class FormRenderer(DjangoTemplates):
    """Django's renderer, for every form of the site and the panel."""

    bound_field_class = FocusingBoundField
