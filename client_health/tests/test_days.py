from datetime import date, datetime

from odoo.tests import freeze_time, tagged

from .test_jobs import JobsCommon

NOW = datetime(2026, 6, 15, 14)
WEST, EAST = date(2026, 6, 15), date(2026, 6, 16)


@tagged("post_install", "-at_install")
class TestDays(JobsCommon):
    """At 14:00 in UTC it is the 15th in Los Angeles, and the 16th in Auckland."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister.resource_calendar_id = cls.company.resource_calendar_id.copy(
            {"company_id": cls.sister.id}
        )
        cls.company.resource_calendar_id.tz = "America/Los_Angeles"
        cls.sister.resource_calendar_id.tz = "Pacific/Auckland"
        cls.days = {cls.company: WEST, cls.sister: EAST}

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))

    def _each(self):
        for company, day in self.days.items():
            with self.subTest(company=company.name):
                yield company, day, self.due[company]

    def test_reminders_of_agreements(self):
        for clients in self.due.values():
            for agreement, day in zip(self._get_agreements(clients), (EAST, WEST), strict=True):
                self.cr.execute(
                    "UPDATE client_agreement SET date_review = %s WHERE id = %s",
                    (day, agreement.id),
                )
        self.env.invalidate_all()
        self._run_job("ir_cron_client_agreement_review")
        for company, day, clients in self._each():
            reminded = self._get_agreements(clients).filtered("review_reminded_on")
            self.assertEqual(len(reminded), 1 if company == self.company else 2)
            self.assertEqual(set(reminded.mapped("review_reminded_on")), {day})
            activities = reminded.relationship_id.activity_search(
                ["client_health.mail_activity_type_agreement_review"]
            )
            self.assertEqual(set(activities.mapped("date_deadline")), {day})

    def test_reboots(self):
        for clients in self.due.values():
            reboots = self.env["client.reboot"]._get_open(clients)
            reboots.date_start = date(2026, 6, 1)
            reboots.date_deadline = EAST
        self._run_job("ir_cron_client_reboot")
        for company, _day, clients in self._each():
            reboots = self.env["client.reboot"]._get_open(clients)
            reminded = {EAST} if company == self.sister else {False}
            self.assertEqual(set(reboots.mapped("date_reminded_deadline")), reminded)

    def test_value_and_set_up(self):
        for clients in self.due.values():
            clients.date_start = date(2020, 1, 1)
        self._run_job("ir_cron_client_ask_value")
        self.companies.client_setup_date = False
        self._run_job("ir_cron_client_setup")
        for company, day, clients in self._each():
            self.assertEqual(set(clients.mapped("value_asked_date")), {day})
            self.assertEqual(company.client_setup_date, day)

    def test_moves(self):
        for _company, day, clients in self._each():
            client = clients[0]
            [reboot] = self.env["client.reboot"]._get_open(client)
            reboot.date_start = date(2026, 1, 1)
            self._move(client, "offboard")
            self.assertEqual(reboot.date_end, day)
            self.assertEqual(self.env["client.offboarding"]._get_open(client).date_start, day)

    def test_pulses_and_overrides(self):
        for company, day, clients in self._each():
            user = self.owner.with_company(company)
            pulse = (
                self.env["client.pulse"]
                .with_user(user)
                .with_context(allowed_company_ids=self.companies.ids)
                .create({"relationship_id": clients[0].id, "value": "4"})
            )
            self.assertEqual(pulse.date, day)

    def test_proposals_are_open_until_the_end_of_the_day_of_the_company(self):
        for company, _day, clients in self._each():
            agreement = self._get_agreements(clients)[0]
            agreement.sudo().state = "draft"
            agreement.proposal_end = WEST
            self.assertEqual(agreement._is_proposal_over(), company == self.sister)
