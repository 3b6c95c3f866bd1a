"""How often one may try to sign in: with a password, a code or a passkey."""

import logging

from django.conf import settings
from django.http import HttpRequest
from limits import parse
from limits.errors import StorageError

from subscriptions import limits

logger = logging.getLogger(__name__)

TOO_MANY = "Too many tries. Please wait a quarter of an hour."


def try_is_free(request: HttpRequest, name: str) -> bool:
    """Count a try, for a name and from a network; say whether it is one of those allowed."""
    limit = parse(settings.SIGN_IN_TRIES)
    keys = [("sign-in name", name.casefold()), ("sign-in network", limits.network_of(limits.client_address(request)))]
    try:
        counted = [limits.limiter(settings.RATE_LIMIT_STORAGE).hit(limit, *key) for key in keys]
    except StorageError:
        logger.exception("the rate limits' storage does not answer: this process counts for itself")
        counted = [limits.limiter("memory://").hit(limit, *key) for key in keys]
    return all(counted)
