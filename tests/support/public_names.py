"""Finds public names without a docstring: public is what stands in an ``__all__``.

Run as ``python tests/support/public_names.py [ROOT]``: a line a name that has none, and exit
code 1 where there is one. A name that a module only passes on, from an import of any kind,
is looked up where it is defined.
"""

import ast
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
SOURCES = ("crypto", "protocol")

Modules: TypeAlias = dict[str, ast.Module]


def undocumented(root: Path) -> list[str]:
    """Return ``module.name`` of what is public and has no docstring."""
    modules = dict(_modules(root))
    return [
        f"{module}.{name}"
        for module, tree in modules.items()
        for name in public(tree)
        if not _documented(modules, module, name)
    ]


def public(tree: ast.Module) -> tuple[str, ...]:
    """Return the names in ``__all__``; none where there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return tuple(ast.literal_eval(node.value))
    return ()


def _modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for source in SOURCES:
        for path in sorted((root / source).glob("*/**/*.py")):
            parts = path.relative_to(root / source).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _documented(modules: Modules, module: str, name: str) -> bool:
    tree = modules.get(module, ast.Module([], []))
    return any(
        _in_body(modules, body, name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.If)
        for body in (node.body, node.orelse if isinstance(node, ast.If) else [])
    )


def _in_body(modules: Modules, body: list[ast.stmt], name: str) -> bool:
    pairs = pairwise([*body, ast.Pass()])
    return any(_documents(modules, node, behind, name) for node, behind in pairs)


def _documents(modules: Modules, node: ast.stmt, behind: ast.stmt, name: str) -> bool:
    """Tell whether ``node`` defines the name, with words on it."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return node.name == name and bool(ast.get_docstring(node))
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return name in map(ast.unparse, targets) and _is_text(behind)
    if isinstance(node, ast.ImportFrom) and node.module:
        original = {alias.asname or alias.name: alias.name for alias in node.names}
        return name in original and _documented(modules, node.module, original[name])
    return False


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and bool(node.value.value.strip())
    )


def main() -> int:
    """Check the project, or the folder that is named."""
    found = undocumented(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    for name in found:
        print(f"{name} is public and has no docstring")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
