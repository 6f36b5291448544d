"""Whether an answer is what a program could read: JSON, a Python list, a Markdown table."""

import ast
import json
import re
import warnings


def _bare(answer: str) -> str:
    """The answer, or what stands in its code block when it is nothing but one."""
    block = re.fullmatch(r"\s*(```+|~~~+)[^\n]*\n(.*?)\n?[ \t]*\1\s*", answer, re.DOTALL)
    return (block[2] if block and block[1] not in block[2] else answer).strip()


def as_json(answer: str) -> tuple[bool, str]:
    """Whether the whole answer is JSON, and what is in it."""
    try:
        value = json.loads(_bare(answer))
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep or too large a number"
        return False, f"no: {why}"
    return True, f"yes, {_named(value)}"


def as_python_list(answer: str) -> tuple[bool, str]:
    """Whether the whole answer is a list as Python writes it, a name with = in front allowed, and of how many."""
    source = re.sub(r"\A[A-Za-z_]\w{0,60}(?:\s*:\s*[\w\[\]]{1,60})?\s*=\s*(?=\[)", "", _bare(answer))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        inside = re.search(r"\[[^\[\]]*\]", answer)
        return False, "no, though [ ] stand in it" if inside else "no"
    return (True, f"yes, {_named(value)}") if isinstance(value, list) else (False, f"no, {_named(value)}")


def _named(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    name = names.get(type(value), "a number" if isinstance(value, int | float) else f"a {type(value).__name__}")
    return f"{name} of {len(value)}" if isinstance(value, dict | list | tuple | set) else name


def _cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))) + 1


def as_table(answer: str) -> tuple[bool, str]:
    """A table in GitHub's Markdown: a heading, a delimiter row of as many cells, a row; words around it are allowed."""
    lines = [line.strip() for line in answer.splitlines()]
    for number, line in enumerate(lines[1:-1], 1):
        if not ("|" in line and re.fullmatch(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?", line)):
            continue
        columns = _cells(line)
        rows = 0
        for row in lines[number + 1 :]:
            if "|" not in row:
                break
            rows += 1
            if _cells(row) != columns:
                return False, f"no: row {rows} has {_cells(row)} cells, the heading {columns}"
        if "|" in lines[number - 1] and _cells(lines[number - 1]) != columns:
            return False, f"no: the heading has {_cells(lines[number - 1])} cells, the line under it {columns}"
        if rows and "|" in lines[number - 1]:
            return True, f"yes, {rows} rows of {columns} cells"
    return False, "no"
