"""Internationalised domains as mail servers and browsers send them: bücher.example → xn--bcher-kva.example."""

from email_validator import EmailNotValidError, validate_email


def ascii_domain(domain: str) -> str:
    """Return a domain in its ASCII form (IDNA 2008); raise ValueError if it has none."""
    if domain.isascii():
        return domain
    # As in ALLOWED_HOSTS, where it stands for every name below.
    dot = "." if domain.startswith(".") else ""
    try:
        valid = validate_email(f"postmaster@{domain.removeprefix('.')}", check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return f"{dot}{valid.ascii_domain}"


def ascii_address(address: str) -> str:
    """Return an email address with its domain in ASCII; raise ValueError unless the rest is ASCII too."""
    local_part, _, domain = address.rpartition("@")
    if not local_part.isascii():
        message = "expected ASCII characters before the @"
        raise ValueError(message)
    return f"{local_part}@{ascii_domain(domain)}"
