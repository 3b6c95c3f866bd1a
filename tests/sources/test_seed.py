from datetime import date

import pytest

from digest.sources import seed
from digest.sources.links import take_links
from digest.sources.record import SourceError

HEAD = ["new", "Get papers in your inbox!", "Subscribe", "Daily Papers", "byAK and friends", "Aug 21"]
ABSTRACT = "We study what happens when an abstract is as long as abstracts are. " * 4

LINKS = {
    "Efficiently Computing Local Lipschitz": "https://github.com/shizhouxing/Local-Lipschitz-Constants",
    "Local Augmentation for Graph": "https://github.com/SongtaoLiu0823/LAGNN",
    "Solving the Catastrophic Forgetting": "https://github.com/Cliffia123/LegoGCD",
    "FedSpeed: Larger Local Interval": "https://github.com/woodenchild95/FL-Simulator",
    "Locally Attentional SDF Diffusion": "https://zhengxinyang.github.io/projects/LAS-Diffusion.html",
    "Derivative-Free Guidance": "https://github.com/masa-ue/SVDD",
    "Does resistance to style-transfer": "https://github.com/leelabcnbc/DiST",
    "Symbolic Synthesis of Neural": "https://github.com/shlomenu/symbolically_synthesized_networks",
    "Graph-based Multi-ODE Neural": "https://github.com/zbliu98/GRAM-ODE",
    "Forward Learning of Graph": "https://github.com/facebookresearch/forwardgnn",
    "Exploring Intrinsic Normal": "https://github.com/luow23/INP-Former",
    "Understanding Hessian Alignment": "https://github.com/huawei-noah/Federated-Learning/tree/main/HessianAlignment",
    "Geometric Knowledge-Guided": "https://github.com/WeiDai-David/2025CVPR_GGEUR",
    "A Hierarchical Bayesian Model": "https://github.com/minyoungkim21/niwmeta",
    "Unifying Self-Supervised Clustering": "https://github.com/emsansone/GEDI",
    "MuSc: Zero-Shot Industrial": "https://github.com/xrli-U/MuSc",
}


def page(*papers, head=HEAD):
    return "\n\n".join([*head, *papers]).encode()


def test_the_shipped_page_has_51_papers_of_its_day():
    shipped = seed.read_seed(seed.SHIPPED_PAGE)
    assert shipped.day == date(2025, 8, 21)
    assert len(shipped.papers) == 51
    assert shipped.papers[0].title.startswith("Which Explanation Should I Choose?")
    assert shipped.papers[-1].title == "Chaos as an interpretable benchmark for forecasting and data-driven modelling"


def test_every_link_of_the_shipped_page_is_found():
    papers = seed.read_seed(seed.SHIPPED_PAGE).papers
    links = {
        paper.title: paper.code_url or paper.project_url for paper in papers if paper.code_url or paper.project_url
    }
    assert len(links) == len(LINKS) == 16
    for beginning, link in LINKS.items():
        assert [url for title, url in links.items() if title.startswith(beginning)] == [link]


def test_the_only_link_that_is_not_to_code_is_a_project_page():
    papers = seed.read_seed(seed.SHIPPED_PAGE).papers
    assert [paper.title for paper in papers if paper.project_url] == [
        "Locally Attentional SDF Diffusion for Controllable 3D Shape Generation"
    ]


def test_sentences_about_links_are_removed_and_no_others():
    for paper in seed.read_seed(seed.SHIPPED_PAGE).papers:
        assert "http" not in paper.abstract
        assert "available at" not in paper.abstract
        assert paper.abstract.endswith((".", "art.", "work."))
        shortened_by = len(paper.original_abstract) - len(paper.abstract)
        assert shortened_by < 200


def test_the_originals_are_kept():
    paper = next(paper for paper in seed.read_seed(seed.SHIPPED_PAGE).papers if "Fast Regression" in paper.title)
    assert paper.title == "A Nearly-Optimal Bound for Fast Regression with ℓ_∞ Guarantee"
    assert paper.original_title == "A Nearly-Optimal Bound for Fast Regression with ell_infty Guarantee"


def test_identifiers_do_not_depend_on_case_and_spaces():
    (one,) = seed.parse_seed(page("A Title: of Things", ABSTRACT)).papers
    (other,) = seed.parse_seed(page("a title  of things", ABSTRACT)).papers
    assert one.identifiers == other.identifiers


def test_the_year_can_be_given():
    assert seed.parse_seed(page("A title", ABSTRACT), year=2026).day == date(2026, 8, 21)


def test_a_title_with_html_in_it_stays_text():
    (paper,) = seed.parse_seed(page("<b>Bold</b> claims & <script>x</script>", ABSTRACT)).papers
    assert paper.title == "Bold claims & <script>x</script>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1: expected the banner’s word, found the end of the page"),
        (page("A title", ABSTRACT, head=HEAD[:5]), "line 11: expected the day, such as “Aug 21”, found “A title”"),
        (page("A title", ABSTRACT, head=HEAD[1:]), "line 3: expected the banner’s sentence"),
        (page("A title", ABSTRACT, head=[*HEAD[:5], "Feb 30"]), "line 11: expected a day of 2025"),
        (page(), "line 11: expected a title after the day, found the end of the page"),
        (page("A title", ABSTRACT, "Another"), "line 17: expected an abstract after this title, found the end"),
        (page("A title", "Another title", ABSTRACT), "line 15: expected an abstract of at least 200 characters"),
        (page(ABSTRACT * 2, "A title"), "line 13: expected a title of at most 400 characters"),
        (page("{}", ABSTRACT), "line 13: expected a title with readable text"),
        (page("A title", ABSTRACT, "a  Title!", ABSTRACT), "line 17: expected a title that is not also on line 13"),
        (page("A ti\0tle", ABSTRACT), "line 13: expected text, found a null byte"),
        (page("A title", ABSTRACT) + b"\n\xff", "line 16: expected UTF-8"),
    ],
)
def test_a_broken_page_says_where_and_what_was_expected(data, message):
    if "banner’s sentence" in message:
        data = data.replace(b"Subscribe", b"S" * 201)
    with pytest.raises(SourceError) as caught:
        seed.parse_seed(data)
    assert message in str(caught.value)


def test_an_error_in_a_file_names_the_file(tmp_path):
    path = tmp_path / "page.txt"
    path.write_bytes(b"new")
    with pytest.raises(SourceError, match=r"^page\.txt, line 1: expected the banner’s sentence"):
        seed.read_seed(path)


@pytest.mark.parametrize(
    ("text", "expected", "code", "project"),
    [
        ("We win. Code is available at https://github.com/x/y.", "We win.", "https://github.com/x/y", ""),
        ("We win. Code: github.com/x/y.git.", "We win.", "https://github.com/x/y", ""),
        ("We win and release code at https://github.com/x/y. So?", "We win and release code. So?", "x/y", ""),
        ("Our tool (https://github.com/x/y) wins.", "Our tool wins.", "x/y", ""),
        ("The code at https://github.com/x/y wins.", "The code wins.", "x/y", ""),
        (r"We win. Code: \url{https://github.com/x/y\_z}.", "We win.", "https://github.com/x/y_z", ""),
        (r"See \href{https://github.com/x/y}{our tool} for proofs.", "See our tool for proofs.", "x/y", ""),
        (
            "We win. Code at https://github.com/x/y and page at https://x.github.io/y/.",
            "We win.",
            "x/y",
            "x.github.io/y/",
        ),
        ("We win. The project page is https://example.org/win.", "We win.", "", "https://example.org/win"),
        ("We use https://doi.org/10.1/x as data.", "We use https://doi.org/10.1/x as data.", "", ""),
        ("Broken http://[x available.", "Broken http://[x available.", "", ""),
        ("No link at all. Code is available.", "No link at all. Code is available.", "", ""),
    ],
)
def test_links_are_taken_out_of_sentences(text, expected, code, project):
    links = take_links(text)
    assert links.text == expected
    assert links.code_url.endswith(code)
    assert bool(links.code_url) == bool(code)
    assert links.project_url.endswith(project)
    assert bool(links.project_url) == bool(project)


def test_a_second_code_link_stays():
    links = take_links("Ours is https://github.com/a/b, built on https://github.com/c/d of others.")
    assert links.code_url == "https://github.com/a/b"
    assert "https://github.com/c/d" in links.text
