"""What the DNS says of the sender's domain: MX, SPF, DKIM and DMARC."""
