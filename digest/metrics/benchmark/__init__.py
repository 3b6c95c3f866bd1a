"""Benchmarks of the delivery engine: `manage.py bench_delivery`."""
