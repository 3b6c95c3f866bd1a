"""Where static files are kept in production: under names that change with what they hold."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# An import of one of our modules in another: `from "./name.js";`
IMPORT = r"""(?P<matched>\bfrom\s+["'](?P<url>\./[^"']+)["']\s*;)"""


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """As WhiteNoise's; and an import in our own scripts is written with the name that changes, too.

    Django can do that for every script there is, and then stumbles over what others wrote: so only for our own.
    """

    patterns = (*HashedFilesMixin.patterns, ("digest/*.js", ((IMPORT, 'from "%(url)s";'),)))
