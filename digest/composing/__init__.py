"""Turns planned digests into mails."""
