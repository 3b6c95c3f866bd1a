"""Redis cache that acts as an empty one while Redis is down."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from config.redis_fallback import RedisFallback

logger = logging.getLogger(__name__)

# How long to leave Redis alone after it did not answer, so that not every page waits for it.
CACHE_RETRY_SECONDS = 10

# The answers used instead: those of an empty cache. A method that takes `default` returns it.
_EMPTY: dict[str, Callable[..., Any]] = {
    "add": lambda *_, **__: True,
    "get": lambda _, default=None, *__, **___: default,
    "set": lambda *_, **__: None,
    "touch": lambda *_, **__: False,
    "delete": lambda *_, **__: False,
    "get_many": lambda *_, **__: {},
    "has_key": lambda *_, **__: False,
    "set_many": lambda data, *_, **__: list(data),
    "delete_many": lambda *_, **__: None,
    "clear": lambda *_, **__: False,
}


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, which acts as an empty one while Redis is down."""

    # One per process: each thread has its own cache object.
    fallback = RedisFallback(
        (RedisError, OSError),
        "the cache does not answer (%s): pages are rendered without it",
        logger,
        CACHE_RETRY_SECONDS,
    )

    def _forgiving(self, name: str, *args: Any, **kwargs: Any) -> Any:
        in_redis = getattr(super(), name)
        return self.fallback.ask(lambda: in_redis(*args, **kwargs), lambda: _EMPTY[name](*args, **kwargs))


def _forgiving(name: str) -> Callable[..., Any]:
    def method(self: ForgivingRedisCache, *args: Any, **kwargs: Any) -> Any:
        return self._forgiving(name, *args, **kwargs)

    return method


for _name in _EMPTY:
    setattr(ForgivingRedisCache, _name, _forgiving(_name))
