"""A public response, and a change that shows on public pages."""

from django.http import HttpResponse


def rename(paper, title="Cliques"):
    paper.title = title
    paper.save()


def public_response(body="once", **headers):
    return HttpResponse(body, headers={"Cache-Control": "public, no-cache"} | headers)
