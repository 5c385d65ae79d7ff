import json
from types import SimpleNamespace

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tools.safe_eval import safe_eval

from .common_roles import ADDON

# Where our buttons and fields stand in Odoo's own screens: (model, kinds of view)
ODOO_SCREENS = (
    ("res.partner", ("form", "list", "kanban")),
    ("project.project", ("form", "list", "kanban")),
    ("project.task", ("form", "list", "kanban")),
    ("crm.lead", ("form", "list", "kanban")),
)
ROWS = 3
DEPTH = 3


def get_our_actions(env):
    """Return the names of all methods of ours that a button may call."""
    return {
        name
        for model in env.registry.values()
        for base in model.mro()
        if base.__dict__.get("_module") == ADDON
        for name in vars(base)
        if name.startswith("action_")
    }


class Screens:
    """Opens windows as a user's browser does, and presses every button that is visible."""

    def __init__(self, env, methods):
        self.env = env
        self.methods = methods
        self.seen = set()
        self.faults = []
        self.pressed = set()

    def open_menus(self):
        menus = self.env["ir.ui.menu"].load_menus(False)
        ours = self.env["ir.model.data"].sudo()
        ids = ours.search([("module", "=", ADDON), ("model", "=", "ir.ui.menu")]).mapped("res_id")
        for menu in menus.values():
            if menu["id"] in ids and menu.get("action_model"):
                self.try_out(
                    f"menu {menu['name']}",
                    lambda menu=menu: self.open(self.load(menu["action_model"], menu["action_id"])),
                )

    def load(self, model, action_id):
        """Return an action as the browser gets it; server actions are run."""
        action = self.env[model].sudo().browse(action_id)
        if model == "ir.actions.server":
            return self.env[model].browse(action_id).run()
        return action._get_action_dict()

    def try_out(self, label, attempt):
        """Note an AccessError; a refusal in words is none. Nothing that was done stays."""
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint() as savepoint:
                attempt()
                savepoint.rollback()
        except AccessError as error:
            self.faults.append(f"{label}: {str(error).splitlines()[0]}")
        except UserError:  # pylint: disable=except-pass
            pass
        finally:
            self.env.invalidate_all()

    # Windows

    def open(self, action, depth=0, label=""):
        if not isinstance(action, dict) or action.get("type") != "ir.actions.act_window":
            return
        views = action.get("views") or [
            (action.get("view_id") and kind == "form" and action["view_id"][0], kind)
            for kind in (action.get("view_mode") or "form").split(",")
        ]
        context = self.evaluate(action.get("context")) or {}
        model = self.env[action["res_model"]].with_context(**context)
        key = (model._name, tuple(map(tuple, views)), bool(action.get("res_id")), str(context))
        if key in self.seen:
            return
        self.seen.add(key)
        label = f"{label} > {action.get('name') or model._name}"
        search = action.get("search_view_id")
        views = [*views, (search[0] if search else False, "search")]
        domain = self.evaluate(action.get("domain")) or []
        self.open_views(model, views, domain, action.get("res_id"), depth, label)

    def evaluate(self, value):
        if not isinstance(value, str):
            return value
        names = {
            "uid": self.env.uid,
            "active_id": False,
            "active_ids": [],
            "allowed_company_ids": self.env.companies.ids,
        }
        return safe_eval(value, names)

    def open_views(self, model, views, domain, res_id, depth, label):
        found = model.get_views([list(view) for view in views], {"toolbar": True})
        for kind, view in found["views"].items():
            self.try_out(
                f"{label} ({kind})",
                lambda kind=kind, view=view: self.open_view(
                    model, kind, etree.fromstring(view["arch"]), domain, res_id, depth, label
                ),
            )
            for binding in view.get("toolbar", {}).get("action", ()):
                self.open_binding(model, binding, domain, depth, f"{label} > {binding['name']}")

    def open_binding(self, model, binding, domain, depth, label):
        action = self.env["ir.actions.actions"].sudo().browse(binding["id"])
        if action.get_external_id()[action.id].split(".")[0] != ADDON or depth >= DEPTH:
            return
        records = model.search(domain, limit=1)
        active = {
            "active_model": model._name,
            "active_id": records.id,
            "active_ids": records.ids,
        }
        env, self.env = self.env, self.env(context={**self.env.context, **active})
        self.try_out(label, lambda: self.open(self.load(action.type, action.id), depth + 1, label))
        self.env = env

    def open_view(self, model, kind, arch, domain, res_id, depth, label):
        if kind == "search":
            for node in arch.iter("filter"):
                if node.get("domain"):
                    self.search(model, node.get("domain"))
        elif kind in ("pivot", "graph", "cohort", "gantt"):
            names = [node.get("name") for node in arch.iter("field")]
            measures = [f"{name}:sum" for name in names if model._fields[name].aggregator]
            model.formatted_read_group(domain, [], ["__count", *measures])
        elif kind == "activity":
            self.env["mail.activity"].get_activity_data(model._name, domain)
        elif kind in ("form", "list", "kanban", "calendar"):
            self.open_records(model, arch, kind, domain, res_id, depth, label)

    def search(self, model, text):
        try:
            domain = self.evaluate(text)
        except ValueError:
            return  # dates that only a browser computes
        model.search_count(domain, limit=1)

    def open_records(self, model, arch, kind, domain, res_id, depth, label):
        spec = self.get_spec(model, arch)
        if kind != "form":
            rows = model.web_search_read(domain, spec, limit=ROWS)["records"]
        elif res_id:
            rows = model.browse(res_id).web_read(spec)
        else:
            rows = model.search(domain, limit=1).web_read(spec)
            if not rows and model.has_access("create"):
                model.onchange({}, [], spec)
        for row in rows:
            self.press_all(model, arch, row, depth, label)

    def get_spec(self, model, arch):
        """Return the fields that the browser asks for, with the lines that a form shows."""
        spec = {}
        for node in arch.iter("field"):
            if next(node.iterancestors("field"), None) is not None and any(
                parent in arch.iter("field") for parent in node.iterancestors("field")
            ):
                continue
            name = node.get("name")
            field = model._fields.get(name)
            if field is None:
                continue
            spec[name] = {}
            if field.type == "many2one":
                spec[name] = {"fields": {"display_name": {}}}
            elif field.relational:
                lines = {"display_name": {}}
                for sub in node:
                    lines |= self.get_spec(self.env[field.comodel_name], sub)
                spec[name] = {"fields": lines, "limit": ROWS}
        return spec

    # Buttons

    def press_all(self, model, arch, row, depth, label):
        for node in arch.iter("button", "a", "widget"):
            owners = [parent for parent in node.iterancestors("field")]
            if node.get("type") not in ("object", "action") or not node.get("name"):
                continue
            if not owners:
                if self.is_visible(node, row):
                    self.press(model.browse(row["id"]), node, depth, label)
                continue
            comodel = self.env[model._fields[owners[0].get("name")].comodel_name]
            for line in self.get_lines(row, owners[0].get("name")):
                if self.is_visible(node, line):
                    self.press(comodel.browse(line["id"]), node, depth, label)

    def get_lines(self, row, name):
        """Return the lines of a field that are shown, each with its parent."""
        lines = row.get(name) or []
        # beyond the limit of the list, only ids come
        shown = [line for line in lines if len(line) > 1] if isinstance(lines, list) else []
        return [{**line, "parent": SimpleNamespace(**self.flatten(row))} for line in shown]

    def flatten(self, row):
        return {
            name: value["id"] if isinstance(value, dict) and "id" in value else value
            for name, value in row.items()
        }

    def is_visible(self, node, row):
        values = self.flatten(row) | {"uid": self.env.uid, "context": self.env.context}
        for one in (node, *node.iterancestors()):
            hidden = one.get("invisible")
            try:
                if hidden and safe_eval(hidden, values):
                    return False
            except ValueError:
                continue  # asks for what only a browser knows
        return True

    def press(self, record, node, depth, label):
        name = node.get("name")
        is_object = node.get("type") == "object"
        if depth >= DEPTH or not (name in self.methods if is_object else self.get_action(name)):
            return
        key = (record._name, name, node.get("context"))
        if key in self.pressed:
            return
        self.pressed.add(key)
        context = self.evaluate_context(node, record)
        text = f"{label} > {node.get('string') or name} [{record._name}.{name}]"

        def attempt():
            if not is_object:
                action = self.get_action(name)
                action = dict(self.load(action.type, action.id), context=context)
            else:
                action = call_kw(self.env[record._name], name, [record.ids], {"context": context})
            self.open(action, depth + 1, text)

        self.try_out(text, attempt)

    def get_action(self, name):
        """Return the action of a button, if it is one of ours."""
        actions = self.env["ir.actions.actions"].sudo()
        action = actions.browse(int(name) if name.isdecimal() else self.env.ref(name).id)
        return action.get_external_id()[action.id].startswith(f"{ADDON}.") and action

    def evaluate_context(self, node, record):
        names = {"active_id": record.id, "id": record.id, "uid": self.env.uid}
        try:
            context = safe_eval(node.get("context") or "{}", names)
        except (ValueError, NameError):
            context = {}
        return json.loads(json.dumps({**self.env.context, **context}))
