"""Plain English in every sentence that a user can meet: messages, findings, schema, help, pages.

Docstrings and comments are for developers and are not looked at, but for the help of commands.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.words import count_noun, with_article

ROOT = Path(__file__).parents[1]

FORBIDDEN = {
    r"\bst(and|ands|ood)\b(?! out\b)": "is, is listed, remains, is located",
    r"\breckon": "count, estimate, include",
    r"\bdear(er|est)?\b": "expensive, at a higher cost",
    r"\bso many\b": "that many, the number of",
    r"\bthat would do\b": "sufficient",
    r"\bhad at\b": "available at",
    r"\botherwise than\b": "other than, differently from",
    r"\bmean together\b": "say which rules are checked, and when",
    r"(?<!there )(?<!There )\b(is|are) no (?!longer\b|more\b|less\b|worse\b|better\b|[a-z]{2,}er\b)": "is not a",
    r"\blook at\b(?= \{)": "has no effect on",
    r"\basks? nothing\b": "has no effect",
    r"\bnobody demands\b": "there is no demand for",
    r"\bwhatsoever\b": "at all, or nothing",
    r"\b(changes|decides) nothing\b": "has no effect",
    r"\bput up\b": "deployed",
    r"\bpart\(s\)|\b\w+\(s\)(?=\s)": "count_noun",
    r"\bas (can|could) be\b": "as possible",
    r"\basked for\b": "requested",
    r"\bleaves? (that much )?open\b": "not decided at this gap",
    r"\bno plan can do without\b": "every plan needs",
}
"""What reads as translated or is a private dialect, and what to say instead."""

COUNTED = re.compile(r"\{(?:len\([^{}]*\)|count|\w+_count)\} (?:more |other )?(?!is\b|has\b)[a-z]+s\b")
"""A number and a noun that is plural whatever the number is: `count_noun` knows the difference."""


def pieces(node: ast.AST, skip: set[int]) -> Iterator[tuple[int, str]]:
    """The texts in code that are no docstrings, placeholders of f-strings written out."""
    for child in ast.iter_child_nodes(node):
        if id(child) in skip:
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.lineno, child.value
        elif isinstance(child, ast.JoinedStr):
            yield child.lineno, "".join(_written(part) for part in child.values)
        else:
            yield from pieces(child, skip)


def _written(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return "{" + ast.unparse(part.value).replace("{", "(").replace("}", ")") + "}"
    assert isinstance(part, ast.Constant)
    return str(part.value)


def texts_of_code(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a module that have words in them; of its docstrings those of commands, which are their help."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node) for node in ast.walk(tree) if isinstance(node, ast.Expr)} - {
        id(node.body[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("command" in ast.unparse(mark) for mark in node.decorator_list)
    }
    calls = {
        id(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant | ast.JoinedStr)
    }
    for line, text in pieces(tree, docstrings - calls):
        if len(text.split()) > 2:
            yield line, text


CODE = sorted(path for folder in ("planner", "models") for path in (ROOT / folder).rglob("*.py"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES.append(ROOT / "instances" / "SOURCES.md")


def find_forbidden(text: str) -> Iterator[str]:
    """What a text says that it should not, and what to say instead."""
    text = " ".join(text.split())
    for pattern, better in FORBIDDEN.items():
        for found in re.finditer(pattern, text):
            near = text[max(0, found.start() - 30) : found.end() + 30]
            yield f"...{near}... say: {better}"


def test_messages_are_plain_english() -> None:
    found = []
    for path in CODE:
        for line, text in texts_of_code(path):
            problems = list(find_forbidden(text))
            if COUNTED.search(text) and "of {" not in text:
                problems.append(f"{text!r}: say it with count_noun")
            found += [f"{path.relative_to(ROOT)}:{line}: {problem}" for problem in problems]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_are_plain_english(path: Path) -> None:
    found = list(find_forbidden(re.sub(r"`[^`]*`|```.*?```", "`x`", path.read_text("utf-8"), flags=re.DOTALL)))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "sentence",
    [
        "what lanes, sites mean together is checked once these cells can be read",
        "not all can be met; the fewest cells to change that would do",
        "Dearest, pairs too, is the loss of a firm".lower(),
        "25 of them the plan did not reckon with",
        "The plan is as close to the best as was asked for",
        "`x` does not stand in regions.region",
        "8 decides nothing otherwise",
        "`x` is no region: write another",
    ],
)
def test_sentences_of_old_are_found(sentence: str) -> None:
    assert list(find_forbidden(sentence))


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 row"), (0, "0 rows"), (2, "2 rows"), (1.0, "1 row"), (1.5, "1.5 rows")]
)
def test_nouns_follow_their_number(count: float, words: str) -> None:
    assert count_noun(count, "row") == words
    assert count_noun(2, "loss", "losses") == "2 losses"
    assert with_article("item") == "an item"
    assert with_article("region") == "a region"
