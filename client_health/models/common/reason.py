"""Says whether what a person typed can be a reason. Pure Python, whatever the language."""

from unicodedata import east_asian_width

# A reason says something from so many letters or digits on, in any script, ...
LEAST_LETTERS = 4
# ... so many of them different. A sign of Chinese or Japanese says as much as a word.
LEAST_DIFFERENT = 3
LETTERS_PER_SIGN = 3


def is_reason(text):
    """Return whether a text can be a reason: not “x”, “n/a” or “…”."""
    letters = [letter for letter in (text or "").casefold() if letter.isalnum()]
    return _weigh(letters) >= LEAST_LETTERS and _weigh(set(letters)) >= LEAST_DIFFERENT


def _weigh(letters):
    wide = sum(east_asian_width(letter) in "WF" for letter in letters)
    return len(letters) + wide * (LETTERS_PER_SIGN - 1)
