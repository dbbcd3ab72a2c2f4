"""A page for buyers: one file, in which the browser itself checks (specs/page.md).

Code that a browser runs lies here as it is read, in small modules; ``assembly`` puts them
into the one file.
"""
