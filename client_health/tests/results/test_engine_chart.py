from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from odoo.tests import BaseCase, tagged

from ...engine.period import last_calendar_period
from ...engine.results import chart
from ...engine.results.chart import Bar, draw_bars

NAMESPACE = {"svg": "http://www.w3.org/2000/svg"}
bars = st.lists(
    st.builds(Bar, st.text(), st.floats(allow_nan=False, allow_infinity=False), st.text())
)


def _get_luminance(color):
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _get_contrast(one, other):
    low, high = sorted((_get_luminance(one), _get_luminance(other)))
    return (high + 0.05) / (low + 0.05)


@tagged("at_install", "-post_install")
class TestEngineChart(BaseCase):
    def _read(self, svg):
        return etree.fromstring(str(svg))

    def test_bars(self):
        svg = self._read(draw_bars("Goals", [Bar("One", 0.5, "50 %"), Bar("Two", 1.7, "170 %")]))
        rects = svg.findall("svg:rect", NAMESPACE)
        self.assertEqual(
            [float(rect.get("width")) for rect in rects], [216, 108, 216, 216], "Cut at the width"
        )
        self.assertEqual(svg.find("svg:title", NAMESPACE).text, "Goals")
        self.assertEqual(svg.get("aria-label"), "Goals: One: 50 %; Two: 170 %")
        self.assertEqual(svg.get("role"), "img")

    def test_nothing_to_draw(self):
        self.assertEqual(draw_bars("Goals", []), "")

    def test_long_and_hostile_labels(self):
        label = "<script>alert(1)</script>\x08\n" + "x" * 300
        svg = self._read(draw_bars('"><b>', [Bar(label, -3, "−300 %")]))
        texts = svg.findall("svg:text", NAMESPACE)
        self.assertLessEqual(len(texts[0].text), chart.LONGEST)
        self.assertFalse(svg.xpath("//*[local-name() = 'script' or local-name() = 'b']"))
        self.assertEqual(float(svg.findall("svg:rect", NAMESPACE)[1].get("width")), 0)

    @given(bars)
    def test_always_readable(self, drawn):
        svg = draw_bars("Title", [bar._replace(text=chart._clean(bar.text)) for bar in drawn])
        if drawn:
            rects = self._read(svg).findall("svg:rect", NAMESPACE)
            self.assertEqual(len(rects), 2 * len(drawn))
            self.assertTrue(all(0 <= float(rect.get("width")) <= chart.BAR_WIDTH for rect in rects))

    def test_contrast(self):
        """Text needs 4.5:1, a shape 3:1 (WCAG 2.1)."""
        for color in (chart.INK, chart.MUTED, chart.FILL):
            self.assertGreaterEqual(_get_contrast(color, "#ffffff"), 4.5, color)
        self.assertGreaterEqual(_get_contrast(chart.FILL, chart.TRACK), 3)

    def test_calendar_periods(self):
        for today, lag, months, start, end in (
            ("2026-11-29", 10, 3, "2026-07-01", "2026-09-30"),
            ("2026-10-09", 10, 3, "2026-04-01", "2026-06-30"),
            ("2026-10-11", 10, 3, "2026-07-01", "2026-09-30"),
            ("2026-01-01", 0, 3, "2025-10-01", "2025-12-31"),
            ("2026-01-01", 1, 3, "2025-07-01", "2025-09-30"),
            ("2026-11-29", 10, 6, "2026-01-01", "2026-06-30"),
            ("2026-11-29", 10, 12, "2025-01-01", "2025-12-31"),
            ("2028-03-01", 0, 6, "2027-07-01", "2027-12-31"),
        ):
            with self.subTest(today=today, lag=lag, months=months):
                found = last_calendar_period(date.fromisoformat(today), months, lag)
                self.assertEqual([day.isoformat() for day in found], [start, end])
