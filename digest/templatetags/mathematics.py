"""Filters that show the formulas of a paper."""

from django import template

from digest.site import mathematics

register = template.Library()

register.filter("title_tokens", mathematics.title_tokens)
register.filter("abstract_pieces", mathematics.abstract_pieces)
