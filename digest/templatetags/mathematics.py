"""Filters that render the formulas of a paper."""

from django import template

from digest.site import marked_abstract, mathematics

register = template.Library()

register.filter("title_tokens", mathematics.title_tokens)
register.filter("marked_pieces", marked_abstract.marked_pieces)
