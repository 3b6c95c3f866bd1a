"""How well a ranking finds what real readers saved: see docs/ranking.md."""
