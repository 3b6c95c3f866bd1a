"""Status columns in exports of other services: who is subscribed, and who left.

A column is recognised by its name, whatever the service. It holds a status word (listmonk, Mailchimp, Buttondown,
beehiiv, Keila, Kit, Sendy, MailerLite, Brevo …), a yes or no (Ghost's `subscribed_to_emails`, Substack's
`email_disabled`, Mailjet's `IsExcludedFromCampaigns`), a time (Mailchimp's `UNSUB_TIME` and `CLEAN_TIME`, Buttondown's
`unsubscription_date`), how mail is delivered (Sympa's `reception`, Groups.io's `Email Delivery`), or whether they
agreed (`GDPR consent`, `Newsletter`). If one column says that someone left, they left, whatever the others say. An
unknown word counts as having left too, until someone says what it means.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from subscriptions.importing import consent_words, status_words
from subscriptions.importing.status_words import ImportedStatus


class StatusColumn(StrEnum):
    """What a column holds."""

    # One word or number per line.
    STATUS = "status"
    # The same, in a column whose name may mean something else: a federal state, a type of mail.
    PERHAPS_STATUS = "perhaps a status"
    # Yes, or a time, if someone is subscribed.
    SUBSCRIBED = "subscribed"
    # Yes, a time or a reason, if they no longer are.
    LEFT = "left"
    # How mail is delivered, or how often: none at all counts as having left.
    DELIVERY = "delivery"
    # Whether they agreed to mail. A yes proves nothing, a no does.
    CONSENT = "consent"


@dataclass(frozen=True)
class StatusStatement:
    """What a line says about someone, and in which words: the worst, if it says more than one thing."""

    status: ImportedStatus
    # The unknown word, if that is the reason.
    word: str = ""
    why: str = ""


NO_STATEMENT = StatusStatement(ImportedStatus.SUBSCRIBED)

_PERHAPS = re.compile(r"type|reason|estat|.*(?:status|statut|state|zustand|estado|stato|etat)")
_SUBSCRIBED = {
    *("active", "enabled", "confirmed", "subscribed", "issubscribed", "isactive", "isenabled", "isconfirmed"),
    *("subscribedtoemails", "subscribedtoemail", "emailsubscribed", "newslettersubscribed"),
    *("subscribedtonewsletter", "subscribedtonewsletters", "optin", "optedin", "emailoptin", "isoptedin"),
    *("acceptsmarketing", "acceptsemailmarketing", "canemail", "receivesemails", "receiveemails"),
    *("marketingconsent", "emailpermission", "abonniert", "angemeldet", "abonne", "inscrit", "suscrito", "iscritto"),
    "inscrito",
}
_STATUS = re.compile(
    r"(?:(?:subscri(?:ber|ption|be)|member|membership|contact|email|mailing|mail|list|global|user|recipient|optin|opt|abo|"
    r"newsletter|marketing|current|stop|delivery|double|consent|abonnement|sub|reader|e|\d)*+(?:status|statut|zustand))"
    r"|(?:subscriber|contact|member|subscription)type|e?mailmarketing(?:consent)?|статус|状态|狀態|ステータス"
)
# With the status that a yes in the column means; the first match counts.
_LEFT = [
    (re.compile("|".join(patterns)), status)
    for status, patterns in (
        (ImportedStatus.COMPLAINED, ("complain", "spam", "abuse", "plainte", "beschwerde", "queja")),
        (ImportedStatus.UNKNOWN, ("softbounc", "transientbounc")),
        (
            ImportedStatus.BOUNCED,
            ("bounc", "^clean(?:ed|time|date|campaign)", "undeliver", "unreachable", "isinvalid", "emailinvalid"),
        ),
        (
            ImportedStatus.BLOCKED,
            (
                *("block(?:list|ed)", "blacklist", "suppress", "excluded", "exclusion", "banned", "quarantin"),
                *("donot(?:contact|e?mail|send)", "^dnc", "^dnm", "sperrliste", "gesperrt", "listenoire"),
            ),
        ),
        (
            ImportedStatus.LEFT,
            (
                *("unsub", "opt(?:ed)?out", "nonsubscri", "notsubscri", "emails?disabled", "disabledemail", "^left$"),
                *("leftat", "^deleted", "^isdeleted", "removedat", "removaldate", "^removed", "^stop(?:time|date)"),
                *("cancell?ed", "cancell?ation", "deactivat", "disabledat", "^disabled", "^isdisabled", "^archived"),
                *("signedoff", "abgemeldet", "abmelde", "austrag", "ausgetragen", "gekundigt", "desabon", "desinscri"),
                *("desuscri", "^baja", "fechadebaja", "disiscri", "uitgeschreven", "afgemeld", "descadastr"),
                *("avregistr", "wypisa", "отписан", "退订", "取消订阅"),
                # Consent that was taken back, and the end of a membership.
                *("revok", "revoc", "revoque", "withdraw", "withdrew", "widerruf", "widerspr", "retract", "retrait"),
                *("rescind", "ritiro", "^resign", "^departed", "^quit(?:ted|at|on|date)?$"),
                "^(?:date|time|when|has|is)?left(?:at|on|date|time|us|list|group)?$",
                *("^(?:date|time)?(?:of)?exit(?:ed)?(?:at|on|date|time)?$", "austritt", "ausgeschieden", "^terminated"),
                *("^(?:date|subscription|membership|consent|mail|email)?end(?:ed|s)?(?:at|on|date)?$", "^dateended$"),
                *("^no(?:e?mails?|newsletters?|contact|consent)$", "suspend", "^beendet", "^objected", "^objection"),
            ),
        ),
    )
]
_DELIVERY = re.compile(
    r"(?:e?mail|digest|subscription|newsletter|message|post)?(?:delivery|reception|frequency)(?:mode|option|setting|"
    r"preference|type|method)?s?|(?:e?mail|subscription|digest)(?:mode|settings?|preferences?)|haufigkeit|frequence"
)
# Unsubscribe URLs, rates, texts about something else.
_NO_STATUS = re.compile(
    r"url|link|token|key$|hash|html|rate$|score|percent|plan|paid|payment|stripe|trial|order|invoice|billing|employ|"
    r"marital|civil|relationship|updatedat$"
)
# Names that Mailchimp and others give to files of people who are not subscribed.
_FILE = [
    (re.compile(rf"^(?:{pattern})(?=[\W_\d]|$)", re.I), status)
    for pattern, status in (
        (r"unsubscribed|unsubscribers|unsubscribes|opt-?outs?", ImportedStatus.LEFT),
        (r"cleaned|bounced|bounces|hard_?bounces", ImportedStatus.BOUNCED),
        (r"complaints|complained|spam_?reports", ImportedStatus.COMPLAINED),
        (r"blocklist(?:ed)?|blacklist(?:ed)?|suppress(?:ed|ions?)(?:_list)?|blocks", ImportedStatus.BLOCKED),
        (r"non_?-?subscribed|unconfirmed|pending", ImportedStatus.NOT_SUBSCRIBED),
    )
]


class Statuses:
    """The columns of a file that say who left, and what the words in them mean."""

    def __init__(
        self, head: Sequence[str], columns: Iterable[int], meanings: Mapping[str, str], consent: int | None = None
    ) -> None:
        kinds = [(number, column_kind(head[number])) for number in columns if number < len(head)]
        # Whatever its name is, and whether or not someone ignores it: what it holds would count as proof.
        if consent is not None and consent < len(head):
            kinds.append((consent, StatusColumn.CONSENT))
        self._columns = [(number, head[number], kind) for number, kind in kinds]
        self._meanings = {
            word: ImportedStatus[name] for word, name in meanings.items() if name in ImportedStatus.__members__
        }

    def of(self, row: Sequence[str]) -> StatusStatement:
        """Return what a line says about someone: the worst of its columns."""
        worst = NO_STATEMENT
        for number, name, kind in self._columns:
            cell = row[number] if number < len(row) else ""
            statement = self._statement(name, kind, cell)
            if statement.status > worst.status:
                worst = statement
        return worst

    def _statement(self, name: str, kind: StatusColumn | None, cell: str) -> StatusStatement:
        status, word = _READERS[kind](name, cell), ""
        if status == ImportedStatus.UNKNOWN:
            word = status_words.normalised_word(cell)
            status = self._meanings.get(word, status)
        if status == ImportedStatus.SUBSCRIBED:
            return NO_STATEMENT
        shown = f"“{cell[:60]}”" if cell.strip() else "empty"
        return StatusStatement(status, word, f"“{name[:60]}” is {shown}")


def column_kind(name: str) -> StatusColumn | None:
    """Return what a column of this name holds; None if it says nothing about who left."""
    compact = status_words.normalised_word(name)
    if compact in _SUBSCRIBED:
        return StatusColumn.SUBSCRIBED
    if _NO_STATUS.search(compact):
        return None
    if any(pattern.search(compact) for pattern, _ in _LEFT):
        return StatusColumn.LEFT
    return StatusColumn.STATUS if _STATUS.fullmatch(compact) else _telling_kind(compact)


def _telling_kind(compact: str) -> StatusColumn | None:
    if _DELIVERY.fullmatch(compact):
        return StatusColumn.DELIVERY
    if consent_words.is_about_consent(compact):
        return StatusColumn.CONSENT
    return StatusColumn.PERHAPS_STATUS if _PERHAPS.fullmatch(compact) else None


def columns_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the numbers of the columns that say who left."""
    return [number for number, name in enumerate(head) if _tells(column_kind(name), number, rows)]


def _tells(kind: StatusColumn | None, number: int, rows: Sequence[Sequence[str]]) -> bool:
    if kind not in _TELLING:
        return kind is not None
    cells = {row[number] for row in rows if number < len(row) and row[number]}
    return any(_TELLING[kind](cell) for cell in cells)


def of_file(name: str) -> StatusStatement:
    """Return what the name of a file says about everyone in it."""
    for pattern, status in _FILE:
        if match := pattern.match(name.strip()):
            return StatusStatement(status, "", f"the file is called “{match[0]}…”")
    return NO_STATEMENT


def _of_word(name: str, cell: str) -> ImportedStatus:  # noqa: ARG001 - the others' signature
    return status_words.status(cell)


def _of_a_word_or_nothing(name: str, cell: str) -> ImportedStatus:  # noqa: ARG001 - the others' signature
    return ImportedStatus.SUBSCRIBED if status_words.is_no(cell) else status_words.status(cell)


def _of_subscribed(name: str, cell: str) -> ImportedStatus:
    if status_words.is_yes(cell) or status_words.parse_moment(cell):
        return ImportedStatus.SUBSCRIBED
    if cell.strip() and status_words.is_no(cell):
        return (
            ImportedStatus.NOT_SUBSCRIBED if "confirmed" in status_words.normalised_word(name) else ImportedStatus.LEFT
        )
    return status_words.status(cell)


def _of_left(name: str, cell: str) -> ImportedStatus:
    if status_words.is_no(cell):
        return ImportedStatus.SUBSCRIBED
    compact = status_words.normalised_word(name)
    meant = next(status for pattern, status in _LEFT if pattern.search(compact))
    # A number is not a status word here: it is a count, or a time.
    written = ImportedStatus.UNKNOWN if cell.strip().isdecimal() else status_words.status(cell)
    if written == ImportedStatus.SUBSCRIBED and not status_words.is_yes(cell):
        return written
    if written != ImportedStatus.UNKNOWN and not status_words.is_yes(cell):
        return max(written, meant)
    counts = meant == ImportedStatus.BOUNCED and (compact.endswith("s") or "count" in compact)
    is_plain = status_words.is_yes(cell) or status_words.parse_moment(cell)
    # No one is suppressed for words we cannot read, or for a number of bounces; they left, whatever the reason.
    return (
        meant
        if meant == ImportedStatus.LEFT or (is_plain and not (counts and cell.strip() == "1"))
        else ImportedStatus.UNKNOWN
    )


def _of_delivery(name: str, cell: str) -> ImportedStatus:  # noqa: ARG001 - the others' signature
    if consent_words.says_no(cell):
        return ImportedStatus.LEFT
    written = status_words.status(cell) if status_words.is_known(cell) else ImportedStatus.SUBSCRIBED
    return written if written >= ImportedStatus.LEFT else ImportedStatus.SUBSCRIBED


def _of_consent(name: str, cell: str) -> ImportedStatus:  # noqa: ARG001 - the others' signature
    return consent_words.consent_status(cell)


# What a cell of a column must say for the column to count: its name alone says too little.
_TELLING: dict[StatusColumn | None, Callable[[str], bool]] = {
    StatusColumn.PERHAPS_STATUS: status_words.is_known,
    StatusColumn.DELIVERY: lambda cell: _of_delivery("", cell) != ImportedStatus.SUBSCRIBED,
    StatusColumn.CONSENT: lambda cell: consent_words.consent_status(cell) != ImportedStatus.SUBSCRIBED,
}
_READERS = {
    StatusColumn.STATUS: _of_word,
    StatusColumn.PERHAPS_STATUS: _of_a_word_or_nothing,
    StatusColumn.SUBSCRIBED: _of_subscribed,
    StatusColumn.LEFT: _of_left,
    StatusColumn.DELIVERY: _of_delivery,
    StatusColumn.CONSENT: _of_consent,
    # A column that someone chose.
    None: _of_word,
}
