"""The composition root: chooses adapters, starts threads, serves; one module a verb. The only package that knows every
other; nobody but the command line imports it.
"""
