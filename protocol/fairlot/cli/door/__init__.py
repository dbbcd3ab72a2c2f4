"""Commands for the door of a sale: the gate's and the winner's."""
