import psycopg2

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .relationship.test_client_merge_content import RichClientCommon


@tagged("post_install", "-at_install")
class TestDeletion(RichClientCommon):
    """Whatever our records name can be deleted, or the refusal says in words what names it."""

    # how many links to a model of Odoo's are tried, of those that forbid and of the others
    links = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_rich(cls.relationship, "Rich")
        cls.env["client.health.override"].with_user(cls.manager).create(
            {
                "relationship_id": cls.relationship.id,
                "band": "healthy",
                "reason": "Known",
                "date_end": cls.today,
            }
        )
        cls._create_warning(cls.relationship)
        for model, values in {
            "client.health.snapshot": {
                "relationship_id": cls.relationship.id,
                "date": cls.today,
            },
            "client.profitability": {"company_id": cls.company.id, "date": cls.today},
            "client.scenario": {"relationship_id": cls.relationship.id, "name": "Less"},
            "client.review.decision": {"relationship_id": cls.relationship.id, "name": "Call"},
            "client.overhead": {"date": cls.today, "rate": 20},
            "client.assumed.cost": {
                "employee_id": cls.env["hr.employee"].create({"name": "Ben"}).id,
                "cost": 20,
            },
            "client.review.schedule": {"recipient_ids": cls.manager.ids},
            "client.review.run": {"user_id": cls.manager.id, "company_id": cls.company.id},
        }.items():
            cls.env[model].sudo().create(values)
        project = cls.env["project.project"].search([("name", "=", "Rich project")])
        cls.env["client.project.customer"].create(
            {"project_id": project.id, "partner_id": cls.relationship.partner_id.id}
        )
        cls._move(cls.relationship, "at_risk", "reboot")
        cls._move(cls.relationship, "offboard", user=cls.manager)
        offboarding = cls.relationship.offboarding_ids
        offboarding._waive({"talk": "Test"})
        cls.env["client.handover"].create({"offboarding_id": offboarding.id, "name": "Keys"})
        cls._create_job_records()

    def _create_target(self, model):
        """Create a record of one of Odoo's models that nothing refers to yet."""
        name = f"To delete {model}"
        if model == "res.users":
            return new_test_user(self.env, "ch_to_delete", groups="base.group_user")
        values = {
            "calendar.event": {"start": self.today, "stop": self.today},
            "mail.activity.plan": {"res_model": "client.relationship"},
            "project.milestone": {"project_id": self._get_project().id},
            "project.task": {"project_id": self._get_project().id},
        }.get(model, {})
        if model == "mail.message":
            return self.env[model].create({"body": name})
        if model == "mail.activity":
            return self.relationship.activity_schedule(summary=name)
        return self.env[model].create({"name": name, **values})

    def _get_project(self):
        return self.env["project.project"].search([("name", "=", "Rich project")])

    def _get_links(self):
        """Return {Odoo's model: our stored links to it}."""
        links = {}
        for name, model in self.env.registry.items():
            if not model._auto or model._abstract or model._transient:
                continue
            for fname, field in model._fields.items():
                ours = name.startswith("client.") or fname.startswith(("client_", "requested_"))
                if (
                    ours
                    and field.type == "many2one"
                    and field.store
                    and fname not in ("create_uid", "write_uid")
                    and not field.comodel_name.startswith("client.")
                ):
                    links.setdefault(field.comodel_name, []).append(field)
        return links

    def _link(self, field, target):
        """Let one of our records name the target, past all rules; return it."""
        model = self.env[field.model_name].sudo().with_context(active_test=False)
        record = model.search([(field.name, "!=", False)], limit=1) or model.search([], limit=1)
        self.assertTrue(record, f"No {model._name} to try with")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(model._table),
                SQL.identifier(field.name),
                target.id,
                record.id,
            )
        )
        self.env.invalidate_all()
        return record

    def _delete(self, target):
        """Return what becomes of a deletion: "deleted", or the message."""
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                target.unlink()
                self.env.flush_all()
        except UserError as error:
            return str(error)
        return "deleted"

    def _can_be_deleted(self, model):
        """Return whether Odoo deletes such a record while nothing of ours is there."""
        try:
            with self.cr.savepoint():
                return self._delete(self._create_target(model)) == "deleted"
        except psycopg2.Error:
            return False

    def test_every_link_to_a_record_of_odoo(self):
        raw, tried = [], 0
        for model, own_fields in sorted(self._get_links().items()):
            if not self._can_be_deleted(model):
                # Odoo itself keeps a company: only our words are tried there
                own_fields = [field for field in own_fields if field.ondelete == "restrict"]
            for field in self._choose(own_fields):
                tried += 1
                with self.cr.savepoint() as savepoint:
                    target = self._create_target(model)
                    self._link(field, target)
                    try:
                        with self.cr.savepoint():
                            message = self._delete(target)
                    except psycopg2.Error as error:
                        raw.append(f"{field}: {error}")
                        message = ""
                    if field.ondelete == "restrict" and message:
                        self.assertIn(target.display_name, message, field)
                        self.assertIn(field._description_string(self.env), message, field)
                    savepoint.rollback()
                self.env.invalidate_all()
        self.assertFalse(raw, f"{len(raw)} of {tried} links refuse with PostgreSQL's words")
        self.assertGreater(tried, 50 if self.links is None else 15)

    def _choose(self, links):
        forbidding = [link for link in links if link.ondelete == "restrict"]
        others = [link for link in links if link.ondelete != "restrict"]
        return forbidding[: self.links] + others[: self.links]

    def test_every_link_that_forbids_has_words(self):
        """A new link with ``restrict`` finds out here that its target has to be asked."""
        silent = set()
        for name, model in self.env.registry.items():
            if not name.startswith("client.") or not model._auto or model._transient:
                continue
            for field in model._fields.values():
                if field.type == "many2one" and field.store and field.ondelete == "restrict":
                    target = self.env[field.comodel_name]
                    if not hasattr(target, "_unlink_except_named_by_clients"):
                        silent.add(target._name)
        # These refuse in words of their own.
        self.assertEqual(
            silent,
            {"client.fit.criterion", "client.offboarding", "client.relationship.stage"},
        )

    def test_many_at_once_name_those_that_are_used(self):
        first, second, free = self.env["res.partner"].create(
            [{"name": "Ann First"}, {"name": "Bob Second"}, {"name": "Cy Free"}]
        )
        self.relationship.referred_by_id = first
        other = self._create_clients(1)
        other.referred_by_id = second
        with self.assertRaises(UserError) as refused:
            (first | second | free).unlink()
        message = str(refused.exception)
        self.assertIn("Ann First: Client Relationship (Referred By)", message)
        self.assertIn("Bob Second: Client Relationship (Referred By)", message)
        self.assertNotIn("Cy Free", message)
        free.unlink()

    def test_many_clients_at_once(self):
        """The same for our own records, such as clients with a goal that nobody wrote about."""
        clients = self._create_clients(2)
        self.env["client.goal"].create({"name": "More", "relationship_id": clients[0].id})
        with self.assertRaises(UserError) as refused:
            clients.unlink()
        self.assertIn(clients[0].display_name, str(refused.exception))
        self.assertNotIn(clients[1].display_name, str(refused.exception))

    def test_a_deletion_asks_once(self):
        partners = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(5)])
        self.env.flush_all()
        with self.assertQueryCount(1):
            partners._unlink_except_named_by_clients()


@tagged("post_install", "-at_install", "slow")
class TestEveryDeletion(TestDeletion):
    links = None


@tagged("post_install", "-at_install")
class TestOpportunityDeletion(RichClientCommon):
    """An agreement that belongs to no client yet hangs on its opportunity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = cls.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "partner_id": cls.client_partner.id}
                for name in ("Drafted", "Archived Draft", "Proposed", "Empty")
            ]
        )

    def _draft(self, lead, **values):
        return self._create_agreement(
            relationship_id=False, lead_id=lead.id, name=f"For {lead.name}", **values
        )

    def test_drafts_go_along(self):
        drafts = self._draft(self.leads[0]) | self._draft(self.leads[1], active=False)
        self.leads.with_user(self.env.ref("base.user_admin")).unlink()
        self.assertFalse(drafts.exists())

    def test_others_refuse_and_are_named(self):
        draft = self._draft(self.leads[0])
        proposed = self._draft(self.leads[2])
        proposed.action_propose()
        with self.assertRaises(UserError) as refused:
            self.leads.unlink()
        self.assertIn("– Proposed", str(refused.exception))
        self.assertNotIn("Drafted", str(refused.exception))
        self.assertTrue(draft.exists() and proposed.exists() and self.leads.exists())

    def test_what_a_client_has_stays_with_it(self):
        agreement = self._draft(self.leads[0])
        agreement.relationship_id = self.relationship
        self.leads.unlink()
        self.assertTrue(agreement.exists())
        self.assertFalse(agreement.lead_id)
