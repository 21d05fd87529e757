"""Whole pages, each a function of what it is given."""
