"""The words of the field as types: facts, positions, kinds. Standard library and msgspec only."""
