"""The words before what a sentence says ("In this paper, ..."), which lists and emails leave out."""

import re

from digest.catalog.sentences import label_of

_LINKS = (
    "more specifically|specifically|more precisely|precisely|in particular|particularly|more concretely|concretely|"
    "to be (?:more )?(?:specific|precise)|moreover|furthermore|further|additionally|in addition|besides|finally|lastly|"
    "thus|therefore|hence|consequently|as a result|accordingly|as a consequence|however|instead|nevertheless|"
    "nonetheless|importantly|notably|crucially|interestingly|surprisingly|remarkably|here|to this end|towards this end|"
    "to that end|to these ends|for this purpose|to do so|to do this|in this regard|in response|in contrast|"
    "in this context|in this setting|in this way|in this direction|in summary|in short|in conclusion|overall|"
    r"to summarize|to summarise|in general|(?:inspired|motivated) by (?:this|these)(?: \w+)?|first of all|firstly|"
    "secondly|thirdly|"
    "first|second|third|also|then|next|meanwhile|on the other hand|at the same time|as such|by doing so|"
    r"based on (?:this|these)(?: \w+)?|in fact|indeed|alternatively|similarly|conversely|in doing so|"
    "to address this(?: issue| problem| gap| challenge| limitation)?|to address these(?: issues| problems| gaps|"
    " challenges| limitations)?|to overcome (?:this|these)(?: issues?| problems?| challenges?| limitations?)?|"
    "to fill this gap|to bridge this gap|to close this gap|to solve this(?: problem| issue)?|"
    "to tackle (?:this|these)(?: issues?| problems?| challenges?)?"
)
_WORK = (
    r"(?:in|with|through|throughout|within) (?:this|our|the present|the current) (?:[\w-]+ )?"
    r"(?:paper|work|article|study|letter|report|note|manuscript|thesis|survey|review|contribution|talk|chapter)"
)
# What is left after the comma must still be a sentence.
_LEAD_IN = re.compile(rf"(?:(?:{_LINKS}|{_WORK}),\s+|{_WORK}\s+(?=we\b)|(?:and|but|so),?\s+(?=we\b))", re.I)
_FEWEST_WORDS = 4


def without_lead_in(sentence: str) -> str:
    """Return a sentence without its heading and lead-ins, capitalised; unchanged if there is little else."""
    text = sentence[len(label_of(sentence)) :]
    while (match := _LEAD_IN.match(text)) and len(text[match.end() :].split()) >= _FEWEST_WORDS:
        text = text[match.end() :]
    if text == sentence or not text:
        return sentence
    first = text.split(maxsplit=1)[0]
    # A name that begins in lower case stays: mRNA, iPhone.
    return text if any(map(str.isupper, first[1:])) else text[0].upper() + text[1:]
