"""What a reader's browser sends to add a passkey, and to sign in with one."""

import json

from digest.site import members

ADD, SIGN_IN = "/account/passkeys", "/sign-in/passkey"
ADDRESS = "ada@example.org"


def sign_out(client):
    client.cookies.pop(members.MEMBER_COOKIE, None)


def ask(client, page):
    return client.post(f"{page}/options").json()


def add(client, device, name="Laptop"):
    answer = device.create(ask(client, ADD))
    return client.post(ADD, {"answer": json.dumps(answer), "name": name}, headers={"HX-Request": "true"})
