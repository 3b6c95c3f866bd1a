"""Counting and measuring: tallies, queues, evaluation, benchmarks."""
