"""The Picture: everything a screen shows as one value of keyed rows, and how facts fold into it."""
