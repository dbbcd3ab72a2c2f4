"""A board that answers over the network (specs/service.md).

Only ``app.py`` and what is above it know of HTTP. Nothing here is loaded by any other part of
the package: it needs the extra ``service``.
"""
