"""Sequential work in a group of unknown order, and the beacon's arithmetic in it."""
