from datetime import datetime, time
from itertools import zip_longest

from odoo.tests import tagged

from ...engine.health import signals
from ..profitability.common_money import load_chart
from .common_signal_bad_records import SignalTricks
from .common_signal_figure import Figure
from .common_signal_mail import TODAY
from .common_signal_times import SignalTimes

NOON = datetime.combine(TODAY, time(12))
FIRST = TODAY.replace(day=1)


class SignalCaseCommon(SignalTimes, SignalTricks):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_chart(cls.abroad)
        cls.paid[cls.abroad] = cls._pay_in_time(cls.abroad)

    def _try(self, rounds):
        """Read what is absurd, automatic, of the future or of people who left: known or unknown."""
        wrong = {}
        for tricks in rounds:
            with self.cr.savepoint() as savepoint:
                clients = self._create_clients(len(tricks))
                for (_code, _what, build, _expected), client in zip(tricks, clients, strict=True):
                    build(self, client)
                readings, errors = signals.read(self.env, clients, TODAY)
                wrong |= errors
                for (code, what, _build, expected), client in zip(tricks, clients, strict=True):
                    reading = readings[client.id].get(code)
                    found = reading and reading.value
                    if Figure.of(expected) != found:
                        wrong[f"{code}: {what}"] = f"{found}, expected: {expected}"
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertFalse(wrong)

    def _get_rounds(self):
        """Return lists of (code, what, builder, expected): tricks that may be tried at once.

        Each has a client of its own, and one of each signal is tried at a time.
        """
        columns = [
            [(code, what, *trick) for what, trick in tricks.items()]
            for code, tricks in self.TRICKS.items()
        ]
        return [list(filter(None, row)) for row in zip_longest(*columns)]


@tagged("post_install", "-at_install")
class TestSignalCases(SignalCaseCommon):
    """Every signal, with nothing, something, something of another company, and nonsense."""

    def test_every_signal_has_its_cases(self):
        """A new signal is to be tried with all of this as well."""
        codes = set(self.env["client.health.measure"]._get_signals())
        self.assertEqual(set(self.MOMENTS) | set(self.DAYS), codes)
        self.assertEqual(set(self.TRICKS), codes)
        for code in codes:
            cases = (*self.MOMENTS.get(code, ()), *self.DAYS.get(code, ()))
            with self.subTest(code):
                self.assertTrue(any(case.after is not None for case in cases), "some")
                self.assertTrue(self.TRICKS[code])

    def test_each_company_reads_what_is_its_own(self):
        """Of the same client, the records of the company abroad are read there, and only there."""
        wrong = {}
        for table, when, as_of in ((self.MOMENTS, NOON, TODAY), (self.DAYS, FIRST, FIRST)):
            lines = [(code, case) for code, cases in table.items() for case in cases]
            for (code, case), here in zip(lines, self._create_clients(len(lines)), strict=True):
                there = self.env["client.relationship"].create(
                    {"partner_id": here.partner_id.id, "company_id": self.abroad.id}
                )
                with self.cr.savepoint() as savepoint:
                    case.build(self, there, when)
                    found = tuple(self._value(code, client, as_of) for client in (here, there))
                    savepoint.rollback()
                if found != (None, Figure.of(case.after)):
                    wrong[f"{code}: {case.build.__name__}"] = found
        self.assertFalse(wrong)

    def test_nonsense(self):
        """One kind of nonsense for each signal; the slow tests try all."""
        self._try(self._get_rounds()[:1])


@tagged("post_install", "-at_install", "slow")
class TestSignalNonsense(SignalCaseCommon):
    def test_nonsense(self):
        self._try(self._get_rounds())
