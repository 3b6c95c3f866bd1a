"""What a mail server's refusal means: by its enhanced status codes (RFC 3463) and its text, then its code.

Only a reply that is about the mailbox may end the mail to it. One that is about us or about this mail must not, however
permanent it sounds: tomorrow our DKIM record is fixed, and the mailbox is still there. Many servers answer everything
with 5.1.1, so that code proves nothing if the text names another reason.
"""

import re
from collections.abc import Sequence

from digest.models import Event

Kind = Event.Kind

# How much of a reply is read: anything longer is boilerplate, or an attack on the patterns.
MAX_REPLY_LENGTH = 2000

# RFC 3463, 3, with RFC 5248, 7293, 7372 and 7505: subject.detail → kind. None: it says too little, the text decides.
STATUS_CODES: dict[str, Kind | None] = {
    "1.1": Kind.HARD_BOUNCE,  # bad destination mailbox address
    "1.2": Kind.HARD_BOUNCE,  # bad destination system address
    "1.3": Kind.HARD_BOUNCE,  # bad destination mailbox address syntax
    "1.6": Kind.HARD_BOUNCE,  # has moved, no forwarding address
    "1.10": Kind.HARD_BOUNCE,  # the domain accepts no mail (null MX)
    "1.7": Kind.REFUSED,  # bad sender's mailbox address syntax
    "1.8": Kind.REFUSED,  # bad sender's system address
    "2.1": Kind.HARD_BOUNCE,  # mailbox disabled
    "2.2": Kind.SOFT_BOUNCE,  # mailbox full
    "2.3": Kind.REFUSED,  # message longer than its owner allows
    "2.4": Kind.SOFT_BOUNCE,  # mailing list expansion
    "3.0": None,
    "3.4": Kind.REFUSED,  # message too big for the system
    "4.0": None,
    "4.1": None,  # no answer from host; Exchange Online: recipient address rejected
    "4.4": None,  # unable to route; also: no such domain
    "5.0": None,  # Outlook.com says this about unknown mailboxes too
    "7.17": Kind.HARD_BOUNCE,  # the mailbox has changed its owner
    "7.18": Kind.HARD_BOUNCE,  # the domain has changed its owner
}
# What the subject says on its own, if the detail has no line above.
SUBJECTS: dict[str, Kind | None] = {
    "3": Kind.SOFT_BOUNCE,  # mail system
    "4": Kind.SOFT_BOUNCE,  # network and routing
    "5": Kind.REFUSED,  # protocol
    "6": Kind.REFUSED,  # content or media
    "7": Kind.REFUSED,  # security or policy
}
# Codes that are clear without an enhanced one (RFC 5321, 4.2.3; RFC 4954, 6; RFC 7504).
CODES = {
    "521": Kind.HARD_BOUNCE,
    "556": Kind.HARD_BOUNCE,
    "552": Kind.SOFT_BOUNCE,
    "530": Kind.REFUSED,
    "534": Kind.REFUSED,
    "535": Kind.REFUSED,
    "538": Kind.REFUSED,
    "571": Kind.REFUSED,
}

_ENHANCED = re.compile(r"(?<![\d.])([45])\.(\d{1,3}\.\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
_ADDRESS = re.compile(r"[^\s<>\"'()\[\]{},;:=@]{1,64}@[^\s<>\"'()\[\]{},;:@]{1,255}")
# Names of other servers may have "spam" in them.
_HOST = re.compile(r"\bhost [\w-]{1,63}(\.[\w-]{1,63}){1,8}")
_LINK = re.compile(r"https?://\S{1,300}")

_FULL = re.compile(
    r"(mailbox|inbox|folder|user|account|storage|disk|recipient)\W+(\w+\W+){0,3}(full|over\W?quota)|over\W?quota"
    r"|quota\W+(\w+\W+){0,2}exceed|exceed\w*\W+(\w+\W+){0,4}(quota|storage)"
    r"|(out of|insufficient|not enough)\W+(\w+\W+){0,2}(storage|space)|receiving mail (at a rate|too quickly)"
)
_DEAD = re.compile(
    r"no such (user|mailbox|recipient|address|person|account|domain)|no mailbox (here )?by that"
    r"|unknown (user|recipient|mailbox|address|account|local|virtual)|(user|recipient|mailbox|account) unknown"
    r"|(user|recipient|mailbox|account|address|person|domain)\W+(\w+\W+){0,8}(not found|does(n.t| not) exist"
    r"|not exist|no longer|is invalid|(was|is|has been)? ?(permanently )?(disabled|deactivated|inactive|closed))"
    r"|(host|domain|domain name)( name)? (unknown|not found|does not exist)|invalid (recipient|mailbox|address|user)"
    r"|recipient ?(address)? ?not ?found|recipnotfound|nosuchuser|undeliverable address|unrouteable address|null mx"
    r"|not a (valid|known) (mailbox|recipient|user|address)|not our customer|not known here"
    r"|(not|n.t) have an? (\S{1,60} )?account"
)
# About the mailbox, although they have words of a policy in them (Postfix, Domino, Exchange Online, mail.ru).
_MAILBOX_PHRASES = re.compile(
    r"\bin (the )?(relay|local|virtual) \w+ (table|map)|\bnot listed in\b|recipient address rejected: access denied"
    r"|administratively (disabled|closed)|\b(mailbox|account) (is |was |has been )?blocked due to inactivity"
)
# About us or this mail, even next to the code of a bad mailbox.
_POLICY = re.compile(
    r"spam(?!e)|junk|unsolicited|bulk|(black|block|deny)\W?list|\bblocked\b|\bdns?bl\b|\brbl\b"
    r"|listed (at|by|in|on)|reputation|dmarc|dkim|\bspf\b|\bauth(entication|enticated|orized|orised)\b|unauthenticated"
    r"|polic(y|ies)|sender\W+(\w+\W+){0,3}(denied|reject|invalid|verif|not allowed|callout|callback)"
    r"|\b(verification failed for|callback setup failed)\b|content|virus|malware|phish|banned"
    r"|access denied|relay|not permitted|prohibited|attachment"
    r"|message (size|too (large|big)|refused|rejected)|too (large|big)"
    r"|throttl|rate\W?limit|rate (exceeded|control)|too many|too (fast|quickly|often)|deferred due|frequency"
    r"|limit\w*\W+(\w+\W+){0,3}(exceed|reach)|exceed\w*\W+(\w+\W+){0,4}(limit|rate)|\bper (second|minute|hour|day)\b"
    r"|reverse dns|\bptr\b|\bhelo\b|suspicious|administrative"
    r"|\bmail from\b|\bsender('s)? (address|domain)"
)
# Without the code of a bad mailbox, these words are enough to say that it is not about the recipient.
_SENDER = re.compile(r"\b(sender|mail from|return.path|helo|client host)\b")
# A while later the answer may be another one, whatever the code says. "Check the address and try again" is not that.
_TEMPORARY = re.compile(
    r"gr[ae]y\W?list|temporar|\btransient|tempfail|\bretry|try(ing)? (again )?(later|in|after)\b|later (time|on)"
    r"|\bat (this|the) (time|moment)\b|currently (unavailable|busy|not|unable)|\bbusy\b|\bdeferr|in progress|unverified"
    r"|(un|not )able to verify|could not be verified|maintenance|overload|time(d|s)?\W?out"
    r"|(system|internal|local|server|database|lookup|ldap|configuration) (error|problem|fail)"
)
_MACHINE = re.compile(
    r"out\W?of\W?(the\W)?office|auto\W?(matic(ally)?)?\W?(repl|respon|generated repl)|vacation"
    r"|on (annual |parental )?leave|away from (the|my) (office|desk)|abwesen|absence|absent|congés"
    r"|fuera de la oficina|challenge.response"
)


def kind_of_reply(reply: str) -> Kind | None:
    """Return what a refusal says: the mailbox is dead, or full or busy, or we are refused; None if it says none of it.

    reply: codes and text of the server, in any order.
    """
    text = _plain(reply)
    statuses = [match[2] for match in _ENHANCED.finditer(text)]
    kind = _kind_of_statuses(statuses) or _kind_of_words(text, statuses[0] if statuses else "") or _kind_of_code(text)
    return _softened(text) if kind == Kind.HARD_BOUNCE else kind


def refine_kind(reported: Kind, reply: str) -> Kind:
    """Return what kind a bounce is, by the provider's word for it and the mail server's reply that it passes on."""
    kind = kind_of_reply(reply)
    if reported == Kind.HARD_BOUNCE and kind in {Kind.SOFT_BOUNCE, Kind.REFUSED}:
        return kind
    if reported == Kind.SOFT_BOUNCE:
        if kind == Kind.REFUSED:
            return kind
        if is_from_machine(reply):
            return Kind.NOTED
    return reported


def is_from_machine(reply: str) -> bool:
    """Return whether the text is that of an out-of-office reply and not of a refusal."""
    text = _plain(reply)
    return bool(_MACHINE.search(text)) and not _ENHANCED.search(text) and not _CODE.search(text)


def without_addresses(reply: str, recipient: str = "") -> str:
    """Return a reply without the addresses in it: what is stored must not tell whose mail it was."""
    text = _ADDRESS.sub("…", reply[:MAX_REPLY_LENGTH])
    name = recipient.partition("@")[0]
    # Servers also give the mailbox without its domain. Match it only as a whole word, or half the reply would go.
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", text, flags=re.IGNORECASE) if name else text


def _plain(reply: str) -> str:
    """Return the text in lower case, without addresses and links: their words are not the server's."""
    return " ".join(_HOST.sub(" ", _ADDRESS.sub(" ", _LINK.sub(" ", reply[:MAX_REPLY_LENGTH].lower()))).split())


def _kind_of_statuses(statuses: Sequence[str]) -> Kind | None:
    """Return the mildest of what the enhanced codes say: a server that quotes another one gives the codes of both."""
    kinds = [STATUS_CODES.get(status, SUBJECTS.get(status.partition(".")[0])) for status in statuses]
    milder = (kind for kind in kinds if kind not in {None, Kind.HARD_BOUNCE})
    return next(milder, Kind.HARD_BOUNCE if Kind.HARD_BOUNCE in kinds else None)


def _kind_of_words(text: str, status: str) -> Kind | None:
    if _FULL.search(text):
        return Kind.SOFT_BOUNCE
    if _DEAD.search(text) or (status == "4.1" and "recipient address rejected" in text):
        return Kind.REFUSED if _SENDER.search(text) else Kind.HARD_BOUNCE
    if _is_about_us(text):
        return Kind.REFUSED
    return Kind.SOFT_BOUNCE if status.startswith("4.") or _TEMPORARY.search(text) else None


def _kind_of_code(text: str) -> Kind | None:
    code = _CODE.search(text)
    if not code:
        return None
    return Kind.SOFT_BOUNCE if code[1].startswith("4") else CODES.get(code[1])


def _softened(text: str) -> Kind:
    """Return what a refusal that says the mailbox is dead means once the rest of its text is read as well."""
    # Temporary means temporary, whatever the rest says (RFC 3463, 2; RFC 5321, 4.2.1).
    if _FULL.search(text) or _is_for_now(text):
        return Kind.SOFT_BOUNCE
    if _is_about_us(text):
        return Kind.REFUSED
    return Kind.SOFT_BOUNCE if _TEMPORARY.search(text) else Kind.HARD_BOUNCE


def _is_about_us(text: str) -> bool:
    return bool(_POLICY.search(_MAILBOX_PHRASES.sub(" ", text)))


def _is_for_now(text: str) -> bool:
    statuses = [match[1] for match in _ENHANCED.finditer(text)]
    code = _CODE.search(text)
    return "4" in statuses or (code is not None and code[1].startswith("4"))
