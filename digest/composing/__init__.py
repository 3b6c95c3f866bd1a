"""Planned digests become mails."""
