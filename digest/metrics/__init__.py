"""What is counted and measured: tallies, queues, evaluation, benchmarks."""
