"""``fairlot host``: all roles of a sale as processes of their own on one machine."""
