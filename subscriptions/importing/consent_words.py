"""What a cell about consent says: a text that someone agreed to, or that they never agreed, or took it back."""

import re

from subscriptions.importing import status_words
from subscriptions.importing.status_words import ImportedStatus

# The name of a column about consent or mail has one of the first, and consists of these words.
_TOPICS = (
    "mail newsletter consent optin gdpr dsgvo rgpd einwillig zustimm zugestimmt erlaub permi marketing rundbrief "
    "infolettre boletin toestemming nieuwsbrief nyhetsbrev samtykke contact abo agree accept"
)
_NAME_WORDS = (
    "e email emails mail mails mailing mailings newsletter newsletters news update updates digest digests consent "
    "consented consents consentement consentimiento consenso gdpr dsgvo rgpd ok okay yes permission permissions "
    "permitted allow allowed allows agree agreed agrees agreement accept accepted accepts acepta want wants get gets "
    "send sends receive receives received receiving subscribe subscriber subscribed subscription marketing promotion "
    "promotions promotional offer offers list opt in double privacy policy terms contact may can to for by via of is "
    "has our the we us user reader member weekly daily monthly communication communications notification notifications "
    "announcement announcements alert alerts flag checkbox given granted abo einwilligung zustimmung zugestimmt "
    "erlaubnis erlaubt datenschutz versand bezug rundbrief rundmail per infolettre boletin toestemming nieuwsbrief "
    "nyhetsbrev samtykke"
)
_ADDRESSES = {"email", "emails", "mail", "mails"}
# How much of a wording is read, and up to how many words say one thing only.
MAX_CONSENT_LENGTH = 500
MAX_PLAIN_WORDS = 4

_EMPTY = {"null", "nil", "nan", "na", "undefined"}
_CROSSES = {"✗", "✘", "☐", "❌", "×", "❎"}
_WITHDRAWN = re.compile(
    r"withdr(?:awn|ew)|\brevoked|rescinded|retracted|opted?[- ]?out|unsubscribed|widerrufen|zurückgezogen|abgemeldet"
    r"|gekündigt|retirée?\b|révoquée?\b|désinscrit|retirad[oa]|revocad[oa]|revocat[oa]|ritirat[oa]|ingetrokken"
)
# A wording that says how to take consent back: "You can unsubscribe at any time."
_POSSIBLE = re.compile(
    r"\b(?:can|may|could|will|until|unless|any ?time|at any|moment|kann|können|könnt|jederzeit|bis auf|peut|pouvez"
    r"|puede[ns]?|podrá|può|pode|kunt|kunnen)\b"
)
_NEGATED = re.compile(
    r"^(?:no|not|non|none|nein|nee|kein\w*|nicht|never|nie|without|ohne|sans|sin|senza|zonder|false)(?=[\s,;:!]|$)"
    r"|(?:\bnot|n[’']t) (?:yet )?(?:agree|consent|accept|confirm|opt|given|granted|subscrib|want|wish|permit|allow)"
    r"|\bno (?:consent|permission|opt|agreement|e?-?mails?\b|newsletters?|thanks|longer)"
    r"|\bkeine? (?:einwilligung|zustimmung|erlaubnis|newsletter|e?-?mails?\b)"
    r"|\bnicht (?:zugestimmt|eingewilligt|erteilt|gewünscht|bestätigt|erlaubt)"
    r"|\bpas (?:d[’']accord|consenti|accepté)|\bno (?:acepta|consiente)|\bnon (?:accetta|consente)"
    r"|\b(?:declin|refus|reject|disagre|object)ed\b|\bdenied\b|abgelehnt|verweigert|widersprochen|refusé|rechazad|rifiutat"
)


def is_about_consent(compact: str) -> bool:
    """Return whether a column of this name, without anything between its letters, is about consent or mail."""
    if compact in _ADDRESSES or not any(topic in compact for topic in _TOPICS.split()):
        return False
    ends = {0}
    for begin in range(len(compact)):
        if begin in ends:
            ends.update(begin + len(word) for word in _NAME_WORDS.split() if compact.startswith(word, begin))
    return len(compact) in ends


def says_no(cell: str) -> bool:
    """Return whether a cell says no, in so many words: an empty one does not."""
    text = cell.strip()
    word = status_words.normalised_word(text)
    return text in _CROSSES or (bool(word) and word not in _EMPTY and text != r"\N" and status_words.is_no(text))


def consent_status(cell: str) -> ImportedStatus:
    """Return what a cell about consent says; SUBSCRIBED if nothing in it speaks against it.

    UNKNOWN for a sentence that may be a refusal as well as what someone agreed to: its reader decides.
    """
    text = " ".join(cell.casefold().split())[:MAX_CONSENT_LENGTH]
    if says_no(cell):
        return ImportedStatus.NOT_SUBSCRIBED
    if status_words.is_known(cell):
        # No one is suppressed for what is in a column about consent.
        return min(status_words.status(cell), ImportedStatus.LEFT)
    if _WITHDRAWN.search(text) and not _POSSIBLE.search(text):
        return ImportedStatus.LEFT if len(text.split()) <= MAX_PLAIN_WORDS else ImportedStatus.UNKNOWN
    return ImportedStatus.UNKNOWN if _NEGATED.search(text) else ImportedStatus.SUBSCRIBED
