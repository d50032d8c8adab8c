"""Which tests say by name that they try a rule: in their own name, in the id of a row of theirs, or in what they state.

A mention inside a test, or in a comment further down, is none: such a test may well stay green when the rule breaks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent
_OF_THE_PAGES = ("rule_book.py", "test_rule_book.py", "named_tests.py")


class NamedTest(NamedTuple):
    """A test by its module and name, and everything it is named by."""

    module: str
    name: str
    titles: tuple[str, ...]

    def tries(self, rule: str) -> bool:
        """Whether it says that it tries a rule."""
        as_word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(rule)}(?!\d)")
        in_name = rf"(?:^|_){rule.lower().replace('-', '_')}(?:_|$)"
        return bool(re.search(in_name, self.name)) or any(as_word.search(title) for title in self.titles)


@cache
def named_tests() -> tuple[NamedTest, ...]:
    """Every test of the suite, in order of module and line."""
    paths = sorted(path for path in TESTS.rglob("test_*.py") if path.name not in _OF_THE_PAGES)
    return tuple(test for path in paths for test in _tests_of(path))


def _tests_of(path: Path) -> Iterator[NamedTest]:
    source = path.read_text()
    lines, tree = source.splitlines(), ast.parse(source)
    tables = dict(_module_names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            first = lines[node.body[0].lineno - 2].strip()
            stated = (ast.get_docstring(node) or "", first if first.startswith("#") else "")
            rows = (title for decorator in node.decorator_list for title in _row_ids(decorator, tables, frozenset()))
            module = f"tests/{path.relative_to(TESTS).as_posix()}"
            yield NamedTest(module, node.name, (*stated, *rows))


def _module_names(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _row_ids(node: ast.AST, tables: dict[str, ast.AST], seen: frozenset[str]) -> Iterator[str]:
    """The words that name the rows of a table: keys, cells of words, first words of what makes a row."""
    match node:
        case ast.Constant(value=str(word)):
            yield word
        case ast.Name(id=name) if name in tables and name not in seen:
            yield from _row_ids(tables[name], tables, seen | {name})
        case ast.FunctionDef():
            names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
            yield from (word for each in names for word in _row_ids(each, tables, seen))
        case ast.Dict(keys=keys):
            yield from (word for key in keys if key is not None for word in _row_ids(key, tables, seen))
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            for part in parts:
                made = isinstance(part, ast.Call) and isinstance(node, ast.Tuple) and _is_a_row(node)
                yield from () if made else _row_ids(part, tables, seen)
        case ast.Call(func=func, args=args, keywords=keywords):
            of_rows = args if isinstance(func, ast.Name) and func.id in {"list", "map", "tuple", "sorted"} else args[:2]
            parts = (func, *of_rows, *(keyword.value for keyword in keywords if keyword.arg in {"ids", "id"}))
            yield from (word for part in parts for word in _row_ids(part, tables, seen))
        case ast.Attribute(value=value) | ast.Starred(value=value):
            yield from _row_ids(value, tables, seen)
        case ast.ListComp(generators=loops) | ast.GeneratorExp(generators=loops) | ast.DictComp(generators=loops):
            yield from (word for loop in loops for word in _row_ids(loop.iter, tables, seen))
        case _:
            return


def _is_a_row(node: ast.Tuple) -> bool:
    """A tuple that begins with a word is a row of a table; what it calls makes its values, not its name."""
    return isinstance(node.elts[0], ast.Constant) if node.elts else False
