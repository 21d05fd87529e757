"""Mapping files for public feeds, commented so that the format can be learnt from them: ``houston_live`` first."""
