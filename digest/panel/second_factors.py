"""Second factors besides the password: passkeys, codes from an app, recovery codes."""

from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from digest.models import Passkey

RECOVERY_CODES = 10


def has_factor(person: User) -> bool:
    """Return whether someone has a second factor. Recovery codes alone do not count as one."""
    return has_app(person) or has_passkey(person)


def has_app(person: User) -> bool:
    """Return whether someone has an authenticator app."""
    return bool(TOTPDevice.objects.filter(user=person, confirmed=True).exists())


def has_passkey(person: User) -> bool:
    """Return whether someone has a passkey."""
    return bool(Passkey.objects.filter(user=person).exists())


def forget_factors(person: User) -> None:
    """Remove all of someone's second factors. They set up a new one at the next sign-in."""
    Passkey.objects.filter(user=person).delete()
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()


def create_recovery_codes(person: User) -> list[str]:
    """Replace someone's recovery codes and return the new ones, which are shown only once."""
    StaticDevice.objects.filter(user=person).delete()
    spare = StaticDevice.objects.create(user=person, name="spare codes")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=spare, token=code) for code in codes])
    return codes
