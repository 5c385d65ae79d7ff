"""Reads warnings and key measures of a night; returns the bands that scores may have. Pure Python.

A mean hides disasters: a key measure at zero, or a warning that stands, and a client is not green;
two, or a severe one, and it is red.
"""

from ..scoring import BANDS, MONEY, RISK, WATCH


class Caps:
    """What caps the bands of clients: an object of one night, made by ``client.health.warning``.

    :param lives: {relationship id: [``life.Life``]}
    :param key_measures: {code: dimension}
    :param lifted: {relationship id: codes of warnings that a declaration lifts}
    :param lifted_dimensions: {relationship id: dimensions that one lifts; None: all}
    :param money: codes of the warnings of money, which cap no band that is shared
    :param near: {relationship id: {code: part of the way to a warning}}
    """

    def __init__(
        self,
        lives=None,
        key_measures=None,
        lifted=None,
        lifted_dimensions=None,
        money=(),
        near=None,
    ):
        self._lives = lives or {}
        self._key_measures = key_measures or {}
        self._lifted = lifted or {}
        self._lifted_dimensions = lifted_dimensions or {}
        self._money = frozenset(money)
        self._near = near or {}

    def _get_lives(self, key):
        lifted = self._lifted.get(key, ())
        return [
            life
            for life in self._lives.get(key, ())
            if life.end is None and life.code not in lifted
        ]

    def get_flags(self, key):
        """Return what a snapshot keeps: the codes that stand, with "!" where they are severe.

        "~": it is there, and does not count yet.
        """
        return sorted(
            (life.code + "!" * life.is_severe) if life.is_standing else f"~{life.code}"
            for life in self._get_lives(key)
            if not life.is_decided
        )

    def get_near(self, key, shared=False):
        """Return how near the nearest warning is, 0 to 1, of those that nothing lifts."""
        without = {*self._lifted.get(key, ()), *(self._money if shared else ())}
        near = self._near.get(key, {})
        return max((part for code, part in near.items() if code not in without), default=0.0)

    def cap(self, key, band, points, shared=False):
        """Return the band that a client may have; ``points``: {code: points} of its measures.

        :param shared: without money: users who may not see it could tell what the band hides
        """
        if band is None:
            return None
        lives, zeros = self.get_causes(key, points, shared)
        if len(zeros) > 1 or any(life.is_severe for life in lives):
            return RISK
        if zeros or any(life.is_standing for life in lives):
            return max(band, WATCH, key=BANDS.index)
        return band

    def get_causes(self, key, points, shared=False):
        """Return what may cap the band: lives of warnings, and codes of key measures at zero."""
        lives = [
            life for life in self._get_lives(key) if not shared or life.code not in self._money
        ]
        return lives, self._get_zeros(key, points, shared)

    def _get_zeros(self, key, points, shared):
        lifted = self._lifted_dimensions.get(key, ())
        if lifted is None:
            return []
        return [
            code
            for code, dimension in self._key_measures.items()
            if code in points
            and points[code] <= 0
            and dimension not in lifted
            and not (shared and dimension == MONEY)
        ]
