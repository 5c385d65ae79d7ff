"""Reads two texts, returns what differs between them, word by word. Pure Python, no Odoo."""

import re
from difflib import SequenceMatcher

# A tag, a word with the space behind it, or the space at the start of a text.
TOKEN = re.compile(r"<[^>]*>|[^<\s]+\s*|\s+")


def mark_differences(old, new):
    """Return both HTML texts, with what left in <del> and what came in <ins>.

    Only words are marked, never tags, so each side stays as well-formed as it was: the marks
    add no markup of the writer's own, and sanitised text stays sanitised.
    """
    old_tokens, new_tokens = TOKEN.findall(old or ""), TOKEN.findall(new or "")
    matcher = SequenceMatcher(None, _get_keys(old_tokens), _get_keys(new_tokens))
    old_parts, new_parts = [], []
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        same = kind == "equal"
        old_parts += _mark(old_tokens[old_from:old_to], None if same else "del")
        new_parts += _mark(new_tokens[new_from:new_to], None if same else "ins")
    return "".join(old_parts), "".join(new_parts)


def _get_keys(tokens):
    """Words are the same whatever space follows them."""
    return [token.strip() for token in tokens]


def _mark(tokens, mark):
    """Return the parts of a text, each run of words between two tags in one mark."""
    if not mark:
        return tokens
    parts, words = [], ""
    for token in [*tokens, "<"]:  # the last one ends the last run
        if token.startswith("<"):
            parts += [_mark_words(words, mark), token]
            words = ""
        else:
            words += token
    return parts[:-1]


def _mark_words(words, mark):
    """Mark the words, not the space behind them."""
    text = words.rstrip()
    return f"<{mark}>{text}</{mark}>{words[len(text) :]}" if text else words
