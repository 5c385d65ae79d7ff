from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.tests import tagged

from ...engine import period
from .common_signals import SignalCommon, set_created


@tagged("post_install", "-at_install")
class TestSignalAgreement(SignalCommon):
    def _day(self, ago):
        return self.today - timedelta(days=ago)

    def _create_agreement(self, relationship=None, accepted=None, review=-90, **vals):
        """``accepted`` and ``review``: days ago; not accepted by default."""
        agreement = self.env["client.agreement"].create(
            {
                "relationship_id": (relationship or self.relationship).id,
                "date_review": self._day(review),
                "proposal_end": vals.pop("proposal_end", self._day(-30)),
                "hours_month": vals.pop("hours_month", 0),
            }
        )
        values = {"state": "proposed", "proposed_on": self._ago(300)}
        if accepted is not None:
            values.update(state="accepted", accepted_on=self._ago(accepted))
        # sudo: evidence, which only the methods of the agreement write
        agreement.sudo().write({**values, **vals})
        return set_created(agreement, self._ago(400))

    # out of date

    def test_current_none(self):
        self.assertIsNone(self._read("agreement_current"))
        self._create_agreement(self.relationship_abroad, accepted=100)
        self._create_agreement(state="draft", proposed_on=False)
        self._create_agreement()  # the client may still answer
        self.assertIsNone(self._read("agreement_current"))

    def test_current_accepted(self):
        agreement = self._create_agreement(accepted=100)
        found = self._read("agreement_current")
        self.assertEqual((found.value, found.date), (0, self._day(100)))
        self.assertEqual(found.detail["records"], {"client.agreement": agreement.ids})

    def test_current_review_is_due(self):
        self._create_agreement(accepted=100, review=12)
        found = self._read("agreement_current")
        self.assertEqual((found.value, found.date), (12, self._day(12)))
        self.assertEqual(self._value("agreement_current", as_of=self._day(12)), 0)
        self.assertEqual(self._value("agreement_current", as_of=self._day(20)), 0)

    def test_current_expectation_changed(self):
        self._create_agreement(accepted=100, review=5, state="outdated", outdated_on=self._day(40))
        self.assertEqual(self._value("agreement_current"), 40)
        self.assertEqual(self._value("agreement_current", as_of=self._day(41)), 0)

    def test_current_a_proposal_that_lapsed(self):
        self._create_agreement(proposal_end=self._day(9))
        self.assertEqual(self._value("agreement_current"), 9)
        self.assertIsNone(self._read("agreement_current", as_of=self._day(9)))

    def test_current_versions(self):
        """While the next version is on offer, the one that was accepted stands, or lies."""
        first = self._create_agreement(accepted=200, state="outdated", outdated_on=self._day(30))
        second = self._create_agreement(previous_id=first.id, proposal_end=self._day(3))
        self.assertEqual(self._value("agreement_current"), 30)
        first.sudo().write({"state": "replaced", "replaced_on": self._ago(2)})
        second.sudo().write({"state": "accepted", "accepted_on": self._ago(2)})
        self.assertEqual(self._value("agreement_current"), 0)
        self.assertEqual(self._value("agreement_current", as_of=self._day(3)), 27)

    def test_current_the_worst_of_several(self):
        self._create_agreement(accepted=100)
        late = self._create_agreement(accepted=100, review=12)
        found = self._read("agreement_current")
        self.assertEqual(found.value, 12)
        self.assertEqual(found.detail["records"]["client.agreement"][0], late.id)
        late.active = False
        self.assertEqual(self._value("agreement_current"), 0)

    def test_current_not_known_before_it_was_written(self):
        set_created(self._create_agreement(accepted=100), self._ago(10))
        self.assertIsNone(self._read("agreement_current", as_of=self._day(20)))
        self.assertIsNone(self._read("agreement_current", as_of=self._day(101)))

    # hours nobody asked for

    def _spend(self, hours, ago=5, requested_by=None, project=None, **vals):
        project = project or self.project
        task = self.env["project.task"].create({"name": "Work", "project_id": project.id})
        if requested_by:
            task.requested_by = requested_by
            if requested_by == "client":
                task.write({"word_trace": "A mail", "word_partner_id": project.partner_id.id})
        employee = self.env["hr.employee"].create(
            {"name": "Ada", "company_id": project.company_id.id}
        )
        line = self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": project.id,
                "task_id": task.id,
                "employee_id": employee.id,
                "unit_amount": hours,
                "date": self._day(ago),
                **vals,
            }
        )
        set_created(line, datetime.combine(self._day(ago), time(1)))
        return task

    def test_unrequested_none(self):
        self.assertIsNone(self._read("unrequested_hours"))
        self._spend(7, requested_by="us")
        self.assertIsNone(self._read("unrequested_hours"), "less than a day of work")
        self._spend(20, 91, requested_by="us")
        self._spend(20, -3, requested_by="us")
        self._spend(20, requested_by="us", project=self.project_abroad)
        self.assertIsNone(self._read("unrequested_hours"))

    def test_unrequested(self):
        self._spend(30, 9, "client")
        small, big = self._spend(4, 8, "us"), self._spend(6, 7, "us")
        self._spend(10, 6)  # unclear: no word about it, in neither direction
        found = self._read("unrequested_hours")
        self.assertEqual((found.value, found.date), (25, self._day(6)))
        self.assertEqual(found.detail["records"]["project.task"], [big.id, small.id])
        self.assertEqual((found.detail["ours"], found.detail["hours"]), (10, 50))

    def test_unrequested_by_our_word_only_counts_half(self):
        task = self._spend(30, 9, "client")
        self._spend(10, 7, "us")
        self.assertEqual(self._value("unrequested_hours"), 25)
        task.word_trace = False
        found = self._read("unrequested_hours")
        self.assertEqual((found.value, found.detail["claimed"]), (40, 30))  # 10 of 15 + 10

    def test_unrequested_clicks_alone_leave_it_known(self):
        self._spend(30, 9, "client").word_trace = False
        self.assertEqual(self._value("unrequested_hours"), 0)

    def test_unrequested_mostly_unclear_is_unknown(self):
        self._spend(10, 9, "client")
        self._spend(11, 8)
        found = self._read("unrequested_hours")
        self.assertIsNone(found.value)
        self.assertEqual(found.detail, {"unknown": "unclear", "hours": 21, "unclear": 11})

    def test_unrequested_as_of(self):
        self._spend(10, 40, "client")
        own = self._spend(10, 20, "us")
        self.assertEqual(self._value("unrequested_hours", as_of=self._day(21)), 0)
        self.assertEqual(self._value("unrequested_hours", as_of=self._day(20)), 50)
        set_created(own.timesheet_ids, self._ago(2))  # entered three weeks later
        self.assertEqual(self._value("unrequested_hours", as_of=self._day(10)), 0)

    # hours over what was agreed

    def _work_in_month(self, months, hours, relationship=None):
        """Put a row into the ledger, as the nightly rebuild does."""
        relationship = relationship or self.relationship
        start, _end = period.last_full_months(self.today, months)
        self.env["client.profitability"].create(
            {
                "company_id": relationship.company_id.id,
                "partner_id": relationship.partner_id.id,
                "relationship_id": relationship.id,
                "date": start,
                "hours": hours,
            }
        )

    def _accept_before_month(self, months, hours, **vals):
        start, _end = period.last_full_months(self.today, months)
        accepted = (self.today - (start - timedelta(days=3))).days
        return self._create_agreement(accepted=accepted, hours_month=hours, **vals)

    def test_hours_over_none(self):
        self._work_in_month(1, 50)
        self.assertIsNone(self._read("hours_over"))
        self._create_agreement(accepted=200)  # no hours
        self._create_agreement(hours_month=40)  # not accepted
        self._create_agreement(self.relationship_abroad, accepted=200, hours_month=40)
        self.assertIsNone(self._read("hours_over"))

    def test_hours_over(self):
        agreement = self._accept_before_month(3, 40)
        for months, hours in ((4, 999), (3, 50), (2, 40), (1, 42)):
            self._work_in_month(months, hours)
        self._work_in_month(1, 500, self.relationship_abroad)
        found = self._read("hours_over")
        self.assertEqual(found.value, 10)  # 132 of 120
        self.assertEqual(found.date, self.today.replace(day=1) - timedelta(days=1))
        self.assertEqual((found.detail["agreed"], found.detail["worked"]), (120, 132))
        self.assertEqual(found.detail["records"], {"client.agreement": agreement.ids})

    def test_hours_over_only_months_that_began_with_an_agreement(self):
        self._accept_before_month(1, 40)
        for months, hours in ((3, 500), (2, 500), (1, 30)):
            self._work_in_month(months, hours)
        self.assertEqual(self._value("hours_over"), -25)

    def test_hours_over_a_month_without_work(self):
        self._accept_before_month(2, 40)
        self._work_in_month(1, 40)
        self.assertEqual(self._value("hours_over"), -50)

    def test_hours_over_versions(self):
        """Each month by what was agreed on its first day."""
        start, _end = period.last_full_months(self.today, 1)
        first = self._accept_before_month(3, 20)
        first.sudo().write(
            {
                "state": "replaced",
                "replaced_on": datetime.combine(start - timedelta(days=1), time(12)),
            }
        )
        self._create_agreement(
            accepted=(self.today - start).days + 1, hours_month=80, previous_id=first.id
        )
        for months, hours in ((3, 20), (2, 20), (1, 80)):
            self._work_in_month(months, hours)
        found = self._read("hours_over")
        self.assertEqual((found.value, found.detail["agreed"]), (0, 120))

    # price pressure

    def _invoice(self, day, partner=None, company=None, **line):
        company = company or self.company
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or self.elena).id,
                    "invoice_date": day,
                    "date": day,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Work",
                                "price_unit": 100,
                                "tax_ids": [Command.clear()],
                                **line,
                            }
                        )
                    ],
                }
            )
        )
        move.action_post()
        return set_created(move, datetime.combine(day, time(1)))

    def _month(self, ago):
        return self.today - relativedelta(months=ago)

    def test_pressure_none(self):
        self.assertIsNone(self._read("price_pressure"))
        self._log("team")
        self._invoice(self._month(13), discount=10)
        self._invoice(self._month(1), self.other.partner_id, discount=10)
        self._log("price_pressure", relationship=self.relationship_abroad)
        self.assertIsNone(self._read("price_pressure"))

    def test_pressure_invoices_at_full_price(self):
        self._invoice(self._month(2))
        found = self._read("price_pressure")
        self.assertEqual((found.value, found.date), (0, self._month(2)))

    def test_pressure_in_words_and_in_discounts(self):
        """Months count, not how often in a month."""
        said = self._log("price_pressure", datetime.combine(self._month(3), time(9)))
        given = self._invoice(self._month(3), discount=10) | self._invoice(
            self._month(5), discount=5
        )
        self._invoice(self._month(7))
        found = self._read("price_pressure")
        self.assertEqual((found.value, found.date), (2, self._month(3)))
        self.assertEqual(
            found.detail["records"],
            {"client.feedback": said.ids, "account.move": given.ids},
        )

    def test_pressure_the_discount_product(self):
        product = self.env["product.product"].create({"name": "Discount", "type": "service"})
        self.company.sale_discount_product_id = product
        self._invoice(self._month(1)).button_draft()
        move = self._invoice(self._month(2))
        move.button_draft()
        move.invoice_line_ids = [
            Command.create(
                {"product_id": product.id, "price_unit": -20, "tax_ids": [Command.clear()]}
            )
        ]
        move.action_post()
        self.assertEqual(self._value("price_pressure"), 1)

    def test_pressure_what_is_no_discount(self):
        """Drafts and credit notes are none."""
        self._invoice(self._month(2))
        self._invoice(self._month(3), discount=10).button_draft()
        self._invoice(self._month(4), discount=10).button_draft()
        self.assertEqual(self._value("price_pressure"), 0)

    def test_pressure_as_of(self):
        move = self._invoice(self._month(2), discount=10)
        day = self._month(2)
        self.assertIsNone(self._read("price_pressure", as_of=day - timedelta(days=1)))
        self.assertEqual(self._value("price_pressure", as_of=day), 1)
        set_created(move, self._ago(1))
        self.assertIsNone(self._read("price_pressure", as_of=day))
