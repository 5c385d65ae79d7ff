from odoo.tests import Form, tagged

from .common_agreement import ClientAgreementCommon


@tagged("post_install", "-at_install")
class TestAgreementCapacity(ClientAgreementCommon):
    """A company of its own: what the others employ must not count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister = cls.env["res.company"].create({"name": "Small Agency"})
        cls.week = cls.env["resource.calendar"].create(
            {"name": "30 hours", "company_id": cls.sister.id, "attendance_ids": False}
        )
        cls.week.write({"schedule_type": "flexible", "hours_per_week": 30})
        cls.client = cls._create_relationship(
            cls.client_partner, cls.env["res.users"], company_id=cls.sister.id
        )
        cls.agreement = cls._create_agreement(cls.client, hours_month=100)

    @classmethod
    def _employ(cls, count, **vals):
        return cls.env["hr.employee"].create(
            [
                {
                    "name": f"Employee {number}",
                    "company_id": cls.sister.id,
                    "resource_calendar_id": cls.week.id,
                    **vals,
                }
                for number in range(count)
            ]
        )

    def _check(self, agreement, agreed, team, state):
        agreement.invalidate_recordset()
        self.assertEqual(agreement.capacity_agreed_hours, agreed)
        self.assertAlmostEqual(agreement.capacity_team_hours, team)
        self.assertEqual(agreement.capacity_state, state)

    def test_unknown_is_not_zero(self):
        self._check(self.agreement, 100, 0, "unknown")
        self._employ(2, resource_calendar_id=False)
        self._check(self.agreement, 100, 0, "unknown")

    def test_team_hours(self):
        team = self._employ(2)
        self._employ(1, active=False)
        self._employ(1, company_id=self.company.id, resource_calendar_id=False)
        self._check(self.agreement, 100, 260, "ok")
        team[0].active = False
        self._check(self.agreement, 100, 130, "ok")

    def test_agreed_hours_of_all_clients(self):
        self._employ(1)  # 130 hours a month
        partner = self.env["res.partner"].create({"name": "Other", "is_company": True})
        signatory = self.env["res.partner"].create(
            {"name": "S", "email": "s@x.com", "parent_id": partner.id}
        )
        other = self._create_relationship(partner, self.env["res.users"], company_id=self.sister.id)
        theirs = self._create_agreement(other, hours_month=20, signatory_id=signatory.id)
        self._check(self.agreement, 100, 130, "ok")
        self._accept(theirs)
        self._check(self.agreement, 120, 130, "tight")
        self._accept(self.agreement)
        self._check(self.agreement, 120, 130, "tight")
        self._mark_outdated(self.agreement)
        self._check(self.agreement, 120, 130, "tight")
        successor = self.agreement._create_successor()
        self._check(successor, 120, 130, "tight")
        successor.hours_month = 120
        self._check(successor, 140, 130, "over")
        self._move(other, "offboard", "ended")
        self._check(successor, 120, 130, "tight")
        self._accept(successor)
        self._check(successor, 120, 130, "tight")

    def test_owner_sees_it_without_reading_employees(self):
        self._employ(1)
        self.owner.company_ids += self.sister
        self.client.user_id = self.owner
        mine = self.agreement.with_user(self.owner).with_context(
            allowed_company_ids=self.sister.ids
        )
        self.assertFalse(self.env["hr.employee"].with_user(self.owner).has_access("read"))
        self._check(mine, 100, 130, "ok")

    # All the same? Why?

    def test_over_the_team_asks_why(self):
        self._employ(1)  # 130 hours a month
        self.agreement.hours_month = 140
        self.agreement.signatory_id = self.env["res.partner"].create(
            {"name": "S", "email": "s@x.com", "parent_id": self.client_partner.id}
        )
        action = self.agreement.action_propose()
        self.assertEqual(self.agreement.state, "draft")
        self.assertEqual(action["res_model"], "client.agreement.overbook")
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual((form.agreed_hours, round(form.team_hours)), (140, 130))
        form.reason = "Two colleagues start in March"
        form.save().action_propose()
        self.assertEqual(self.agreement.state, "proposed")
        self.assertEqual(self.agreement.capacity_reason, "Two colleagues start in March")
        log = " ".join(str(body) for body in self.agreement.message_ids.mapped("body"))
        self.assertIn("Two colleagues start in March", log)
        self.agreement.action_withdraw()
        self.assertFalse(self.agreement.capacity_reason, "changed: it is asked again")
        self.assertTrue(self.agreement.action_propose())

    def test_enough_hours_ask_nothing(self):
        self._employ(2)
        self.agreement.signatory_id = self.env["res.partner"].create(
            {"name": "S", "email": "s@x.com", "parent_id": self.client_partner.id}
        )
        self.assertFalse(self.agreement.action_propose())
        self.assertEqual(self.agreement.state, "proposed")
