"""Status words of other services: whether someone is subscribed, in a few languages."""

import re
import unicodedata
from datetime import UTC, datetime
from enum import IntEnum


class ImportedStatus(IntEnum):
    """Someone's status at a service; the worse, the greater."""

    SUBSCRIBED = 0
    # An unknown word, or an empty cell where there should be a word.
    UNKNOWN = 1
    # They never agreed, or never confirmed.
    NOT_SUBSCRIBED = 2
    LEFT = 3
    BOUNCED = 4
    BLOCKED = 5
    COMPLAINED = 6


_WORDS = {
    ImportedStatus.SUBSCRIBED: (
        "active subscribed enabled confirmed regular premium gifted trialed comped subscriber optedin optin valid "
        "deliverable double single aktiv bestatigt angemeldet abonniert actif abonne inscrit confirme activo suscrito "
        "confirmado attivo iscritto confermato actief ingeschreven ativo inscrito assinante aktywny активен подписан "
        "1 c yes y true t on ok"
    ),
    ImportedStatus.NOT_SUBSCRIBED: (
        "nonsubscribed notsubscribed neversubscribed nonsubscriber transactional unconfirmed notconfirmed pending "
        "unactivated notactivated validating needsattention needsapproval noconsent waiting new lead unbestatigt "
        "nichtbestatigt ausstehend nonconfirme enattente pendiente noconfirmado inattesa onbevestigd pendente s "
        "doubleoptinpending awaitingconfirmation invited softbounced softbounce"
    ),
    ImportedStatus.LEFT: (
        "unsubscribed unsubscribe unsubscriber unsub optedout optout removed deleted inactive disabled archived left "
        "cancelled cancelled signedoff former paused churnedout globallyunsubscribed unsubscribedglobally deactivated "
        "abgemeldet ausgetragen gekundigt deaktiviert inaktiv geloscht desabonne desinscrit resilie inactif supprime "
        "dadodebaja debaja baja cancelado desuscrito inactivo eliminado disiscritto cancellato inattivo uitgeschreven "
        "afgemeld inactief descadastrado inativo nieaktywny wypisany отписан неактивен 2 u hidden withdrawn revoked "
        "withdrew revoke withdraw widerrufen widerruf zuruckgezogen resigned quit exited departed ended expired "
        "terminated suspended nomail nomails noemail noemails webonly stopped byuser declined refused denied abgelehnt "
        "refuse rechazado"
    ),
    ImportedStatus.BOUNCED: (
        "cleaned bounced bounce bounces hardbounced hardbounce hardbounces undeliverable undelivered unreachable "
        "invalid dead nonexistent rejected zuruckgekommen unzustellbar rebote rebotado rimbalzato rebondi 3 b"
    ),
    ImportedStatus.BLOCKED: (
        "blocklisted blocklist blacklisted blacklist blocked suppressed suppression banned donotcontact donotmail "
        "donotemail dnc excluded quarantined never gesperrt bloque bloqueado bloccato manualsuppression"
    ),
    ImportedStatus.COMPLAINED: (
        "complained complaint complaints complainer spam spammy spamcomplaint spamcomplaints spamreport markedasspam "
        "markedspam abuse reported reportedspam junk plainte beschwerde queja 4 p"
    ),
}
_STANDING = {word: status for status, listed in _WORDS.items() for word in listed.split()}
_YES = {
    *("1", "yes", "y", "true", "t", "on", "x", "ja", "oui", "si", "sim", "s", "vrai", "wahr", "verdadero", "да", "是"),
    *("✓", "✔", "☑"),
}
_NO = {
    *("0", "no", "n", "false", "f", "off", "none", "null", "nil", "never", "nein", "non", "nao", "falso", "faux"),
    *("falsch", "nan", "na", "undefined", "нет", "否", "nee", "nej", "nei", "nie", "ei", "hayir", "keine"),
}
# MySQL's zero date, what PostgreSQL writes for NULL, and empty lists.
_NO_MOMENT = re.compile(r"[-\s./:0TZ+\[\]{}]*|\\N|n/a|-+", re.I)
# Accents on Latin, Greek and Cyrillic letters; the marks of other scripts make other letters.
_ACCENTS = re.compile("[\u0300-\u036f]")
_MOMENTS = (
    *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y"),
    *("%m/%d/%y %H:%M", "%m/%d/%y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d-%m-%Y %H:%M:%S"),
    *("%d-%m-%Y %H:%M", "%d-%m-%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d"),
    *("%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %Z", "%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p"),
    *("%Y-%m-%d %H:%M:%S %z", "%a %b %d %Y"),
)
MAX_WORD_LENGTH = 60
# A word of four letters is not a state or country code.
MIN_WORD_LENGTH = 4


def normalised_word(text: str) -> str:
    """Return the letters and digits of a word or name, case-folded, without accents or anything in between."""
    decomposed = _ACCENTS.sub("", unicodedata.normalize("NFKD", text[:MAX_WORD_LENGTH]))
    return "".join(letter for letter in unicodedata.normalize("NFC", decomposed).casefold() if letter.isalnum())


def status(cell: str) -> ImportedStatus:
    """Return what a status word means; UNKNOWN if it is not one of ours."""
    return _STANDING.get(normalised_word(cell), ImportedStatus.UNKNOWN)


def is_known(cell: str) -> bool:
    """Return whether a cell holds a status word: a few letters, or yes and no, may mean anything."""
    word = normalised_word(cell)
    return len(word) >= MIN_WORD_LENGTH and word in _STANDING and not is_yes(cell)


def is_yes(cell: str) -> bool:
    """Return whether a cell says yes."""
    return cell.strip().casefold() in _YES


def is_no(cell: str) -> bool:
    """Return whether a cell says no, or nothing."""
    text = cell.strip().casefold()
    return not text or normalised_word(text) in _NO or bool(_NO_MOMENT.fullmatch(text[:MAX_WORD_LENGTH]))


def parse_moment(cell: str) -> datetime | None:
    """Return the time that a cell holds, in UTC if it names no zone; None if it holds none."""
    text = cell.strip()
    if not 6 <= len(text) <= MAX_WORD_LENGTH or is_no(text):  # noqa: PLR2004 - 1/1/25
        return None
    parsed = _iso(text) or next(filter(None, (_parsed(text, form) for form in _MOMENTS)), None)
    return parsed.replace(tzinfo=UTC) if parsed and not parsed.tzinfo else parsed


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
    except ValueError:
        return None
