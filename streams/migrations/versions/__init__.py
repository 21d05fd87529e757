"""The steps, oldest first; none is changed once it has been released."""
