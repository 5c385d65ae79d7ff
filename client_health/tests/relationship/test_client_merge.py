# pylint: disable=translation-required
from odoo import Command
from odoo.exceptions import AccessError, UserError
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


@tagged("post_install", "-at_install")
class TestWhoMayMerge(ClientHealthCommon):
    """Merging clients changes them all: users who may not are refused, and told whom to ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        cls.other = cls._create_relationship(cls.double, cls.colleague)
        users = cls.owner | cls.seller | cls.manager
        users.write({"group_ids": [Command.link(cls.env.ref("base.group_partner_manager").id)]})

    def _merge(self, user, partners, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user)
        wizard._merge(partners.ids, target.with_user(user), extra_checks=False)
        self.env.invalidate_all()

    def _assert_refused(self, user, partners, target):
        for into in (target, partners - target):
            with self.subTest(into=into.name), self.assertRaisesRegex(AccessError, "Please ask"):
                self._merge(user, partners, into)

    def test_clients_of_others(self):
        self._assert_refused(self.owner, self.client_partner | self.double, self.client_partner)
        self.assertTrue(self.other.exists() and self.relationship.exists())

    def test_manager_is_named(self):
        for manager in self.env["res.users"].search(
            [("all_group_ids", "in", self.env.ref("client_health.group_client_manager").ids)]
        ):
            manager.name = "Mona Manager"
        with self.assertRaisesRegex(AccessError, "Blue Harbor.*Mona Manager"):
            self._merge(self.owner, self.client_partner | self.double, self.client_partner)

    def test_archived_clients_of_others(self):
        self.other.active = False
        self._assert_refused(self.owner, self.client_partner | self.double, self.client_partner)

    def test_client_into_a_contact_that_is_none(self):
        plain = self.env["res.partner"].create({"name": "Mine", "is_company": True})
        self._assert_refused(self.owner, plain | self.double, plain)

    def test_contacts_of_two_clients(self):
        contacts = self.env["res.partner"].create(
            [
                {"name": "Ada", "parent_id": self.client_partner.id},
                {"name": "Ada B", "parent_id": self.double.id},
            ]
        )
        self._assert_refused(self.owner, contacts, contacts[0])

    def test_contacts_of_one_client(self):
        """The client stays what it is: that needs no right to change it."""
        contacts = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.double.id} for name in ("Ada", "Ada B")]
        )
        self._merge(self.owner, contacts, contacts[0])
        self.assertEqual(contacts.exists(), contacts[0])

    def test_clients_of_another_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self._create_relationship(self.double, self.env["res.users"], company_id=sister.id)
        partners = self.client_partner | self.double
        for active in (True, False):
            far.active = active
            self._assert_refused(self.manager, partners, self.client_partner)
        self.manager.company_ids += sister
        manager = self.manager.with_context(allowed_company_ids=self.company.ids)
        self._merge(manager, partners, self.client_partner)
        self.assertEqual(far.partner_id, self.client_partner)
        self.assertFalse(self.other.exists())

    def test_users_who_may_change_all_clients(self):
        self._merge(self.seller, self.client_partner | self.double, self.client_partner)
        self.assertEqual((self.relationship | self.other).exists().partner_id, self.client_partner)

    def test_users_without_clients(self):
        clerk = self._create_user("clerk", "base.group_partner_manager")
        self._assert_refused(clerk, self.client_partner | self.double, self.client_partner)
        plain = self.env["res.partner"].create([{"name": "One"}, {"name": "Two"}])
        self._merge(clerk, plain, plain[0])
        self.assertEqual(plain.exists(), plain[0])

    def test_client_becomes_part_of_another_one(self):
        """The night merges what belongs together: whoever says that it does, merges."""
        person = self.env["res.partner"].create({"name": "Ada Freelance"})
        relationship = self._create_relationship(person, self.colleague)
        mine = self.client_partner.with_user(self.owner)
        ways = (
            lambda: person.with_user(self.owner).write({"parent_id": mine.id}),
            lambda: mine.write({"child_ids": [Command.link(person.id)]}),
            lambda: self.double.with_user(self.owner).write(
                {"is_company": False, "parent_id": mine.id}
            ),
        )
        # as in a request: Odoo writes contacts of contacts as the user of the transaction
        transaction = self.env.transaction
        self.patch(transaction, "default_env", self.env(user=self.owner))
        for way in ways:
            self.env.invalidate_all()
            with self.assertRaisesRegex(AccessError, "Please ask"), self.env.cr.savepoint():
                way()
        person.with_user(self.seller).parent_id = self.client_partner
        self.env["client.merge"]._follow_commercial_partners(person)
        self.assertFalse(relationship.exists())
