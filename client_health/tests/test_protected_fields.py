import json
from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import HttpCase, tagged

from .relationship.test_client_merge_content import RichClientCommon

# Odoo's own models that store fields of ours
CORE_MODELS = ("crm.lead", "mail.activity", "project.task", "res.company")
# Readonly fields that users do fill in, and why. All others have to be protected.
UNPROTECTED = {
    ("client.feedback", "message_id"): "given by the form that is opened from a message",
}
FORGED = {
    "char": "Forged",
    "text": "Forged",
    "html": "<p>Forged</p>",
    "integer": 987,
    "float": 98.5,
    "monetary": 98.5,
    "date": date(2001, 2, 3),
    "datetime": datetime(2001, 2, 3, 4, 5, 6),
    "json": {"forged": 1},
    "binary": "Rm9yZ2Vk",
    "one2many": [Command.clear()],
    "many2many": [Command.clear()],
    "many2one_reference": 987654,
    "reference": "res.partner,1",
}


class ProtectedCommon(RichClientCommon):
    """One record of every model of ours, and users who may write all that users may write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user, groups in (
            (cls.owner, ("sales_team.group_sale_salesman", "project.group_project_user")),
            (
                cls.manager,
                (
                    "sales_team.group_sale_manager",
                    "project.group_project_manager",
                    "base.group_erp_manager",
                ),
            ),
        ):
            user.group_ids = [Command.link(cls.env.ref(group).id) for group in groups]
        cls._make_rich(cls.relationship, "Rich")
        cls._move(cls.relationship, "at_risk", "reboot")
        cls._make_apart()
        cls._create_job_records()
        cls.records = {model: cls._find(model) for model in cls._get_models()}

    @classmethod
    def _make_apart(cls):
        """Make what only the night, a manager or the end of a client makes."""
        leaving = cls._create_clients(1)
        cls._move(leaving, "at_risk", "reboot", "offboard")
        offboarding = cls.env["client.offboarding"]._get_open(leaving)
        offboarding._waive(dict.fromkeys(offboarding._get_open_points(), "Test"))
        cls.env["client.decision"].with_user(cls.manager)._open_sheet(leaving)
        here = {"relationship_id": cls.relationship.id}
        cls.env["client.handover"].create({"offboarding_id": offboarding.id, "name": "Keys"})
        cls.env["client.health.override"].create(
            {**here, "band": "risk", "reason": "Test", "date_end": cls.today + timedelta(days=9)}
        )
        cls.env["client.health.snapshot"].create({**here, "date": cls.today})
        cls._create_warning(cls.relationship)
        cls.env["client.scenario"].create({**here, "name": "Test"})
        cls.env["client.review.decision"].create({**here, "name": "Call"})
        cls.env["client.review.schedule"].create({"recipient_ids": cls.manager.ids})
        cls.env["client.review.run"].with_user(cls.manager)._queue(cls.relationship)
        cls.env["client.overhead"].create({"date": cls.today, "rate": 20})
        cls.env["client.assumed.cost"].create(
            {"employee_id": cls.env["hr.employee"].create({"name": "Ben"}).id, "cost": 20}
        )
        link = cls.env["client.personal.link"].search([], limit=1)
        cls.env["client.personal.link.visit"].create({"kind": "open", "link_id": link.id})
        project = cls.env["project.project"].create({"name": "Moved", "company_id": cls.company.id})
        cls.env["client.project.customer"].create(
            {"project_id": project.id, "partner_id": cls.relationship.partner_id.id}
        )
        cls.env["client.profitability"].create(
            {"company_id": cls.company.id, "date": cls.today.replace(day=1)}
        )

    @classmethod
    def _get_models(cls):
        own = [
            name
            for name, model in cls.env.registry.items()
            if name.startswith("client.") and not (model._abstract or model._transient)
        ]
        return [*sorted(own), *CORE_MODELS]

    @classmethod
    def _find(cls, model):
        """Return the newest record, of the client that the owner owns where there is one."""
        records = cls.env[model].with_context(active_test=False)
        if model == "res.company":
            return cls.company
        if "relationship_id" in records._fields and records._fields["relationship_id"].store:
            own = records.search([("relationship_id", "=", cls.relationship.id)], limit=1)
            return own or records.search([], limit=1)
        return records.search([], limit=1, order="id desc")

    @classmethod
    def _get_guarded(cls, model):
        """Return the stored fields that the system sets: readonly ones, and protected ones."""
        return [
            name
            for name, field in cls.env[model]._fields.items()
            if field.store
            and name not in MAGIC_COLUMNS
            and (model not in CORE_MODELS or "client_health" in field._modules)
            and (field.readonly or cls.env[model]._is_protected(field))
            and (model, name) not in UNPROTECTED
        ]

    @classmethod
    def _get_forged(cls, record, name):
        """Return a value that the field does not have, as ``write`` takes it."""
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return not value
        if field.type == "selection":
            return next(key for key in field.get_values(cls.env) if key != value)
        if field.type == "many2one":
            other = cls.env[field.comodel_name].search([("id", "!=", value.id)], limit=1)
            return other.id
        return FORGED[field.type]

    # the slow tests try every field in every way
    every = False

    def _each_field(self, every=False):
        """Yield (record as superuser, field name, forged value): two of a model, or every one."""
        for model, record in self.records.items():
            for name in self._get_guarded(model)[: None if every or self.every else 2]:
                yield record, name, self._get_forged(record, name)

    def _each_protected_field(self):
        """Leave out the fields of models that no group may write."""
        for record, name, value in self._each_field():
            if record._is_protected(record._fields[name]):
                yield record, name, value

    def _assert_unchanged(self, record, name, before):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(record[name], before)


@tagged("post_install", "-at_install")
class TestProtectedFields(ProtectedCommon):
    """Nobody writes what the system sets: every field as such, some in every way there is."""

    def test_there_is_a_record_of_every_model(self):
        self.assertEqual([model for model, record in self.records.items() if not record], [])

    def test_every_model_has_the_guard(self):
        guard = self.env.registry["client.protected.mixin"]
        for model in self.records:
            self.assertTrue(issubclass(self.env.registry[model], guard), model)

    def test_every_readonly_field_is_protected(self):
        """A new field is protected, or stands on the list with a reason."""
        for model in self.records:
            if not self._is_written(model):
                continue
            for name in self._get_guarded(model):
                with self.subTest(model=model, field=name):
                    self.assertTrue(self.env[model]._is_protected(self.env[model]._fields[name]))

    def _is_written(self, model):
        """Return whether any group may write or create; the others need no marks."""
        access = self.env["ir.model.access"]
        return access.search_count(
            [
                ("model_id.model", "=", model),
                "|",
                ("perm_write", "=", True),
                ("perm_create", "=", True),
            ]
        )

    def test_the_list_has_no_leftovers(self):
        for model, name in UNPROTECTED:
            self.assertTrue(self.env[model]._fields[name].readonly, (model, name))

    def _refuse(self, way, get_attempt, every=False):
        for record, name, value in self._each_field(every):
            before = record[name]
            for user in (self.owner, self.manager):
                with self.subTest(way=way, model=record._name, field=name, user=user.login):
                    attempt = get_attempt(record.with_user(user), name, value)
                    if attempt is None:
                        continue
                    with self.assertRaises(AccessError):
                        attempt()
                    self._assert_unchanged(record, name, before)

    def test_write(self):
        self._refuse(
            "write", lambda record, name, value: lambda: record.write({name: value}), every=True
        )

    def test_web_save(self):
        self._refuse("save", lambda record, name, value: lambda: record.web_save({name: value}, {}))

    def test_create(self):
        self._refuse("create", lambda record, name, value: lambda: record.create([{name: value}]))

    def test_context(self):
        self._refuse(
            "context",
            lambda record, name, value: (
                lambda: record.with_context(**{f"default_{name}": value}).create([{}])
            ),
        )
        for record, name, value in self._each_protected_field():
            mine = record.with_user(self.manager)
            forging = mine.with_context(**{f"default_{name}": value})
            with self.subTest(model=record._name, field=name):
                self.assertEqual(forging.default_get([name]), mine.default_get([name]))

    def test_saved_defaults(self):
        """Anybody may save defaults of their own."""
        defaults = self.env["ir.default"].with_user(self.manager)
        for record, name, value in self._each_protected_field():
            mine = record.with_user(self.manager)
            own = mine.default_get([name])
            defaults.set(record._name, name, value, user_id=True)
            with self.subTest(model=record._name, field=name):
                self.assertEqual(mine.default_get([name]), own)

    def test_duplicate(self):
        self._refuse(
            "copy",
            lambda record, name, value: (
                # Odoo duplicates no company
                None if record._name == "res.company" else lambda: record.copy({name: value})
            ),
        )
        for record, name, _value in self._each_protected_field():
            with self.subTest(model=record._name, field=name):
                self.assertNotIn(name, record.copy_data()[0])

    def test_nested(self):
        for make in (
            lambda record, name, value: Command.update(record.id, {name: value}),
            lambda _record, name, value: Command.create({name: value}),
        ):
            self._refuse("nested", lambda *args, make=make: self._get_nested(make, *args))

    def _get_nested(self, make, record, name, value):
        """Return an attempt through the first record of ours on which this one lies."""
        for model in self.records:
            for field in self.env[model]._fields.values():
                if field.type != "one2many" or field.comodel_name != record._name:
                    continue
                inverse = record._fields.get(field.inverse_name)
                parent = inverse and inverse.type == "many2one" and record.sudo()[inverse.name]
                if parent:
                    command = make(record, name, value)
                    mine = parent.with_user(record.env.user)
                    return lambda mine=mine, field=field, command=command: mine.write(
                        {field.name: [command]}
                    )
        return None

    def test_import(self):
        for record, name, value in self._each_field():
            field = record._fields[name]
            if field.type in ("one2many", "json", "binary"):
                continue
            before, path = record[name], f"{name}/.id" if field.type == "many2one" else name
            cell = str(value) if value or field.type != "boolean" else "0"
            for user in (self.owner, self.manager):
                with self.subTest(model=record._name, field=name, user=user.login):
                    try:
                        result = record.with_user(user).load(
                            [".id", path], [[str(record.id), cell]]
                        )
                        self.assertFalse(result["ids"])
                    except AccessError:  # pylint: disable=except-pass
                        pass  # a user who may not even create is refused before
                    self._assert_unchanged(record, name, before)


@tagged("post_install", "-at_install")
class TestProtectedFieldsApi(ProtectedCommon, HttpCase):
    """The same through Odoo's external API, with a key."""

    def test_json2(self):
        keys = self.env["res.users.apikeys"].with_user(self.manager)
        key = keys._generate("rpc", "test", datetime.now() + timedelta(days=1))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        for record, name, value in self._each_field():
            before = record[name]
            for method, arguments in (
                ("write", {"ids": record.ids, "vals": {name: value}}),
                ("create", {"vals_list": [{name: value}]}),
            ):
                with self.subTest(model=record._name, field=name, method=method):
                    response = self.url_open(
                        f"/json/2/{record._name}/{method}",
                        data=json.dumps(arguments, default=str),
                        headers=headers,
                    )
                    self.assertEqual(response.status_code, 403, response.text[:300])
                    self._assert_unchanged(record, name, before)


@tagged("post_install", "-at_install", "slow")
class TestEveryProtectedField(TestProtectedFields):
    every = True


@tagged("post_install", "-at_install", "slow")
class TestEveryProtectedFieldApi(TestProtectedFieldsApi):
    every = True
