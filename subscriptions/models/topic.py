"""Topic: something one can follow."""

from django.db import models


class Topic(models.Model):
    """Something one can follow, with what tells that a paper is about it."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=200)
    arxiv_categories = models.JSONField(default=list, blank=True, help_text="Such as cs.LG; a list")
    keywords = models.JSONField(default=list, blank=True, help_text="Words and phrases in title or abstract; a list")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
