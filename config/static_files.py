"""Where static files are kept in production: under names that change with their content."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# An import of one of our modules in another: `from "./name.js";`
IMPORT = r"""(?P<matched>\bfrom\s+["'](?P<url>\./[^"']+)["']\s*;)"""


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """Like WhiteNoise's, but imports in our own scripts are also rewritten to the changing names.

    Django can do that for all scripts, but then fails on third-party ones.
    """

    patterns = (*HashedFilesMixin.patterns, ("digest/*.js", ((IMPORT, 'from "%(url)s";'),)))
