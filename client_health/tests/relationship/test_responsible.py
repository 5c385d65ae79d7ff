from odoo.tests import tagged

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestResponsible(ClientHealthCommon):
    """Who acts on a client: its salesperson, else the team leader, else a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls._create_user("leader", "client_health.group_client_user")
        cls.team = cls.env["crm.team"].create({"name": "Harbour", "user_id": cls.leader.id})
        cls.relationship.team_id = cls.team
        cls.env.ref("client_health.group_client_manager").user_ids = cls.manager

    def _get(self, relationship=None, user=None):
        relationship = (relationship or self.relationship).with_user(user or self.env.user)
        return relationship._get_responsible()[relationship]

    def test_order(self):
        self.assertEqual(self._get(), self.owner)
        self.relationship.user_id = False
        self.relationship.team_id = self.team
        self.assertEqual(self._get(), self.leader)
        self.team.user_id = False
        self.assertEqual(self._get(), self.manager)

    def test_archived_are_left_out(self):
        self.owner.active = False
        self.assertEqual(self._get(), self.leader)
        self.leader.active = False
        self.assertEqual(self._get(), self.manager)
        self.assertEqual(self._get(self.relationship.with_context(active_test=False)), self.manager)
        self.manager.active = False
        self.assertFalse(self._get(), "Better nobody than OdooBot")
        self.assertFalse(self._get(self.relationship.with_context(active_test=False)))

    def test_portal_users_are_left_out(self):
        self.relationship.user_id = False
        self.relationship.team_id = self.team
        self.team.user_id = self.portal
        self.assertEqual(self._get(), self.manager)

    def test_the_superuser_is_left_out(self):
        root = self.env.ref("base.user_root")
        # Odoo lets no user activate it
        self.env.cr.execute("UPDATE res_users SET active = true WHERE id = %s", [root.id])
        root.invalidate_recordset()
        self.relationship.user_id = root
        self.relationship.team_id = self.team
        self.assertEqual(self._get(), self.leader)
        self.leader.active = False
        self.assertEqual(self._get(), self.manager)

    def test_no_team(self):
        self.relationship.team_id = False
        self.owner.active = False
        self.assertEqual(self._get(), self.manager)
        self.assertEqual(self._get(user=self.seller), self.manager)

    def test_users_of_other_companies_are_left_out(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        there = self._create_user("there", "client_health.group_client_manager")
        there.write({"company_ids": [(6, 0, abroad.ids)], "company_id": abroad.id})
        partner = self.env["res.partner"].create({"name": "Elsewhere", "is_company": True})
        relationship = self._create_relationship(
            partner, self.env["res.users"], company_id=abroad.id
        )
        relationship.team_id = self.team
        self.relationship.write({"user_id": False, "team_id": False})
        both = (self.relationship | relationship)._get_responsible()
        self.assertEqual(
            both, {self.relationship: self.manager, relationship: there}, "Each in its company"
        )

    def test_a_manager_who_asks_comes_first(self):
        second = self._create_user("second", "client_health.group_client_manager")
        self.relationship.write({"user_id": False, "team_id": False})
        self.assertEqual(self._get(user=self.manager), self.manager)
        self.assertEqual(self._get(user=second), second)
        self.assertEqual(self._get(user=self.seller), self.manager)

    def test_as_the_user_who_may_not_read_the_team(self):
        self.relationship.user_id = False
        self.relationship.team_id = self.team
        reader = self._create_user("reader", "client_health.group_client_user_all")
        self.env.invalidate_all()
        found = self._get(user=reader)
        self.assertEqual(found, self.leader)
        self.assertFalse(found.env.su)

    def test_of_an_opportunity(self):
        lead = self.env["crm.lead"].create(
            {"name": "Site", "type": "opportunity", "user_id": self.owner.id}
        )
        lead.team_id = self.team
        self.assertEqual(self._get(lead), self.owner)
        self.owner.active = False
        self.assertEqual(self._get(lead), self.leader)
        self.leader.active = False
        self.assertEqual(self._get(lead), self.manager)

    def test_of_a_record_of_the_client(self):
        issue = self.env["client.issue"].create(
            {"relationship_id": self.relationship.id, "name": "Slow", "user_id": self.seller.id}
        )
        self.assertEqual(issue._get_responsible(), {issue: self.seller})
        self.seller.active = False
        self.assertEqual(issue._get_responsible(), {issue: self.owner})

    def test_queries_do_not_grow(self):
        counts = []
        for size in (5, 50):
            clients = self._create_clients(size)
            clients[1::2].user_id = False
            clients[3::4].team_id = self.team
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            clients._get_responsible()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], f"queries at 5 and 50: {counts}")


@tagged("post_install", "-at_install")
class TestScheduleActivities(ClientHealthCommon):
    def _schedule(self, clients, **values):
        return clients._schedule_activities(
            clients._get_responsible(), "mail.mail_activity_data_todo", **values
        )

    def test_each_gets_their_own_without_a_mail(self):
        clients = self._create_clients(2) | self._create_clients(1, self.seller)
        mails = self.env["mail.mail"].search_count([])
        activities = self._schedule(clients, summary="Look")
        self.assertEqual(activities.mapped("res_id"), clients.ids)
        self.assertEqual(
            [activity.user_id for activity in activities], [self.owner, self.owner, self.seller]
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_once(self):
        first, second = self._create_clients(2)
        self._schedule(first)
        self.assertFalse(self._schedule(first, once=True))
        self.assertEqual(self._schedule(first | second, once=True).res_id, second.id)

    def test_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.seller.lang = "nl_NL"
        clients = self._create_clients(1) | self._create_clients(1, self.seller)
        activities = self._schedule(clients, get_summary=lambda records: records.env.lang)
        self.assertEqual(activities.mapped("summary"), ["en_US", "nl_NL"])

    def test_queries_do_not_grow(self):
        counts = []
        for size in (5, 50):
            clients = self._create_clients(size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._schedule(clients)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, f"queries at 5 and 50: {counts}")


@tagged("post_install", "-at_install")
class TestByClient(ClientHealthCommon):
    def test_by_client_and_company(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        there = self._create_relationship(
            self.client_partner, self.env["res.users"], company_id=abroad.id
        )
        other = self._create_clients(1)
        Relationship = self.env["client.relationship"]
        here = (self.client_partner, self.company)
        known = Relationship._get_by_client(self.client_partner)
        self.assertEqual(known, {here: self.relationship, (self.client_partner, abroad): there})
        known = Relationship._get_by_client(self.client_partner | other.partner_id, self.company)
        self.assertEqual(known, {here: self.relationship, (other.partner_id, self.company): other})
        self.assertFalse(Relationship._get_by_client(self.env["res.partner"]))

    def test_archived_ones_on_demand(self):
        self.relationship.active = False
        Relationship = self.env["client.relationship"]
        self.assertFalse(Relationship._get_by_client(self.client_partner))
        known = Relationship.with_context(active_test=False)._get_by_client(self.client_partner)
        self.assertEqual(list(known.values()), [self.relationship])


@tagged("post_install", "-at_install")
class TestOwnFirst(ClientHealthCommon):
    def test_the_board_opens_on_own_clients(self):
        """Managers see all at once, and so does who has no client: an empty board says nothing."""
        self._create_clients(1, self.seller)
        for user, is_own in (
            (self.owner, True),
            (self.seller, True),
            (self.colleague, False),
            (self.manager, False),
        ):
            clients = self.env["client.relationship"].with_user(user)
            board, work = clients.action_open_clients(), clients.action_open_unrequested()
            for action in (board, work):
                self.assertEqual("search_default_my_clients" in str(action["context"]), is_own)
            self.assertEqual(board["res_model"], "client.relationship")
            self.assertEqual(work["res_model"], "project.task")
            self.assertIn("search_default_to_clear", str(work["context"]))
