"""`manage.py learn_weights`: learn the weights of the score components from your own readers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digest.ranking import WEIGHTS
from digest.recommending.learned_weights import FEWEST_DIGESTS, learn_from_readers


class Command(BaseCommand):
    """Learn, keep the result, and print it next to the usual weights."""

    help = "Learn the ranking’s weights from what your readers saved or wanted more of"

    def handle(self, **options: Any) -> None:  # noqa: ARG002 - Django's own options
        """Learn, and print a line for each component."""
        lesson = learn_from_readers(timezone.now())
        if lesson is None:
            raise CommandError(
                f"Too few digests with feedback: {FEWEST_DIGESTS} in the last three months are needed. Nothing changed."
            )
        for name, weight in lesson.weights.items():
            self.stdout.write(f"{name:<10} {WEIGHTS[name]:>6.2f} → {weight:.2f}")
        self.stdout.write(
            f"From {lesson.digests} digests, {lesson.pairs} pairs. In the right order, for readers held out: "
            f"{lesson.right_before:.1%} with the usual weights, {lesson.right_after:.1%} with learned ones."
        )
        self.stdout.write(
            "They take effect with RANKING_WEIGHTS=learned. To let readers decide first, set INTERLEAVE_WITH=learned."
        )
