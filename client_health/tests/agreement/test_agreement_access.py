from odoo.exceptions import AccessError
from odoo.tests import tagged, warmup

from .common_agreement import ClientAgreementCommon


@tagged("post_install", "-at_install")
class TestAgreementAccess(ClientAgreementCommon):
    def _can(self, agreement, user, operation):
        return agreement.with_user(user).has_access(operation)

    def test_by_role(self):
        agreement = self._create_agreement()
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
                    self.assertEqual(self._can(agreement, user, operation), operation in allowed)

    def test_creating(self):
        self._create_agreement(user=self.owner)
        for user in (self.colleague, self.controller, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._create_agreement(user=user)

    def test_team_and_followers(self):
        agreement = self._create_agreement()
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.controller.id})
        self.relationship.team_id = team
        self.assertTrue(self._can(agreement, self.controller, "write"))
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self.assertTrue(self._can(agreement, self.colleague, "read"))
        self.assertFalse(self._can(agreement, self.colleague, "write"))

    def test_of_an_opportunity(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "App",
                "type": "opportunity",
                "partner_id": self.client_partner.id,
                "user_id": self.colleague.id,
            }
        )
        agreement = self.env["client.agreement"].create({"name": "A", "lead_id": lead.id})
        self.assertTrue(self._can(agreement, self.colleague, "write"))
        self.assertTrue(self._can(agreement, self.seller, "write"))
        self.assertFalse(self._can(agreement, self.owner, "read"))
        agreement.relationship_id = self.relationship
        self.assertFalse(self._can(agreement, self.colleague, "read"), "It follows the client now")
        self.assertTrue(self._can(agreement, self.owner, "write"))

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self._create_relationship(
            self.client_partner, self.env["res.users"], company_id=sister.id
        )
        agreement = self._create_agreement(far)
        self.assertEqual(agreement.company_id, sister)
        self.assertFalse(self._can(agreement, self.manager, "read"))

    def test_on_contact_project_and_client_for_who_may_read(self):
        self._create_accepted()
        project = self.env["project.project"].create(
            {"name": "Site", "partner_id": self.client_partner.id}
        )
        for user, state in ((self.owner, "accepted"), (self.colleague, False)):
            for record in (self.client_partner, project):
                record.invalidate_recordset()
                self.assertEqual(record.with_user(user).client_agreement_state, state)
        for name in ("client_agreement_id", "client_agreement_state"):
            with self.assertRaises(AccessError):
                self.client_partner.with_user(self.portal).read([name])

    def test_comparing_asks_for_the_right_to_read(self):
        accepted = self._create_accepted()
        successor = accepted._create_successor()
        values = {"agreement_id": successor.id, "older_id": accepted.id}
        comparisons = self.env["client.agreement.comparison"]
        html = comparisons.with_user(self.owner).create(values).comparison
        self.assertIn("Website and booking", html)
        with self.assertRaises(AccessError):
            comparisons.with_user(self.colleague).create(values).comparison  # noqa: B018
        mine = comparisons.with_user(self.owner).create(values)
        self.assertFalse(mine.with_user(self.seller).has_access("read"))

    def test_discussion_is_internal(self):
        agreement = self._create_agreement()
        agreement.action_propose()
        token = self._get_key(agreement)
        agreements = agreement.with_user(self.env.ref("base.public_user"))
        thread = agreements._get_thread_with_access(
            agreement.id, token=token, hash=agreement.sudo()._sign_token(1), pid=1
        )
        self.assertFalse(thread, "The link in the mail opens the page, not the discussion")
        self.assertTrue(agreement.with_user(self.owner)._get_thread_with_access(agreement.id))


@tagged("post_install", "-at_install")
class TestAgreementState(ClientAgreementCommon):
    def _search(self, *states):
        domain = [("agreement_state", "in", states), ("id", "in", self.clients.ids)]
        return self.env["client.relationship"].search(domain, order="id")

    def setUp(self):
        super().setUp()
        self.clients = self._create_clients(6)
        none, _draft, proposed, accepted, outdated, renewed = self.clients
        for rel in self.clients - none:
            self._prepare(rel)
        proposed.agreement_ids.action_propose()
        for rel in (accepted, outdated, renewed):
            self._accept(rel.agreement_ids)
        self._mark_outdated(outdated.agreement_ids)
        self.next = renewed.agreement_ids._create_successor()
        self.env.invalidate_all()

    def _prepare(self, relationship):
        signatory = self.env["res.partner"].create(
            {"name": "S", "email": "s@x.com", "parent_id": relationship.partner_id.id}
        )
        return self._create_agreement(relationship, signatory_id=signatory.id)

    def test_state_and_current(self):
        self.assertEqual(
            self.clients.mapped("agreement_state"),
            [False, "draft", "proposed", "accepted", "outdated", "accepted"],
        )
        renewed = self.clients[5]
        self.assertEqual(renewed.agreement_id, self.next.previous_id)
        self.assertEqual(renewed.agreement_next_id, self.next)
        self._accept(self.next)
        self.assertEqual(renewed.agreement_id, self.next)
        self.assertFalse(renewed.agreement_next_id)

    def test_search(self):
        none, draft, proposed, accepted, outdated, renewed = self.clients
        self.assertEqual(self._search("accepted"), accepted | renewed)
        self.assertEqual(self._search("outdated"), outdated)
        self.assertEqual(self._search("draft"), draft, "Not the one with an accepted version")
        self.assertEqual(self._search("proposed", False), none | proposed)
        others = self.env["client.relationship"].search(
            [("agreement_state", "!=", "accepted"), ("id", "in", self.clients.ids)]
        )
        self.assertEqual(others, none | draft | proposed | outdated)
        found = self.env["client.relationship"].search([("agreement_id", "=", self.next.id)])
        self.assertFalse(found, "A draft behind an accepted version is not the current one")
        found = self.env["client.relationship"].search(
            [("agreement_id", "=", self.next.previous_id.id)]
        )
        self.assertEqual(found, renewed)

    def test_archived_does_not_count(self):
        accepted = self.clients[3]
        accepted.agreement_ids.active = False
        self.assertFalse(accepted.agreement_state)
        self.assertNotIn(accepted, self._search("accepted"))

    def _read_states(self, count):
        relationships = self._create_clients(count)
        for rel in relationships:
            self._prepare(rel)
        self.env.flush_all()
        self.env.invalidate_all()
        return relationships

    @warmup
    def test_queries_do_not_grow(self):
        for count in (5, 50):
            relationships = self._read_states(count)
            relationships.mapped("agreement_ids")
            relationships.invalidate_recordset(["agreement_state"])
            with self.assertQueryCount(1):
                relationships.mapped("agreement_state")

    def test_query_counts_of_capacity(self):
        counts = []
        for count in (5, 50):
            agreements = self._read_states(count).agreement_ids
            agreements.mapped("hours_month")
            agreements.company_id.mapped("name")
            agreements.mapped("previous_id")
            before = self.cr.sql_log_count
            agreements.mapped("capacity_state")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 4)
