from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestAccess(ClientHealthCommon):
    def _can(self, user, operation):
        return self.relationship.with_user(user).has_access(operation)

    def test_relationship_by_role(self):
        plain = self._create_user("plain", "base.group_user")
        rights = {
            self.owner: ("read", "write"),
            self.colleague: (),
            self.seller: ("read", "write"),
            self.controller: (),
            self.manager: ("read", "write", "unlink"),
            self.portal: (),
            plain: (),
        }
        for user, allowed in rights.items():
            for operation in ("read", "write", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertEqual(self._can(user, operation), operation in allowed)

    def test_team_and_team_leader(self):
        team = self.env["crm.team"].create(
            {
                "name": "Harbour",
                "user_id": self.controller.id,
                "crm_team_member_ids": [Command.create({"user_id": self.colleague.id})],
            }
        )
        self.relationship.team_id = team
        for user in (self.colleague, self.controller):
            self.assertTrue(self._can(user, "write"), user.login)
        team.crm_team_member_ids.active = False
        self.env.invalidate_all()
        self.assertFalse(self._can(self.colleague, "read"), "Left the team")

    def test_follower_reads_and_never_writes(self):
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self.assertTrue(self._can(self.colleague, "read"))
        self.assertFalse(self._can(self.colleague, "write"))

    def test_being_asked_gives_read_only(self):
        self.relationship.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.colleague.id
        )
        self.assertTrue(self._can(self.colleague, "read"))
        self.assertFalse(self._can(self.colleague, "write"))

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        partner = self.env["res.partner"].create({"name": "Far Client", "is_company": True})
        far = self._create_relationship(partner, self.env["res.users"], company_id=sister.id)
        self.assertFalse(far.with_user(self.manager).has_access("read"))
        self.manager.company_ids += sister
        far_here = far.with_user(self.manager)
        self.assertTrue(far_here.with_context(allowed_company_ids=sister.ids).has_access("read"))
        self.assertFalse(
            far_here.with_context(allowed_company_ids=self.company.ids).has_access("read")
        )

    def test_stage_on_partner_only_for_who_may_read(self):
        for user, seen in ((self.owner, True), (self.seller, True), (self.colleague, False)):
            partner = self.client_partner.with_user(user)
            partner.invalidate_recordset()
            self.assertEqual(bool(partner.client_stage_id), seen, user.login)
            found = partner.search([("client_phase", "=", "healthy"), ("id", "=", partner.id)])
            self.assertEqual(bool(found), seen, user.login)

    def test_portal_reads_no_stage(self):
        partner = self.client_partner.with_user(self.portal)
        self.assertTrue(partner.read(["name"]))
        for fname in (
            "client_relationship_id",
            "client_relationship_ids",
            "client_stage_id",
            "client_phase",
        ):
            with self.subTest(field=fname):
                self.assertNotIn(fname, partner.fields_get())
                with self.assertRaises(AccessError):
                    partner.read([fname])
                with self.assertRaises(AccessError):
                    partner.search([(fname, "!=", False)])

    def test_search_by_relationship(self):
        stranger = self.env["res.partner"].create({"name": "Stranger", "is_company": True})
        both = (self.client_partner | stranger).with_user(self.owner)
        here = [("id", "in", both.ids)]
        without = both.search([*here, ("client_relationship_id", "=", False)])
        self.assertEqual(without.ids, stranger.ids)
        with_one = both.search([*here, ("client_relationship_id", "!=", False)])
        self.assertEqual(with_one.ids, self.client_partner.ids)

    def test_stages_and_plans_are_up_to_managers(self):
        stage = self._get_stage("healthy")
        self.assertFalse(stage.with_user(self.seller).has_access("write"))
        self.assertTrue(stage.with_user(self.manager).has_access("write"))
        self.assertTrue(stage.plan_id.with_user(self.manager).has_access("write"))
        self.assertFalse(stage.plan_id.with_user(self.seller).has_access("write"))


@tagged("post_install", "-at_install")
class TestInternalThread(ClientHealthCommon):
    def test_nobody_from_outside(self):
        outside = self.portal.partner_id
        with self.assertRaises(UserError):
            self.relationship.message_post(body="Hello", partner_ids=outside.ids)
        with self.assertRaises(UserError):
            self.relationship.message_post(body="Hello", outgoing_email_to="client@example.com")
        with self.assertRaises(UserError):
            self.relationship.message_subscribe(outside.ids)
        self.assertNotIn(outside, self.relationship.message_partner_ids)

    def test_client_is_never_proposed(self):
        recipients = self.relationship._message_get_suggested_recipients()
        self.assertNotIn(
            self.client_partner.id, [recipient.get("partner_id") for recipient in recipients]
        )

    def test_colleagues_are_welcome(self):
        message = self.relationship.with_user(self.owner).message_post(
            body="What do you think?", partner_ids=self.seller.partner_id.ids
        )
        self.assertIn(self.seller.partner_id, message.partner_ids)


@tagged("post_install", "-at_install")
class TestRecord(ClientHealthCommon):
    def test_one_per_partner_and_company(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self._create_relationship(self.client_partner)

    def test_not_with_a_contact(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.client_partner.id}
        )
        with self.assertRaisesRegex(ValidationError, "Blue Harbour Hotels"):
            self._create_relationship(contact)

    def test_partner_with_a_relationship_is_not_deleted(self):
        self.portal.unlink()
        with self.assertRaisesRegex(UserError, "Blue Harbour Hotels"):
            self.client_partner.unlink()
        self.assertTrue(self.client_partner.exists())

    def test_counts(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.client_partner.id}
        )
        self.env["project.project"].create(
            [
                {"name": "A", "partner_id": contact.id},
                {"name": "B", "partner_id": self.client_partner.id},
                {"name": "T", "partner_id": self.client_partner.id, "is_template": True},
            ]
        )
        self.assertEqual(self.relationship.project_count, 2)
        self.env["crm.lead"].create(
            {"name": "More", "type": "opportunity", "partner_id": contact.id}
        )
        self.assertEqual(self.relationship.opportunity_count, 1)

    def test_team_follows_the_owner(self):
        team = self.env["crm.team"].create(
            {
                "name": "Harbour",
                "crm_team_member_ids": [Command.create({"user_id": self.colleague.id})],
            }
        )
        self.relationship.user_id = self.colleague
        self.assertEqual(self.relationship.team_id, team)
