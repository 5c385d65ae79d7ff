"""What an answer of a client means: rating, score, satisfaction, response rate. Pure Python.

A question has one of two scales. ``NUMBERS``, 0 to 10: how likely they are to recommend us.
``FACES``, 1 to 5: how happy they are with our work. Every figure is a mean of parts, one per
question, each 100, 0, -100 or None; None counts nowhere. So a report that averages the parts over
any group shows the right figure of that group.
"""

from collections.abc import Iterable

NUMBERS, FACES = "numbers", "faces"
GRADES = {NUMBERS: range(0, 11), FACES: range(1, 6)}
# States of a question
WAITING, ANSWERED, SILENT, UNDELIVERED = "waiting", "answered", "silent", "undelivered"
# From these grades on, they would recommend us, or not (0 to 10, as everywhere)
PROMOTER, DETRACTOR = 9, 6
HAPPY = 4
# Kinds of feedback that an answer becomes
COMPLAINT, CONCERN, PRAISE = "complaint", "concern", "praise"


def is_grade(scale: str, grade: int) -> bool:
    return grade in GRADES[scale]


def get_rating(scale: str, grade: int) -> int:
    """Return the rating of the feedback log, 1 to 5.

    >>> [get_rating(NUMBERS, grade) for grade in GRADES[NUMBERS]]
    [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    >>> [get_rating(FACES, grade) for grade in GRADES[FACES]]
    [1, 2, 3, 4, 5]
    """
    return grade if scale == FACES else max(1, (grade + 1) // 2)


def get_kind(scale: str, grade: int, low: int) -> str:
    """Return what an answer is in the feedback log; up to ``low`` it is a complaint."""
    if grade <= low:
        return COMPLAINT
    return PRAISE if get_rating(scale, grade) >= HAPPY else CONCERN


def get_nps_part(scale: str, state: str, grade: int) -> int | None:
    """Return 100 for a promoter, -100 for a detractor, 0 between; their mean is the NPS."""
    if state != ANSWERED or scale != NUMBERS:
        return None
    return 100 if grade >= PROMOTER else -100 if grade <= DETRACTOR else 0


def get_satisfaction_part(scale: str, state: str, grade: int) -> int | None:
    """Return 100 for a happy answer, else 0; their mean is the share of happy answers in %."""
    if state != ANSWERED:
        return None
    return 100 if get_rating(scale, grade) >= HAPPY else 0


def get_response_part(state: str) -> int | None:
    """Return 100 for an answer, 0 for silence; None while it is open, or never arrived."""
    return {ANSWERED: 100, SILENT: 0}.get(state)


def get_mean(parts: Iterable[int | None]) -> float | None:
    """Return the mean of the parts that are known; None when none is.

    >>> get_mean([100, -100, 0, 100, None])
    25.0
    """
    known = [part for part in parts if part is not None]
    return sum(known) / len(known) if known else None
