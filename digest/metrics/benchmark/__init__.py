"""How fast the delivery engine is: `manage.py bench_delivery`."""
