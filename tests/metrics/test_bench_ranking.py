"""The ranking benchmark: that it runs, not how fast."""

import json

import pytest
from django.core.management import CommandError, call_command

from digest.metrics.benchmark.ranking import MAX_BENCHMARK_PAPERS, rank_benchmark_batch


def test_it_reports_subscribers_per_second_for_both_sizes(capsys):
    call_command("bench_ranking", "--subscribers", "500", "--processes", "1", "--json")

    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["50", "500"]
    assert min(figures.values()) > 0


def test_each_of_its_readers_gets_a_full_digest():
    assert rank_benchmark_batch(50, 0) > 0.9 * 500 * MAX_BENCHMARK_PAPERS


def test_zero_subscribers_are_refused():
    with pytest.raises(CommandError, match="from 1 to"):
        call_command("bench_ranking", "--subscribers", "0")
