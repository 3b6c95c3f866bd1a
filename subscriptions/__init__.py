"""Subscribers: who gets mail, about what, and with what consent."""
