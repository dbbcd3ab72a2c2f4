"""``fairlot beacon``: the draw of a sale on machines of one's own, with `contributor`."""
