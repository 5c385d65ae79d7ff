from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestJoin(ClientHealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})

    def _merge(self, partners, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, target)
        self.env.invalidate_all()

    def _fill(self, relationship, label):
        relationship.message_post(body=f"Said by {label}", message_type="comment")
        activity = relationship.activity_schedule("mail.mail_activity_data_call", summary=label)
        activity.action_feedback(feedback=f"Called {label}")
        relationship.activity_schedule("mail.mail_activity_data_todo", summary=f"Open {label}")
        self.env["ir.attachment"].create(
            {"name": label, "res_model": relationship._name, "res_id": relationship.id}
        )
        relationship.note = f"<p>Note {label}</p>"

    def _count(self, relationship):
        domain = [("res_model", "=", relationship._name), ("res_id", "=", relationship.id)]
        activities = self.env["mail.activity"].with_context(active_test=False)
        return {
            "comments": len(
                relationship.message_ids.filtered(lambda msg: msg.message_type == "comment")
            ),
            "done": activities.search_count([*domain, ("date_done", "!=", False)]),
            "open": activities.search_count(
                [*domain, ("date_done", "=", False), ("client_stage_id", "=", False)]
            ),
            "attachments": self.env["ir.attachment"].search_count(domain),
        }

    def test_merging_two_rich_clients_loses_nothing(self):
        other = self._create_relationship(self.double, self.seller)
        self._fill(self.relationship, "one")
        self._fill(other, "two")
        before = [self._count(self.relationship), self._count(other)]
        self._merge(self.client_partner | self.double, self.client_partner)
        self.assertFalse(other.exists())
        after = self._count(self.relationship)
        for key, value in after.items():
            self.assertEqual(value, before[0][key] + before[1][key], key)
        self.assertEqual(self.relationship.partner_id, self.client_partner)
        self.assertIn("Note one", self.relationship.note)
        self.assertIn("Note two", self.relationship.note)

    def test_only_the_source_has_a_relationship(self):
        self._merge(self.client_partner | self.double, self.double)
        self.assertEqual(self.relationship.partner_id, self.double)

    def test_a_live_relationship_wins_over_an_ended_one(self):
        other = self._create_relationship(self.double, self.seller)
        self._move(self.relationship, "offboard", "ended")
        self._merge(self.client_partner | self.double, self.client_partner)
        self.assertFalse(self.relationship.exists())
        self.assertEqual(other.partner_id, self.client_partner)
        self.assertEqual(other.phase, "healthy")

    def test_companies_are_kept_apart(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        other = self._create_relationship(self.double, self.env["res.users"], company_id=sister.id)
        self._merge(self.client_partner | self.double, self.client_partner)
        self.assertEqual(other.partner_id, self.client_partner)
        self.assertEqual(self.relationship.partner_id, self.client_partner)

    def test_client_that_becomes_part_of_another(self):
        group = self.env["res.partner"].create({"name": "Harbour Group", "is_company": True})
        person = self.env["res.partner"].create({"name": "Ada Freelance"})
        relationship = self._create_relationship(person)
        person.parent_id = group
        merge = self.env["client.merge"]
        merge._follow_commercial_partners(merge._get_moved_partners(self.company))
        self.assertEqual(relationship.partner_id, group)

    def test_deletion_keeps_what_was_said(self):
        manager = self.relationship.with_user(self.manager)
        manager.message_post(body="They love the new site", message_type="comment")
        with self.assertRaisesRegex(UserError, "archive it instead"):
            manager.unlink()
        empty = self._create_clients(1)
        empty.with_user(self.manager).unlink()
        self.assertFalse(empty.exists())
