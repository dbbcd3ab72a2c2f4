"""fairlot: sell something scarce fairly, one person one deposit, audited by anyone."""

__version__ = "0.1.0"
