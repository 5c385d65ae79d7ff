from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...engine.correspondence.working_hours import WorkingHours
from ..health.common_voice import VoiceCommon


@tagged("post_install", "-at_install")
class TestWaitingCounter(VoiceCommon):
    """The number in the top bar, and the one on top of the board."""

    def _count(self, user=None, **context):
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["client.waiting"].with_user(user or self.owner)
        return model.with_context(**context).get_count()

    def _summarize(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["client.waiting"].with_user(user or self.owner).get_summary()

    def test_own_clients_are_counted(self):
        """The list may be longer: it shows what the user may read, the number what is theirs."""
        self._say(self.elena, days=2)
        self._say(self.otis, self.project, days=1)
        before = self._count(self.seller)
        other = self._create_relationship(self.stranger, self.seller)
        self._say(self.stranger, self.other_project, days=1)
        self.assertEqual(self._count(), 2)
        self.assertEqual(self._count(self.seller), before + 1)
        self.assertEqual(self._count(self.colleague), 0)
        other.action_archive()
        self.assertEqual(self._count(self.seller), before)

    def test_an_answer_and_a_mark_count_down(self):
        message = self._say(self.elena, days=2)
        self._say(self.otis, self.project, days=2)
        self._say(self.owner.partner_id, self.project, days=1)
        self.assertEqual(self._count(), 1)
        self.owner.group_ids |= self.env.ref("project.group_project_user")
        bus = self.env["bus.bus"]
        channel_before = bus.sudo().search_count([])
        message.with_user(self.owner).client_set_no_answer("Called her")
        self.env.cr.precommit.run()
        self.assertEqual(self._count(), 0)
        sent = bus.sudo().search([], order="id desc", limit=1).message
        self.assertGreater(bus.sudo().search_count([]), channel_before)
        self.assertIn("client_health.waiting", sent, "the open pages count anew")

    def test_whom_it_tells_nothing(self):
        """Whoever is no user of Client Health gets no number, and no client's."""
        employee = self._create_user("employee", "base.group_user")
        self._say(self.elena, days=2)
        for user in (employee, self.portal):
            self.assertEqual(self._count(user), 0)
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                self._summarize(user)

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        self.owner.company_ids |= sister
        self._create_relationship(self.stranger, self.owner, company_id=sister.id)
        project = self.env["project.project"].create(
            {"name": "There", "partner_id": self.stranger.id, "company_id": sister.id}
        )
        self._say(self.stranger, project)
        self._say(self.elena)
        for companies, expected in ((self.company, 1), (sister, 1), (self.company | sister, 2)):
            self.assertEqual(self._count(allowed_company_ids=companies.ids), expected)

    def test_board(self):
        self.assertEqual(self._summarize(), {"clients": 0, "hours": False})
        self._say(self.elena, days=14)
        self._say(self.otis, self.project, days=1)
        found = self._summarize()
        self.assertEqual(found["clients"], 1, "clients, not discussions")
        self.assertAlmostEqual(found["hours"], 80, delta=1.5)
        self._create_relationship(self.stranger, self.colleague)
        self._say(self.stranger, self.other_project, days=1)
        self.assertEqual(self._summarize()["clients"], 1)
        self.assertEqual(self._summarize(self.seller)["clients"], 2)
        self.assertEqual(self._summarize(self.colleague)["clients"], 1)
        self.company.resource_calendar_id = False
        self.assertEqual(self._summarize(), {"clients": 1, "hours": False})

    def test_queries(self):
        """One statement per page, whether five clients wait or fifty."""
        counts = []
        for count in (5, 50):
            clients = self._create_clients(count)
            for client in clients:
                self._say(client.partner_id, self.other_project, days=2)
            self._count()
            self.env.flush_all()
            model = self.env["client.waiting"].with_user(self.owner)
            before = self.env.cr.sql_log_count
            self.assertGreaterEqual(model.get_count(), count)
            self.assertEqual(self.env.cr.sql_log_count - before, 1)
            self._summarize()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertGreaterEqual(model.get_summary()["clients"], count)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_hostile_words(self):
        """What a stranger wrote is text wherever it is shown."""
        subject = "<script>alert(1)</script> {{ 7*7 }} %s %(x)s"
        message = self._receive(subject=subject)
        self.assertEqual(self._count(), 1)
        self.owner.group_ids |= self.env.ref("project.group_project_user")
        model = self.env["client.waiting"].with_user(self.owner)
        row = model.search(model.action_open()["domain"])
        self.assertEqual((row.subject, row.message_id), (subject, message))
        self.task.name = "<img src=x onerror=alert(1)> %s"
        row = model.search(model.action_open()["domain"])
        action = row.action_hand_over()
        summary = action["context"]["default_summary"]
        self.assertEqual(summary, "Answer Elena Marsh: <img src=x onerror=alert(1)> %s")

    def test_a_contact_without_zone_and_language(self):
        self.elena.write({"tz": False, "lang": False})
        self._receive()
        self.assertEqual(self._count(), 1)
        self.assertIsNot(self._summarize()["hours"], False)

    def test_mail_from_an_archived_contact(self):
        """Odoo's gateway does not know the address any more; the client's it is all the same."""
        self.elena.action_archive()
        message = self._receive()
        self.assertFalse(message.author_id)
        self.assertEqual(self._count(), 1)

    def test_working_hours_over_the_change_of_the_clocks(self):
        """A working day has eight hours, whichever hour its night lost or won."""
        self.company.resource_calendar_id.tz = "Europe/Berlin"
        for friday, monday in (
            (datetime(2026, 3, 27, 8), datetime(2026, 3, 30, 7)),  # 9:00 before, 9:00 after
            (datetime(2026, 10, 23, 7), datetime(2026, 10, 26, 8)),
        ):
            hours = WorkingHours(self.relationship, friday, monday)
            self.assertTrue(hours.known)
            self.assertAlmostEqual(hours.between(friday, monday), 8.0, places=2)


@tagged("post_install", "-at_install")
class TestWaitingTour(VoiceCommon, HttpCase):
    def test_clear_the_list(self):
        """Answer one, say of one that it needs no answer, hand one over."""
        self.owner.group_ids |= self.env.ref("project.group_project_user")
        wait = self.env["project.task"].create(
            [
                {"name": name, "project_id": self.project.id, "user_ids": self.owner.ids}
                for name in ("Answer me", "Leave me", "Hand me over")
            ]
        )
        self.project.message_subscribe(self.owner.partner_id.ids)
        for days, task in zip((3, 2, 1), wait, strict=True):
            self._receive("Could you call me?", subject=task.name, record=task, days=days)
        # never asked of the user again: the tour looks at nothing but the list
        self.owner.odoobot_state = "disabled"
        self.start_tour("/odoo/clients", "client_health_waiting", login="ch_owner")
        answer = wait[0].message_ids.sorted("id")[-1]
        self.assertEqual(answer.author_id, self.owner.partner_id)
        self.assertIn("On my way", answer.body)
        self.assertEqual(wait[1].message_ids.filtered("client_no_answer").client_no_answer, "said")
        activity = self.relationship.activity_ids.filtered(lambda a: "Hand me over" in a.summary)
        self.assertEqual(len(activity), 1)
        model = self.env["client.waiting"].with_user(self.owner)
        found = model.search(model.action_open()["domain"])
        self.assertEqual(found.subject, "Hand me over", "it waits until it is answered")
