"""A whole sale with every role played on one machine (specs/rehearsal.md)."""

from fairlot.rehearsal.play import Rehearsed, Watcher, rehearse
from fairlot.rehearsal.work import InProcess, Processes, Workers

__all__ = ["InProcess", "Processes", "Rehearsed", "Watcher", "Workers", "rehearse"]
