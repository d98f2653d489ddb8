"""Drawings and toy problems that one lab uses: a file or folder for each lab, of its name."""
