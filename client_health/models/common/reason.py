"""Says whether what a person typed can be a reason. Pure Python, whatever the language."""

from unicodedata import category, east_asian_width, normalize

# A reason says something from so many letters or digits on, in any script, ...
LEAST_LETTERS = 4
# ... so many of them different. A sign of Chinese or Japanese says as much as a word.
LEAST_DIFFERENT = 3
LETTERS_PER_SIGN = 3


def is_reason(text):
    """Return whether a text can be a reason: not “x”, “n/a” or “…”."""
    # letters of double width are the same ones
    plain = normalize("NFKC", text or "").casefold()
    letters = [letter for letter in plain if _is_letter(letter)]
    return _weigh(letters) >= LEAST_LETTERS and _weigh(set(letters)) >= LEAST_DIFFERENT


def _is_letter(sign):
    """A vowel of Hindi or Thai is a mark beside its consonant, and as much a letter."""
    return sign.isalnum() or category(sign).startswith("M")


def _weigh(letters):
    wide = sum(east_asian_width(letter) in "WF" for letter in letters)
    return len(letters) + wide * (LETTERS_PER_SIGN - 1)
