"""A wallet: how a person's secrets lie on their own device."""
