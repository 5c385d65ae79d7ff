from datetime import date

from odoo.tests import BaseCase, tagged

from ...engine.overview.today import Button, Entry, Line, Reason, gather, pick

OPEN = Button("Open", "client.relationship", 1)
OLD, NEW = date(2026, 1, 5), date(2026, 3, 5)


def _line(client_id, **vals):
    return Line(client_id, OPEN, **vals)


@tagged("post_install", "-at_install")
class TestEngineToday(BaseCase):
    """One list of clients, a client once, and as many as a person looks through."""

    def _gather(self, **found):
        return [
            (entry.client_id, [(one.key, one.more) for one in entry.reasons])
            for entry in gather(found)
        ]

    def test_a_client_stands_once_with_all_reasons(self):
        found = self._gather(red=[_line(1)], waiting=[_line(2), _line(1)], late=[_line(1)])
        self.assertEqual(
            found,
            [(1, [("red", 0), ("waiting", 0), ("late", 0)]), (2, [("waiting", 0)])],
        )

    def test_most_urgent_first(self):
        """In the order of the sections, then by urgency, then by day; without a day last."""
        found = self._gather(
            red=[_line(1, urgency=5), _line(2, urgency=9), _line(3, urgency=5, day=NEW)],
            late=[_line(4), _line(5, day=NEW), _line(6, day=OLD)],
        )
        self.assertEqual([client_id for client_id, _reasons in found], [2, 3, 1, 6, 5, 4])

    def test_one_line_per_client_and_reason(self):
        entry = gather({"late": [_line(1, day=NEW, text="b"), _line(1, day=OLD, text="a")]})[0]
        self.assertEqual((entry.reasons[0].line.text, entry.reasons[0].more), ("a", 1))

    def test_what_two_sections_found_stands_once(self):
        about = ("project.task", 7)
        found = self._gather(
            waiting=[_line(1, about=("project.task", 1), day=OLD), _line(1, about=about)],
            complaints=[_line(1, about=about), _line(2, about=about)],
        )
        self.assertEqual(found, [(1, [("waiting", 1)]), (2, [("complaints", 0)])])
        two = self._gather(waiting=[_line(1, about=about), _line(1, about=about)])
        self.assertEqual(two, [(1, [("waiting", 1)])], "of one section, both count")

    def _pick(self, most, **counts):
        entries = [
            Entry(f"{key}{number}", [Reason(key, OPEN, 0)])
            for key, count in counts.items()
            for number in range(count)
        ]
        return [entry.client_id for entry in pick(entries, most)]

    def test_every_section_stays_in_sight(self):
        self.assertEqual(self._pick(4, a=2, b=2), ["a0", "a1", "b0", "b1"])
        self.assertEqual(self._pick(4, a=9, b=1), ["a0", "a1", "a2", "b0"])
        self.assertEqual(self._pick(4, a=1, b=9), ["a0", "b0", "b1", "b2"])
        self.assertEqual(self._pick(2, a=9, b=9, c=9), ["a0", "b0"])
        self.assertEqual(self._pick(4), [])
