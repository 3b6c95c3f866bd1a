import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.catalog import tagging
from digest.catalog.importing import import_seed_page
from digest.models import PaperTopic
from digest.sources import seed
from subscriptions.models import Topic
from subscriptions.starter_topics import SHIPPED, load_topics, read_topics
from tests.support.factories import make_paper, make_topic

THEORY, GRAPHS, GENERATIVE = {"deep-learning-theory"}, {"graph-learning"}, {"generative-models"}
NEURAL_ODE, PRIVACY, FEDERATED = {"neural-differential-equations"}, {"differential-privacy"}, {"federated-learning"}
PURE, NUMERICS, TRANSFER = {"algebra-and-geometry"}, {"numerical-analysis"}, {"transfer-and-continual-learning"}

# The topics a researcher would file each paper of the seed page under, read one by one, in page order.
MAIN_TOPICS = [
    ("Which Explanation Should I Choose?", {"interpretability"}),
    ("On the matrices in B-spline collocation", NUMERICS),
    ("Efficiently Computing Local Lipschitz", THEORY | {"security-and-robustness"}),
    ("On the Power of the Weisfeiler-Leman", GRAPHS),
    ("Unsupervised Discovery of Formulas", PURE | {"ai-for-science"}),
    ("Efficient and Modular Implicit", {"optimization"}),
    ("Learning Hierarchical Polynomials", THEORY),
    ("Local Augmentation for Graph", GRAPHS),
    ("Gradient-Normalized Smoothness", {"optimization"}),
    ("Solving the Catastrophic Forgetting", TRANSFER | {"computer-vision"}),
    ("Moirai-MoE", {"time-series"}),
    ("FedSpeed", FEDERATED),
    ("On Neural Differential Equations", NEURAL_ODE),
    ("Regression Discontinuity Design", {"statistics-and-causal-inference"}),
    ("On gauge freedom", GENERATIVE),
    ("Locally Attentional SDF Diffusion", GENERATIVE | {"computer-vision"}),
    ("Derivative-Free Guidance", GENERATIVE),
    ("Constrained Optimization via Exact", {"optimization"}),
    ("Neural Network Approximations of PDEs", THEORY | NEURAL_ODE | NUMERICS),
    ("Stochastic Interpolants", GENERATIVE),
    ("Peregrine", GRAPHS),
    ("Does resistance to style-transfer", {"computer-vision"}),
    ("Symbolic Synthesis of Neural", {"reasoning"}),
    ("Graph-based Multi-ODE", GRAPHS | NEURAL_ODE | {"time-series"}),
    ("Using Degeneracy in the Loss", {"interpretability"}),
    ("Improved Analysis of Sparse Linear", PRIVACY),
    ("Perturbation Analysis of Neural Collapse", THEORY),
    ("Forward Learning of Graph", GRAPHS),
    ("Exploring Intrinsic Normal Prototypes", {"anomaly-detection"}),
    ("Neural Tangent Kernel", THEORY),
    ("Role of Locality and Weight Sharing", THEORY),
    ("Jets of foliations", PURE),
    ("Benign Oscillation", THEORY | {"optimization"}),
    ("Understanding Hessian Alignment", TRANSFER),
    ("A Nearly-Optimal Bound for Fast", NUMERICS),
    ("Evaluating the Performance of Some Local", {"quantum-computing"}),
    ("Space-time tradeoffs of lenses", PURE),
    ("Geometric Knowledge-Guided", FEDERATED),
    ("On the Generalization Mystery", THEORY),
    ("The Monge Gap", {"optimal-transport"}),
    ("Empirical Analysis of the Hessian", THEORY),
    ("Local Graph Clustering", GRAPHS),
    ("A Hierarchical Bayesian Model", TRANSFER | {"statistics-and-causal-inference"}),
    ("The Implicit Regularization", THEORY),
    ("Opening the Blackbox", NEURAL_ODE),
    ("DIFF2", PRIVACY),
    ("Grokking as the Transition", THEORY),
    ("Unifying Self-Supervised Clustering", {"representation-learning"}),
    ("MuSc", {"anomaly-detection"}),
    ("Efficiently Computing Similarities to Private", PRIVACY),
    ("Chaos as an interpretable benchmark", {"dynamical-systems"}),
]


def about(keywords, categories=()):
    return Topic(keywords=keywords, arxiv_categories=list(categories))


def score(text, *keywords, title="A title", categories=()):
    return tagging.score(title, text, categories, about(list(keywords), ["cs.CV"]))


def test_every_seed_paper_has_a_main_topic_that_fits():
    topics = read_topics(SHIPPED)
    papers = seed.read_seed(seed.SHIPPED_PAGE).papers
    misfits = []
    for paper, (title, accepted) in zip(papers, MAIN_TOPICS, strict=True):
        assert paper.title.startswith(title)
        scores = {topic.slug: tagging.score(paper.title, paper.abstract, (), topic) for topic in topics}
        main = max(scores, key=lambda slug: scores[slug])
        if scores[main] < tagging.THRESHOLD or main not in accepted:
            misfits.append(f"{title}: {main} {scores[main]:.2f}")
    assert misfits == []


def test_every_seed_paper_is_tagged_with_one_to_three_topics():
    topics = read_topics(SHIPPED)
    for paper in seed.read_seed(seed.SHIPPED_PAGE).papers:
        scores = [tagging.score(paper.title, paper.abstract, (), topic) for topic in topics]
        assert 1 <= sum(points >= tagging.THRESHOLD for points in scores) <= 3


def test_a_computational_graph_is_not_graph_learning():
    graphs = next(topic for topic in read_topics(SHIPPED) if topic.slug == "graph-learning")
    text = "We keep the computational graph of the backward pass and show a graph of the results."
    assert tagging.score("Training without a graph", text, (), graphs) == 0


@pytest.mark.parametrize(
    "text", ["time series", "Time-Series", "many TIME SERIES here", "(time\u2013series)", "a time\nseries."]
)
def test_case_and_hyphens_do_not_matter(text):
    assert score(text, "time series") > 0


@pytest.mark.parametrize(
    ("keyword", "plural"),
    [
        ("policy", "policies"),
        ("matrix", "matrices"),
        ("analysis", "analyses"),
        ("process", "processes"),
        ("GNN", "GNNs"),
    ],
)
def test_plurals_match(keyword, plural):
    assert score(f"of {plural} and more", keyword) > 0


@pytest.mark.parametrize(
    ("keyword", "text"),
    [("graph", "photographs"), ("GAN", "we began"), ("SHAP", "its shape"), ("LIME", "lime trees"), ("RL", "curl")],
)
def test_parts_of_words_and_lower_case_acronyms_do_not_match(keyword, text):
    assert score(text, keyword) == 0


def test_a_keywords_hyphen_may_be_missing():
    assert score("nonconvex losses", "non-convex") > 0


def test_the_title_counts_more_than_the_abstract():
    assert score("", "time series", title="On time series") > score("On time series", "time series") > 0


def test_hits_add_up_and_never_exceed_one():
    few = score("alpha beta", "alpha", "beta")
    assert score("alpha", "alpha") < few < score("alpha beta " * 50, "alpha", "beta", title="alpha beta") <= 1


def test_the_primary_category_counts_more_than_another():
    assert score("", "x", categories=["cs.CV", "cs.LG"]) > score("", "x", categories=["cs.LG", "cs.CV"]) > 0


@pytest.mark.parametrize("keywords", [[], [""], ["-", " "]])
def test_keywords_without_letters_match_nothing(keywords):
    assert score("any text - at all", *keywords) == 0


@pytest.mark.parametrize("keyword", ["C++", "f(x", "[a", "p*", "\\d"])
def test_keywords_are_not_patterns(keyword):
    assert score("digits 123 and letters", keyword) == 0


@pytest.mark.django_db
def test_tagging_writes_what_fits_and_removes_what_does_not():
    graphs, bread = make_topic(keywords=["graph mining"]), make_topic("Bread", keywords=["bread"])
    paper = make_paper("Graph mining for all", about=bread)
    tagging.tag([paper])
    assert list(paper.topics.all()) == [graphs]


@pytest.mark.django_db
def test_tagging_again_touches_no_row():
    make_topic(keywords=["graph mining"])
    paper = make_paper("Graph mining for all")
    tagging.tag([paper])
    before = list(PaperTopic.objects.values())
    with CaptureQueriesContext(connection) as queries:
        tagging.tag([paper])
    assert list(PaperTopic.objects.values()) == before
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.django_db
def test_tagging_takes_the_same_number_of_queries_for_twice_the_papers():
    make_topic(keywords=["graph mining"])
    papers = [make_paper(f"Graph mining {number}") for number in range(20)]
    counts = []
    for some in (papers[:10], papers):
        PaperTopic.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            tagging.tag(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_words_and_meaning_together_give_nearly_every_seed_paper_a_fitting_main_topic():
    load_topics()
    papers = import_seed_page().papers.papers
    main = {paper.pk: paper.tags.select_related("topic").first() for paper in papers}

    fitting = [
        bool((tag := main[paper.pk]) and tag.topic.slug in accepted)
        for paper, (_, accepted) in zip(papers, MAIN_TOPICS, strict=True)
    ]

    assert sum(fitting) >= 0.9 * len(MAIN_TOPICS)


@pytest.mark.django_db
def test_a_paper_that_contains_no_keyword_is_tagged_by_its_meaning():
    load_topics()
    topic = Topic.objects.get(slug="graph-learning")
    paper = make_paper("Learning on networks: vertices, edges and their neighbourhoods", abstract="Edges and vertices.")
    bread = make_paper("How to bake sourdough bread", abstract="Flour, water and salt.")
    assert tagging.score(paper.title, paper.abstract, (), topic) == 0

    tagging.tag_all()

    assert paper.tags.first().topic == topic
    assert not bread.tags.exists()


@pytest.mark.django_db
def test_all_papers_are_tagged_again_after_topics_change(capsys):
    topic, paper = make_topic(keywords=["graph mining"]), make_paper("Matrix mining")
    call_command("tag_papers")
    topic.keywords = ["matrix mining"]
    topic.save()

    call_command("tag_papers")

    assert list(paper.topics.all()) == [topic]
    paper.refresh_from_db()
    assert paper.embedding_model == "wordllama-256"
    assert "1 papers, 1 tags" in capsys.readouterr().out
