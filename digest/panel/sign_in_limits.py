"""How often signing in may fail: with a password, a code or a passkey.

Nobody is kept out by what strangers do elsewhere. Only failures count. What is counted:

- of a browser that is known (digest.panel.devices), its own failures, and nobody else's;
- of any other, those from its network for this name, and those from its network for all names.

The more often a name failed within a day, wherever from, the longer must a network wait between two failures with it.
"""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from limits import RateLimitItem, RateLimitItemPerDay, parse

from digest import tasks
from digest.models import PanelSignIn
from digest.models.panel_sign_in import SignInStep
from digest.panel.devices import device_of
from digest.panel.pages import delay_on_commit
from subscriptions import limits

TOO_MANY_ATTEMPTS = (
    "Too many attempts. Wait 15 minutes, or use a browser you’ve signed in with before. "
    "An owner can also unlock your account right away."
)

# After so many failures with a name within a day, a network may fail with it once in …
FAILURE_DELAYS = ((20, parse("1 per minute")), (50, parse("1 per 5 minutes")), (100, parse("1 per 15 minutes")))
# Failures beyond this are not told apart.
FAILURE_COUNTER = RateLimitItemPerDay(1000)
# So many times what one name may fail, its whole network may; and a /48 of IPv6.
NETWORK_LIMIT_FACTOR, WIDER_NETWORK_LIMIT_FACTOR = 5, 20
# A code has six digits: whoever knows the password may guess at so many times the limit within a day, from anywhere.
CODE_LIMIT_FACTOR = 5
# For so long after an owner let somebody in again, their network counts for nothing.
LIMIT_LIFTED_FOR = timedelta(hours=1)


class FailureCounters:
    """The counters of failures; while their storage does not answer, those in the memory of this process.

    So no door opens while it is away: each process counts for itself.
    """

    def has_room(self, limit: RateLimitItem, key: str) -> bool:
        """Say whether one more is within the limit."""
        return limits.ask_limiter(lambda limiter: limiter.test(limit, key))

    def count(self, limit: RateLimitItem, key: str) -> bool:
        """Count one; return whether it was within the limit."""
        return limits.ask_limiter(lambda limiter: limiter.hit(limit, key))

    def forget(self, limit: RateLimitItem, key: str) -> None:
        """Count from nought again."""
        limits.ask_limiter(lambda limiter: limiter.clear(limit, key))

    def counted(self, limit: RateLimitItem, key: str) -> int:
        """Return how many are counted."""
        return limit.amount - limits.ask_limiter(lambda limiter: limiter.get_window_stats(limit, key).remaining)


class SignInAttempt(NamedTuple):
    """One attempt to sign in. Ask `is_free`, then say how it went with `failed` or `succeeded`."""

    step: SignInStep
    # 0: nobody has this name, and nobody is to notice.
    person: int
    # Whose failures keep it out: those of the device, or of the network with this name.
    own: str
    # What makes the waits longer: all failures of the device, or with this name from wherever.
    whole: str
    networks: list[tuple[RateLimitItem, str]]
    counters: FailureCounters

    def is_free(self) -> bool:
        """Say whether it may be made. Until it is known how it went, it counts as one that failed."""
        failures = self.counters.counted(FAILURE_COUNTER, self.whole)
        if self.step == "factor" and failures >= CODE_LIMIT_FACTOR * _limit().amount:
            return False
        waits = [(wait, self.own) for least, wait in FAILURE_DELAYS if failures >= least]
        has_room = all(self.counters.has_room(*limit) for limit in (*self.networks, *waits[-1:]))
        return has_room and self.counters.count(_limit(), self.own)

    def succeeded(self) -> None:
        """Forget the failures before it: somebody had mistyped."""
        for limit in (_limit(), *[wait for _, wait in FAILURE_DELAYS]):
            self.counters.forget(limit, self.own)

    def failed(self) -> None:
        """Count the failure, and have the person warned where there were many."""
        for limit in (*self.networks, *[(wait, self.own) for _, wait in FAILURE_DELAYS], (FAILURE_COUNTER, self.whole)):
            self.counters.count(*limit)
        if self.counters.counted(FAILURE_COUNTER, self.whole) % _warn_at(self.step) == 0:
            # Also where nobody has this name: how long the answer takes must not tell.
            delay_on_commit(tasks.warn_of_failed_sign_ins, self.person, self.step)


def password_attempt(request: HttpRequest, name: str) -> SignInAttempt:
    """Return an attempt with a password, for a name that may be nobody's."""
    # Names that differ in capitals alone are counted together.
    people = list(User.objects.filter(username__iexact=name).order_by("pk"))
    exact = [person for person in people if person.username == name]
    return _attempt(request, "password", name, next(iter(exact or people), None))


def factor_attempt(request: HttpRequest, person: User) -> SignInAttempt:
    """Return an attempt with a code or a passkey, by somebody whose password was right."""
    return _attempt(request, "factor", person.username, person)


def _attempt(request: HttpRequest, step: SignInStep, name: str, person: User | None) -> SignInAttempt:
    row = PanelSignIn.objects.filter(user=person.pk if person else 0).first()
    # Since somebody was let in again, it counts anew.
    counted = _key(step, name.casefold(), str(row.lifted_at) if row and row.lifted_at else "")
    if device := device_of(request, person, row):
        own = _key(counted, "device", device)
        return SignInAttempt(step, row.pk if row else 0, own, own, [], FailureCounters())
    address = limits.client_address(request)
    network, wider = limits.network_of(address), limits.wider_network_of(address)
    networks = []
    if step == "password" and not _was_lifted(row):
        networks = [(_limit(NETWORK_LIMIT_FACTOR), _key(step, network))]
        networks += [(_limit(WIDER_NETWORK_LIMIT_FACTOR), _key(step, wider))] if wider else []
    return SignInAttempt(step, person.pk if person else 0, _key(counted, network), counted, networks, FailureCounters())


def _was_lifted(row: PanelSignIn | None) -> bool:
    """Say whether somebody was let in again a moment ago: what others in their network did does not matter then."""
    return bool(row and row.lifted_at and timezone.now() - row.lifted_at < LIMIT_LIFTED_FOR)


def _limit(times: int = 1) -> RateLimitItem:
    """Return SIGN_IN_TRIES, so many times as many."""
    limit = parse(settings.SIGN_IN_TRIES)
    return type(limit)(limit.amount * times, limit.multiples)


def _warn_at(step: SignInStep) -> int:
    """Return after how many failures somebody is warned. Whoever fails at a code had the password: sooner."""
    return max(1, _limit().amount // (1 if step == "password" else 2))


def _key(*parts: str) -> str:
    """Return what is counted under: names and networks are not readable in the storage."""
    return salted_hmac("digest.panel.sign_in_limits", "\0".join(parts), algorithm="sha256").hexdigest()[:32]
