"""Chromium's virtual authenticator: a device that keeps passkeys and never prompts anyone."""


class Device:
    """The device of a page. It gets the person's consent and fingerprint at once."""

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
        """Delete all passkeys."""
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
