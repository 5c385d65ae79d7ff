from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_roles import RolesCommon

LINKS = ("many2one", "many2many", "one2many", "many2one_reference", "reference")


@tagged("post_install", "-at_install")
class TestReadableLinks(RolesCommon):
    """Every link of every model and window of ours, to a record that the user may not read.

    The user looks after the sample client, and has no right on the foreign one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.roles["own"]
        cls.far_partner = cls.env["res.partner"].create({"name": "Far Secret", "is_company": True})
        cls.far = cls._create_relationship(cls.far_partner, cls.colleague)
        cls._make_rich(cls.far, "Secret")
        cls.foreign = cls._get_foreign()
        cls.env["mail.activity"].search([("user_id", "=", cls.user.id)]).unlink()
        cls.env.flush_all()

    @classmethod
    def _get_foreign(cls):
        """Return {model: a record that the user may not read}."""
        own = {"relationship_id": cls.far.id}
        cls.env["client.offboarding"].create({**own, "reason": "Secret"})
        cls.env["client.decision"].create(own)
        project = cls.far.goal_ids.project_id
        (project | cls.relationship.goal_ids.project_id).privacy_visibility = "followers"
        milestone = cls.env["project.milestone"].create(
            {"name": "Secret milestone", "project_id": project.id}
        )
        abroad = {"company_id": cls.sister.id}
        there = {"res_model": "client.relationship", "res_id": cls.far.id}
        foreign = {
            "client.relationship": cls.far,
            "mail.activity": cls.far.activity_ids[:1],
            "mail.message": cls.far.message_ids[:1],
            "ir.attachment": cls.env["ir.attachment"].create({"name": "Secret file", **there}),
            "project.project": project,
            "project.task": project.task_ids[:1],
            "project.milestone": milestone,
            "crm.lead": cls.env["crm.lead"].search([("partner_id", "=", cls.far_partner.id)]),
            "res.partner": cls.env["res.partner"].create({"name": "Secret Abroad", **abroad}),
            "crm.team": cls.env["crm.team"].create({"name": "Secret team", **abroad}),
        }
        for name in cls._get_our_models():
            model = cls.env[name].sudo()
            path = cls._get_client_path(model)
            if name not in foreign and path:
                foreign[name] = model.search([(path, "=", cls.far.id)], limit=1)
        for name in cls._get_our_models(transient=True):
            foreign[name] = cls.windows[name]
        return {name: record for name, record in foreign.items() if record}

    def setUp(self):
        super().setUp()
        self._let_own(self.user)
        self.count = 0

    def _get_links(self):
        """Return [(model, field)] of all links to models with a foreign record."""
        return [
            (name, field)
            for name in (*self._get_our_models(), *self._get_our_models(transient=True))
            for field in self.env[name]._fields.values()
            if field.type in LINKS and (field.store or field.inverse) and self._get_target(field)
        ]

    def _get_target(self, field):
        if field.type == "many2one_reference":
            return self.far
        return self.foreign.get(field.comodel_name)

    def _prepare_link(self, field):
        target = self._get_target(field)
        if field.type in ("one2many", "many2many"):
            return [Command.link(target.id)]
        return target.id

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def _assert_refused(self, attempt, least=60):
        """Make the attempt for every link; name all that were not refused."""
        faults = []
        for name, field in self._get_links():
            self.env.invalidate_all()
            try:
                with self.env.cr.savepoint():
                    answer = attempt(self.env[name].with_user(self.user), field)
            except UserError:
                self.count += 1
                continue
            except Exception as error:
                answer = repr(error)
            if answer:
                faults.append(f"{name}.{field.name}: {answer}")
        self.assertFalse(faults, "\n".join(faults))
        self.assertGreater(self.count, least)

    def test_foreign_records_are_foreign(self):
        for name, record in self.foreign.items():
            self.assertFalse(record.with_user(self.user).has_access("read"), name)
        own = self.samples["client.goal"].with_user(self.user)
        self.assertTrue(own.has_access("write"))

    def test_create(self):
        def attempt(model, field):
            values = self._prepare_required(model._name)
            return f"created {model.create({**values, field.name: self._prepare_link(field)})}"

        self._assert_refused(attempt)

    def test_create_by_default(self):
        def attempt(model, field):
            values = self._prepare_required(model._name)
            values.pop(field.name, None)
            default = {f"default_{field.name}": self._prepare_link(field)}
            record = model.with_context(**default).create(values).sudo()
            linked = record[field.name]
            if field.relational:
                linked = self._get_target(field) in linked
            return linked and f"created {record}"

        # protected fields take no default
        self._assert_refused(attempt, least=30)

    def test_write(self):
        def attempt(model, field):
            record = self.windows.get(model._name, self.samples.get(model._name))[:1]
            if model._transient:
                record = model.sudo().create(self._prepare_required(model._name))
            record = record.with_user(self.user)
            record.write({field.name: self._prepare_link(field)})
            return "written"

        self._assert_refused(attempt)

    def test_form(self):
        """While a form is filled in, nothing is told of what it links to."""

        def attempt(model, field):
            values = self._prepare_required(model._name)
            spec = self._get_spec(model)
            link = {field.name: self._prepare_link(field)}
            answers = [
                model.onchange({**values, **link}, [field.name], spec),
                model.with_context(**{f"default_{field.name}": link[field.name]}).onchange(
                    {}, [], spec
                ),
            ]
            return any("Secret" in str(answer) for answer in answers) and answers

        self._assert_refused(attempt)

    @classmethod
    def _get_spec(cls, model):
        names = {"fields": {"display_name": {}}}
        return {
            name: names if field.relational else {}
            for name, field in model._fields.items()
            if model._has_field_access(field, "read")
        }

    def test_links_of_others_stay(self):
        """A record may be changed whose link was made by a user with more rights."""
        goal = self.samples["client.goal"][:1]
        project = goal.project_id
        self.assertFalse(project.with_user(self.user).has_access("read"))
        goal.with_user(self.user).write({"name": "Better", "project_id": project.id})
        self.assertEqual(goal.name, "Better")

    def test_text_of_a_foreign_message_is_not_copied(self):
        """Whoever made the line, before or behind our back, gets the answers that they may read."""
        secret = self.far.message_ids.filtered(lambda message: message.message_type == "comment")
        line = (
            self.env["client.feedback"]
            .with_user(self.user)
            .create(
                {
                    "relationship_id": self.relationship.id,
                    "kind": "complaint",
                    "text": "?",
                    "date": "2026-01-01",
                }
            )
        )
        with self.assertRaises(AccessError):
            line.message_id = secret
        line.sudo().message_id = secret
        self.assertFalse(line.sudo()._get_own_messages())
        line.sudo().message_id = self.relationship.message_ids[:1]
        self.assertTrue(line.sudo()._get_own_messages())
