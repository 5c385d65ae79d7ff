"""Lists the screens that the slow test of accessibility walks, from what is registered: actions,
windows and routes of Client Health. Runs in Odoo's shell on the database that is walked."""

from ast import literal_eval
from contextlib import suppress

from lxml import etree

from odoo.exceptions import UserError

ADDON = "client_health"
TRIES = 30  # records, until one is found for which a window opens
# Odoo's own screens with which ours are compared: (action, kinds of view)
CORE = (
    (
        "crm.crm_lead_action_pipeline",
        ("kanban", "list", "form", "graph", "pivot", "calendar", "activity"),
    ),
    ("contacts.action_contacts", ("kanban", "list", "form")),
    ("sale.action_quotations_with_onboarding", ("list", "form")),
    ("project.open_view_project_all", ("kanban", "form")),
    ("project.action_view_all_task", ("kanban", "list", "form")),
    ("base_setup.action_general_configuration", ("form",)),
)
# A window that asks for words, with fields that have no label, as Odoo makes them
CORE_WINDOWS = ("mail.activity.schedule", "crm.lead.lost", "base.partner.merge.automatic.wizard")


class ScreenList:
    """Screens as JSON: what the browser gives to its action service, and what it is called."""

    def __init__(self, env):
        self.env = env
        self.seen = set()

    def get_ours(self):
        return [*self.get_windows(), *self.get_pages(), *self.get_wizards()]

    def get_core(self):
        screens = []
        for xmlid, kinds in CORE:
            screens += self.get_views(xmlid, self.env.ref(xmlid), kinds)
        return screens + [self.get_wizard(self.env[model]) for model in CORE_WINDOWS]

    def get_actions(self, model):
        data = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", model)])
        for one in data.sorted("name"):
            yield one.name, self.env[model].browse(one.res_id)

    # Window actions

    def get_windows(self):
        for name, action in self.get_actions("ir.actions.act_window"):
            kinds = [kind for _view, kind in action.views]
            model = self.env[action.res_model]
            if not (model._transient and model._module == ADDON):  # else see get_wizards
                yield from self.get_views(name, action, kinds)

    def get_views(self, name, action, kinds):
        active = self.get_active(action)
        domain = []
        # what needs a date or a user is left to the browser: any record does for the form
        with suppress(ValueError, SyntaxError):
            domain = literal_eval(action.domain or "[]")
        # the same view of the same model looks the same in another action
        views = {kind: view for view, kind in action.views}
        for kind in kinds:
            key = (action.res_model, kind, views.get(kind))
            if key in self.seen:
                continue
            self.seen.add(key)
            if kind == "form":
                yield from self.get_forms(name, action, domain, active, views.get(kind))
            else:
                yield self.get_screen(f"{name} ({kind})", action, kind, active)

    def get_forms(self, name, action, domain, active, view):
        """Give the form of an example, and once more of each state that it may be in."""
        model = self.env[action.res_model]
        examples = self.get_examples(model.search(domain))
        if action.target == "new":
            examples = examples[:1]
        if not examples and self.may_create(model._name, view):
            yield self.get_screen(f"{name} (form)", action, "form", active)
        for record in examples:
            screen = self.get_screen(f"{name} (form)", action, "form", active)
            screen["res_id"] = record.id
            if record != examples[0]:
                screen["name"] += f", {record.display_name}"
                screen["is_variant"] = True
            yield screen

    def get_examples(self, records):
        """Return one record of each state, as each has buttons and words of its own."""
        name = next((one for one in ("stage_id", "state") if one in records._fields), None)
        if not (name and records._original_module == ADDON):
            return records[:1]
        field = records._fields[name]
        values = self.env[field.comodel_name].search([]) if field.relational else ()
        groups = records.grouped(name)
        order = values or field.get_values(self.env)
        return records[:0].concat(*(groups[value][:1] for value in order if value in groups))

    def may_create(self, model, view):
        arch = etree.fromstring(self.env[model].get_view(view, "form")["arch"])
        return arch.get("create") not in ("0", "false", "False")

    def get_screen(self, name, action, kind, context):
        """:param action: a record, or what the browser's action service takes instead"""
        return {
            "name": name,
            "action": getattr(action, "id", action),
            "kind": kind,
            "context": context,
            "res_id": None,
            "is_window": "target" in action and action["target"] == "new",
            "is_variant": False,
        }

    def get_active(self, action):
        """Return the context of a button: the record that its window is for."""
        model = action.binding_model_id.model or f"{ADDON}.none"
        if model not in self.env:
            opened_from = getattr(self.env[action.res_model], "_opened_from", None)
            field = self.env[action.res_model]._fields.get(opened_from or "relationship_id")
            model = field.comodel_name if field is not None else "client.relationship"
        record = self.find_record(self.env[action.res_model], self.env[model], action.context)
        return self.get_active_context(record)

    def get_active_context(self, record):
        return {"active_model": record._name, "active_id": record.id, "active_ids": record.ids}

    # Windows that a button opens

    def get_wizards(self):
        for _name, data in self.get_actions("ir.model"):
            model = self.env[data.model]
            if model._transient and not model._abstract and self.has_form(model):
                yield self.get_wizard(model)

    def has_form(self, model):
        return bool(
            self.env["ir.ui.view"].search_count(
                [("model", "=", model._name), ("type", "=", "form")], limit=1
            )
        )

    def get_wizard(self, model):
        action = {
            "type": "ir.actions.act_window",
            "res_model": model._name,
            "views": [[False, "form"]],
            "target": "new",
        }
        context = {}
        name = getattr(model, "_opened_from", None)
        if name:
            field = model._fields[name]
            record = self.find_record(model, self.env[field.comodel_name])
            value = record.ids if field.type == "many2many" else record.id
            context = {**self.get_active_context(record), f"default_{name}": value}
        elif model._name == "mail.activity.schedule":
            context = self.get_active_context(self.env["res.partner"].search([], limit=1))
        return self.get_screen(f"{model._name} (window)", action, "form", context)

    def find_record(self, wizard, model, context=None):
        """Return the first record for which the window opens."""
        records = model.search([], limit=TRIES)
        for record in records if wizard._transient else ():
            active = self.get_active_context(record)
            name = getattr(wizard, "_opened_from", None)
            if name:
                many = wizard._fields[name].type == "many2many"
                active[f"default_{name}"] = record.ids if many else record.id
            with suppress(UserError, ValueError), self.env.cr.savepoint() as savepoint:
                wizard.with_context(**active).onchange({}, [], {})
                savepoint.rollback()
                return record
        return records[:1]

    # Pages of our own

    def get_pages(self):
        for name, action in self.get_actions("ir.actions.client"):
            yield self.get_screen(f"{name} (page)", action, None, {})
        menus = self.env["ir.ui.menu"].browse(
            menu.id for _name, menu in self.get_actions("ir.ui.menu")
        )
        for menu in menus:
            if menu.action and menu.action._name == "ir.actions.server":
                yield self.get_screen(f"menu {menu.complete_name}", menu.action, None, {})


def get_routes(env):
    """Return the routes of ours that show a page of the portal."""
    rules = env["ir.http"].routing_map().iter_rules()
    return sorted(
        {
            rule.rule
            for rule in rules
            if rule.endpoint.func.__module__.startswith(f"odoo.addons.{ADDON}.")
            and (rule.methods is None or "GET" in rule.methods)
            and rule.endpoint.routing.get("website")
            and rule.endpoint.routing["type"] == "http"
        }
    )


def get_links(env):
    """Return addresses that open a page without a login, as mails to contacts have them."""
    links = env["client.personal.link"]
    found = []
    for request in env["client.feedback.request"].search([("state", "=", "waiting")], limit=1):
        key = links._get_for(request, request.contact_id).key
        found += [f"/client/feedback/{key}", f"/client/feedback/{key}?stop=1"]
    for record in env["client.accomplishment"].search([("is_shared", "=", True)], limit=1):
        contact = record.partner_id.child_ids[:1]
        found.append(f"/client/value/{links._get_for(record, contact).key}")
    for agreement in env["client.agreement"].search([("state", "=", "sent")], limit=1):
        key = links._get_for(agreement, agreement.signatory_id).key
        found.append(f"/my/agreements/{agreement.id}?access_token={key}")
    for update in env["client.update"].search([("recipient_ids", "!=", False)], limit=1):
        key = links._get_for(update, update.recipient_ids[0]).key
        found.append(f"/my/updates/{update.id}?access_token={key}")
    return [*found, "/client/value/nobody-knows-this"]


def describe(env):
    """Make what the walk needs, and return it as JSON."""
    admin = env.ref("base.user_admin")
    env = env(user=admin, context={"allowed_company_ids": admin.company_ids.ids, "lang": "en_US"})
    screens = ScreenList(env)
    return {
        "ours": screens.get_ours(),
        "core": screens.get_core(),
        "routes": get_routes(env),
        "links": get_links(env(su=True)),
        # what we show a client in a meeting
        "staff": [
            f"/client/value-report/{update.id}"
            for update in env["client.update"].search([("kind", "=", "value_report")], limit=1)
        ],
    }
