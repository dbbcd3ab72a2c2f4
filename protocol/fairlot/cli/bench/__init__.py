"""``fairlot bench``: large honest logs, and what an audit of them costs."""
