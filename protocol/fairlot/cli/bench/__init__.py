"""``fairlot bench``: large honest logs, to measure on."""
