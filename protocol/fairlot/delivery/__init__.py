"""Items: promised at the result, sealed to winners after the unlock (specs/delivery.md)."""
