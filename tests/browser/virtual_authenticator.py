"""What a browser keeps passkeys on: a device of Chromium's own, that never asks anybody."""


class Device:
    """The device of a page. It has the person's consent and finger at once."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def forget(self):
        """Lose all passkeys."""
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
