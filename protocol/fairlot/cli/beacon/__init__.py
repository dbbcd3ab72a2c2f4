"""``fairlot beacon``: the steps of contributors on machines of their own."""
