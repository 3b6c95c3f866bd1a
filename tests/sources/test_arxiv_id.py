"""The same paper, however its ID is written."""

import pytest

from digest.sources.arxiv_id import ArxivId, parse_arxiv_id

NEW, OLD = ArxivId("2508.12345"), ArxivId("math/0611800")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2508.12345", NEW),
        (" 2508.12345\n", NEW),
        ("2508.12345v3", ArxivId("2508.12345", 3)),
        ("arXiv:2508.12345", NEW),
        ("arxiv: 2508.12345V2", ArxivId("2508.12345", 2)),
        ("oai:arXiv.org:2508.12345v1", ArxivId("2508.12345", 1)),
        ("https://arxiv.org/abs/2508.12345", NEW),
        ("http://arxiv.org/abs/2508.12345v2", ArxivId("2508.12345", 2)),
        ("https://www.arxiv.org/pdf/2508.12345v2.pdf", ArxivId("2508.12345", 2)),
        ("https://export.arxiv.org/pdf/2508.12345", NEW),
        ("https://arxiv.org/html/2508.12345v1/", ArxivId("2508.12345", 1)),
        ("https://arxiv.org/abs/2508.12345?context=cs#top", NEW),
        ("arxiv.org/abs/2508.12345", NEW),
        ("https://www.alphaxiv.org/abs/2508.12345v1", ArxivId("2508.12345", 1)),
        ("https://huggingface.co/papers/2508.12345", NEW),
        ("https://huggingface.co/papers/2508.12345.md", NEW),
        ("https://hf.co/papers/2508.12345", NEW),
        ("10.48550/arXiv.2508.12345", NEW),
        ("https://doi.org/10.48550/arXiv.2508.12345", NEW),
        ("doi:10.48550/ARXIV.2508.12345", NEW),
        ("0704.0001", ArxivId("0704.0001")),
        ("2508.123456", ArxivId("2508.123456")),
        ("math/0611800", OLD),
        ("math.CA/0611800v2", ArxivId("math/0611800", 2)),
        ("https://arxiv.org/abs/math.CA/0611800", OLD),
        ("https://arxiv.org/pdf/math%2F0611800v1", ArxivId("math/0611800", 1)),
        ("solv-int/9701001v1", ArxivId("solv-int/9701001", 1)),
        ("https://doi.org/10.48550/arXiv.hep-th/9901001", ArxivId("hep-th/9901001")),
    ],
)
def test_every_way_of_writing_an_id_gives_the_same_paper(text, expected):
    assert parse_arxiv_id(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "2513.12345",
        "2508.123",
        "2508.12345v0",
        "2508.12345 and 2508.12346",
        "math/06118001",
        "10.1000/182",
        "https://example.org/abs/2508.12345",
        "https://arxiv.org.example.org/abs/2508.12345",
        "https://notarxiv.org/abs/2508.12345",
        "https://arxiv.org/list/cs.AI/recent",
        "javascript://arxiv.org/abs/2508.12345",
        "https://[arxiv.org/abs/2508.12345",
        "https://arxiv.org/",
    ],
)
def test_anything_that_is_not_an_id_gives_none(text):
    assert parse_arxiv_id(text) is None


def test_an_id_is_written_with_the_version_it_was_given():
    assert [str(NEW), str(ArxivId("2508.12345", 2))] == ["2508.12345", "2508.12345v2"]
