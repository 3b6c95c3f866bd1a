"""Made-to-measure answers from the sources."""

from html import escape

OAI = "http://www.openarchives.org/OAI/2.0/"
RAW = "http://arxiv.org/OAI/arXivRaw/"
MONDAY = "Mon, 14 Sep 2026 10:00:00 GMT"


def oai_record(
    arxiv_id="2609.00001", title="On graphs", versions=((1, MONDAY),), datestamp="2026-09-15", status="", **fields
):
    header = f"<identifier>oai:arXiv.org:{arxiv_id}</identifier><datestamp>{datestamp}</datestamp>"
    if status:
        return f'<record><header status="{status}">{header}</header></record>'
    fields = {
        "authors": "Ada Lovelace and Alan Turing",
        "categories": "cs.LG cs.AI",
        "abstract": "  All about\n  graphs.",
        **fields,
    }
    listed = "".join(
        f'<version version="v{number}"><date>{moment}</date><size>9kb</size></version>' for number, moment in versions
    )
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    return (
        f"<record><header>{header}</header><metadata>"
        f'<arXivRaw xmlns="{RAW}"><id>{arxiv_id}</id>{listed}<title>{escape(title)}</title>{inner}</arXivRaw>'
        "</metadata></record>"
    )


def oai(*records, token=None, error=("", "")):
    # In the protocol, a list without records is not a list but an error.
    code, text = error if records or token is not None or error[0] else ("noRecordsMatch", "")
    inner = f'<error code="{code}">{text}</error>' if code else f"<ListRecords>{''.join(records)}"
    if not code:
        inner += "" if token is None else f"<resumptionToken>{token}</resumptionToken>"
        inner += "</ListRecords>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="{OAI}">'
        f"<responseDate>2026-09-16T03:00:00Z</responseDate>{inner}</OAI-PMH>"
    )


def atom_entry(arxiv_id="2609.00001v1", title="On graphs", published="2026-09-14T10:00:00Z", **fields):
    summary = escape(fields.get("summary", "All about graphs."))
    comment = f"<arxiv:comment>{escape(fields['comment'])}</arxiv:comment>" if "comment" in fields else ""
    return (
        f"<entry><id>http://arxiv.org/abs/{arxiv_id}</id><title>{escape(title)}</title>"
        f"<updated>{published}</updated><summary>{summary}</summary>"
        '<category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>'
        '<category term="cs.AI" scheme="http://arxiv.org/schemas/atom"/><category term="I.2.6"/>'
        f"<published>{published}</published>{comment}"
        '<arxiv:primary_category term="cs.LG"/><author><name>Ada Lovelace</name></author></entry>'
    )


def atom(*entries, total=None):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title>'
        f"<opensearch:totalResults>{len(entries) if total is None else total}</opensearch:totalResults>"
        f"{''.join(entries)}</feed>"
    )


def rss_item(guid="2609.00001v1", title="On graphs", kind="new", authors="Ada Lovelace, Alan Turing", **fields):
    categories = "".join(f"<category>{name}</category>" for name in fields.get("categories", ["cs.LG", "cs.AI"]))
    abstract = escape(fields.get("abstract", "All about graphs."))
    date = fields.get("date", "Wed, 16 Sep 2026 00:00:00 -0400")
    return (
        f"<item><title>{escape(title)}</title><link>https://arxiv.org/abs/x</link>"
        f"<description>arXiv:{guid} Announce Type: {kind} \nAbstract: {abstract}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{guid}</guid>{categories}<pubDate>{date}</pubDate>'
        f"<arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>{escape(authors)}</dc:creator></item>"
    )


def rss(*items, date="Wed, 16 Sep 2026 00:00:00 -0400"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>cs.LG updates on arXiv.org</title>'
        f"<pubDate>{date}</pubDate><skipDays><day>Saturday</day><day>Sunday</day></skipDays>{''.join(items)}"
        "</channel></rss>"
    )


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><feed>&c;</feed>'
)
HTML = "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>Back soon</body></html>"
