"""Formats for British English."""
