"""DNS checks of the sender's domain: MX, SPF, DKIM and DMARC."""
