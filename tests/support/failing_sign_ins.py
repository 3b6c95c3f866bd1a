"""Signing in to the panel, and failing to."""

from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

PASSWORD = "a long password of somebody"
LOGIN, FACTOR = "/admin/login/", "/admin/second-factor/"
TOO_MANY = "Too many attempts"
OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def sign_in(client, password=PASSWORD, name="ada", network=ELSEWHERE):
    """Post the sign-in form; return what the page says, or "in" if the sign-in worked."""
    answer = client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=network)
    return "in" if answer.status_code == 302 else answer.content.decode()


def fail_sign_in(times, name="ada", network=ELSEWHERE, client=None):
    """Type a wrong password this many times, each time in an unknown browser."""
    return [sign_in(client or Client(), "wrong", name, network) for _ in range(times)][-1]


def known_browser(name="ada"):
    """Return a browser in which someone has signed in and out before."""
    client = Client()
    assert sign_in(client, name=name, network=OFFICE) == "in"
    client.post("/admin/logout/")
    return client


def code_of(name):
    device = TOTPDevice.objects.get(user__username=name)
    TOTPDevice.objects.update(last_t=-1)
    return f"{totp(device.bin_key):06}"


def show_code(client, code="000000", network=ELSEWHERE):
    answer = client.post(FACTOR, {"code": code}, REMOTE_ADDR=network)
    return "in" if answer.status_code == 302 else answer.content.decode()
