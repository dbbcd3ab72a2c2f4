"""The append-only board: entries, the file, who appends (specs/board.md)."""
