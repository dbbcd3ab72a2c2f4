"""fairlot: sell something scarce fairly, one person one deposit, audited by anyone."""

from importlib.metadata import version

__version__ = version("fairlot")
