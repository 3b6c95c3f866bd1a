"""bioRxiv: preprints in biology."""

from collections.abc import Iterator

from django.conf import settings

from digest.sources.fetching import Fetcher
from digest.sources.page import HarvestPage, HarvestPosition
from digest.sources.preprint_server import server_pages

NAME = "biorxiv"
TITLE = "bioRxiv"
CLOSES_DAYS = True
QUERY_HELP = "Categories, separated by commas, such as neuroscience, cell biology. Leave it empty for all of them."


def pages(fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
    """Yield what was posted since a given day."""
    return server_pages(fetcher, place, server=NAME, address=settings.SOURCE_SETUPS[NAME].url)
