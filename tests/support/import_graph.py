"""Lists which folder imports which, floor by floor, and flags what runs upward.

Run as ``python tests/support/import_graph.py [ROOT]``: a line a folder, from the top floor
down, and exit code 1 where an arrow runs upward or across a floor. The floors are those of
the import contract in pyproject.toml; 1 is the lowest, 0 stands for none.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
SOURCES = {"fairlot_crypto": "crypto", "fairlot": "protocol"}

Arrows: TypeAlias = dict[str, set[str]]


def floors(root: Path) -> dict[str, int]:
    """Return the floor of every folder or module that stands directly in a package."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    layers = {
        contract["containers"][0]: contract["layers"]
        for contract in table["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    }
    found: dict[str, int] = {}
    below = 0
    for package in SOURCES:
        names = list(reversed(layers[package]))
        for floor, line in enumerate(names, below + 1):
            found |= {f"{package}.{name.strip()}": floor for name in line.split("|")}
        below += len(names)
    return found


def arrows(root: Path) -> Arrows:
    """Return the folders that each folder imports, ``TYPE_CHECKING`` blocks left out."""
    found: Arrows = {}
    for package, source in SOURCES.items():
        folder = root / source / package
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(root / source).with_suffix("").parts
            start = _folder(".".join(parts))
            module = ast.parse(path.read_text(encoding="utf-8"))
            if start != f"{package}.__init__":
                ends = {_folder(name) for name in _imported(module)}
                found.setdefault(start, set()).update(
                    ends - {start, "fairlot.__version__"}
                )
    return found


def _folder(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from _imported(other)
        elif isinstance(node, ast.Import):
            yield from _own(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from _own(inside)
        else:
            yield from _imported(node)


def _own(names: Iterator[str]) -> Iterator[str]:
    return (name for name in names if name.partition(".")[0] in SOURCES)


def report(root: Path) -> tuple[list[str], bool]:
    """Return a line a folder, and whether all arrows run downward.

    What stands on no floor counts as above all of them: a new folder must be placed, and a
    name that is taken from ``fairlot`` itself comes from the facade.
    """
    floor, graph = floors(root), arrows(root)
    top = max(floor.values()) + 1
    lines: list[str] = []
    downward = True
    for start in sorted(graph, key=lambda name: (-floor.get(name, 0), name)):
        wrong = {
            end for end in graph[start] if floor.get(end, top) >= floor.get(start, 0)
        }
        names = [
            f"{end} (UPWARD)" if end in wrong else end for end in sorted(graph[start])
        ]
        lines.append(f"{floor.get(start, 0):>2} {start} -> {', '.join(names)}".rstrip())
        downward = downward and not wrong
    return lines, downward


def main() -> int:
    """List the project, or the folder that is named."""
    lines, downward = report(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    print("\n".join(lines))
    return 0 if downward else 1


if __name__ == "__main__":
    sys.exit(main())
