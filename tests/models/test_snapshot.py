"""What a delivery stores of its digest, written and read back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import snapshot
from digest.models.snapshot import (
    COMPONENT_NAMES,
    MAX_COMPONENT,
    MIN_COMPONENT,
    all_papers_in,
    candidates_of,
    components_in,
    entries_in,
    extra_section,
    pack_components,
    papers_in,
    rankers_in,
    read_section,
    readable_snapshot,
    section_json,
    snapshot_json,
    unpack_components,
    with_named_components,
)
from digest.ranking import scoring

hundredths = st.integers(MIN_COMPONENT, MAX_COMPONENT)
entries = st.lists(
    st.tuples(
        st.integers(1, 2**40),
        st.sampled_from(["topic", "keyword", "edition"]),
        st.text(),
        st.lists(hundredths, min_size=len(COMPONENT_NAMES), max_size=len(COMPONENT_NAMES)),
        st.integers(-1, 1),
    ),
    unique_by=lambda entry: entry[0],
    max_size=12,
)


def section_of(papers, candidates, *, with_rankers=False):
    return section_json(
        [json.dumps(entry[:3]) for entry in papers],
        candidates,
        [int(pack_components(np.array(entry[3])[:, None])[0]) for entry in papers],
        [entry[4] for entry in papers] if with_rankers else (),
    )


@given(entries, entries, st.integers(0, 5000), st.booleans())
def test_what_is_written_is_read_back(first, extra, candidates, with_rankers):
    section = section_of(first, candidates, with_rankers=with_rankers)
    content = json.loads(snapshot_json(section, section_of(extra, 7) if extra else ""))

    assert entries_in(content) == [entry[:3] for entry in first]
    assert entries_in(extra_section(content)) == [entry[:3] for entry in extra]
    assert all_papers_in(content) == papers_in(content) + [entry[0] for entry in extra]
    assert candidates_of(content) == candidates
    assert [list(row.values()) for row in components_in(content)] == [entry[3] for entry in first]
    assert rankers_in(content) == ({entry[0]: entry[4] for entry in first} if with_rankers else {})
    assert read_section(section) == {name: value for name, value in content.items() if name != "more"}


@given(st.lists(hundredths, min_size=len(COMPONENT_NAMES), max_size=len(COMPONENT_NAMES)))
def test_packed_components_unpack_to_the_same_values(row):
    packed = pack_components([np.array([[value]]) for value in row])

    assert unpack_components(int(packed[0, 0])) == row


@pytest.mark.parametrize("number", [len(COMPONENT_NAMES) - 1, len(COMPONENT_NAMES) + 1])
def test_a_wrong_number_of_components_is_refused_instead_of_packed_wrongly(number):
    with pytest.raises(OverflowError, match=f"expected {len(COMPONENT_NAMES)} score components, got {number}"):
        pack_components([np.zeros((1, 1))] * number)


def test_all_components_fit_in_the_integer():
    assert snapshot.COMPONENT_BITS * len(COMPONENT_NAMES) <= 63


def test_no_component_exceeds_the_range_that_can_be_stored():
    largest = dict.fromkeys(scoring.COMPONENTS, 1.0) | {"topic": float(scoring.MAX_TOPIC_MATCH)}

    for name, value in largest.items():
        assert 100 * scoring.WEIGHTS[name] * value <= MAX_COMPONENT
        assert -100 * scoring.WEIGHTS[name] >= MIN_COMPONENT


def test_values_outside_the_range_are_clamped():
    rows = [np.array([10_000.0])] + [np.array([-10_000.0])] * (len(COMPONENT_NAMES) - 1)

    assert unpack_components(int(pack_components(rows)[0])) == [MAX_COMPONENT] + [MIN_COMPONENT] * (len(rows) - 1)


def test_components_stored_as_lists_by_older_versions_are_read():
    content = readable_snapshot(
        {"papers": [[3, "topic", "Graphs"], [4, "edition", ""]], "of": 2, "parts": [[83, -4], []]}
    )

    assert components_in(content) == [dict(zip(COMPONENT_NAMES, [83, -4], strict=False)), {}]


@pytest.mark.parametrize("parts", ["83", {"83": 1}, [True], ["83"], [8.3], [None]])
def test_invalid_components_are_left_out(parts):
    content = readable_snapshot({"papers": [[3, "topic", "Graphs"]], "of": 1, "parts": parts})

    assert components_in(content) == [{}]


def test_each_component_has_its_name_for_people_to_read():
    packed = int(pack_components([np.array([value]) for value in range(len(COMPONENT_NAMES))])[0])
    content = {"papers": [[3, "topic", "Graphs"]], "of": 1, "parts": [packed], "more": {"papers": [], "of": 0}}

    named = {name: value for value, name in enumerate(COMPONENT_NAMES)}
    assert with_named_components(content) == {**content, "parts": [named]}
    assert with_named_components({"papers": [], "of": 0}) == {"papers": [], "of": 0}


def test_old_rows_without_components_or_extra_section_are_read():
    content = {"papers": [[3, "topic", "Graphs"]]}

    assert components_in(content) == [{}]
    assert extra_section(content) == {}
    assert candidates_of(content) == 0
    assert all_papers_in({}) == []
