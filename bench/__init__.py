"""Whole-process timings as ratios: `python -m bench` prints a table and writes JSON."""
