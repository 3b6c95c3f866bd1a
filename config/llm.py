"""The language model that writes one sentence for each paper of an edition, if the operator wants one."""

from dataclasses import dataclass

from config import env


@dataclass(frozen=True)
class LanguageModel:
    """Where and how to query a model: any URL that answers as OpenAI's chat completions do."""

    # Up to and including its version, such as https://llm.example.org/v1.
    url: str
    name: str
    key: str
    # Questions and answers together, per UTC day.
    tokens_per_day: int


def from_environment() -> LanguageModel | None:
    """Return the model of LANGUAGE_MODEL_URL; None if that is not set."""
    if not env.text("LANGUAGE_MODEL_URL"):
        return None
    return LanguageModel(
        env.endpoint("LANGUAGE_MODEL_URL", "").rstrip("/"),
        env.required("LANGUAGE_MODEL", "the name of a model that LANGUAGE_MODEL_URL serves"),
        env.text("LANGUAGE_MODEL_KEY"),
        env.integer("LANGUAGE_MODEL_TOKENS_PER_DAY", 50_000, least=1),
    )
