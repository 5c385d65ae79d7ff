import re

from lxml import etree

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.service.model import call_kw
from odoo.tests import Form
from odoo.tests.form import X2MValue
from odoo.tools.safe_eval import safe_eval

from odoo.addons.web.controllers.utils import clean_action

from ..exceptions import MoveQuestion
from .common_screens import Screens

# A refusal that helps has one of these words: it tells what to do, or lists what is missing.
ADVICE = re.compile(
    r"\b(please|instead|first|missing|choose|enter|ask|reload|again|write|log|can go to)\b",
    re.IGNORECASE,
)
# Actions of the web client that end a click: all show something, or what changed
ENDS = {"soft_reload", "reload", "display_notification", "home"}
DIALOGS = 2
ROWS = 3


class DeadEnd(Exception):
    """What a click leads to, and why one cannot go on from there."""


class Clicks(Screens):
    """Clicks every button that a user sees on a record, and goes on from where it leads.

    ``get_value(user, model, field, domain)`` gives what the user types where a dialog requires
    something. ``refusals`` are those that help: {text: where it came first}.
    """

    def __init__(self, env, methods, get_value):
        super().__init__(env, methods)
        self.get_value = get_value
        self.looks = set()
        self.refusals = {}

    def visit(self, records, views):
        """Click the buttons of the records in each of the views: [(id or False, kind)]."""
        model = records.with_env(self.env).browse()
        for view_id, kind in views:
            # what the user may not open is not shown to them
            view = model.get_views([[view_id, kind]])["views"][kind]
            arch = etree.fromstring(view["arch"])
            if next(self.get_buttons(arch), None) is None:
                continue
            spec = self.get_spec(model, arch)
            found = model.with_context(active_test=False).search([("id", "in", records.ids)])
            for row in found.web_read(spec):
                self.click_row(model, arch, spec, row, f"{self.env.user.login} {kind} {view_id}")

    def get_our_views(self, name):
        views = (
            self.env["ir.ui.view"]
            .sudo()
            .search(
                [
                    ("model", "=", name),
                    ("mode", "=", "primary"),
                    ("type", "in", ("form", "list", "kanban")),
                ]
            )
        )
        user_groups = self.env.user.all_group_ids
        shown = views.filtered(lambda view: not view.group_ids or view.group_ids & user_groups)
        return [(view.id, view.type) for view in shown]

    def get_buttons(self, arch):
        for node in arch.iter("button", "a", "widget"):
            if node.get("type") in ("object", "action") and node.get("name"):
                name = node.get("name")
                ours = (
                    name in self.methods if node.get("type") == "object" else self.get_action(name)
                )
                if ours:
                    yield node

    # Rows and their buttons

    def click_row(self, model, arch, spec, row, label):
        """Click what is visible, once for each look that records of this view have."""
        visible = []
        for place, node in enumerate(self.get_buttons(arch)):
            owner = next(node.iterancestors("field"), None)
            if owner is None:
                if self.is_visible(node, row):
                    visible.append((place, model, row["id"], node, row))
                continue
            comodel = self.env[model._fields[owner.get("name")].comodel_name]
            for line in self.get_lines(row, owner.get("name")):
                if self.is_visible(node, line):
                    visible.append((place, comodel, line["id"], node, line))
                    break
        state = tuple(row.get(name) for name in ("state", "phase", "kind", "status", "active"))
        look = (label, state, tuple(place for place, *_rest in visible))
        if look in self.looks:
            return
        self.looks.add(look)
        for _place, comodel, res_id, node, values in visible:
            record = comodel.browse(res_id)
            name = f"{label} {record}: {node.get('string') or node.get('title') or ''}"
            text = f"{name} [{node.get('name')}]"
            self.attempt(text, lambda r=record, n=node, v=values, t=text: self.click(r, n, v, t))

    def attempt(self, label, click):
        """Click, and undo it; note what the user should not meet."""
        self.pressed.add(label)
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint() as savepoint:
                try:
                    click()
                    self.env.flush_all()
                finally:
                    savepoint.rollback()
        except DeadEnd as error:
            self.faults.append(f"{label}: {error}")
        finally:
            self.env.invalidate_all()

    def call(self, label, call):
        """Return the action that a call brings, or None after a refusal that helps."""
        try:
            action = call()
            self.env.flush_all()
            return action if isinstance(action, dict) and action else {"type": "nothing"}
        except MoveQuestion as question:
            action = question.context["action"]
            if not isinstance(action, dict):
                # what it opens, as the web client loads it
                kind = self.env["ir.actions.actions"].sudo().browse(action).type
                env = self.env
                self.env = env(context={**env.context, **question.context["action_context"]})
                action = self.load(kind, action)
                self.env = env
            context = self.evaluate(action.get("context")) or {}
            return {**action, "context": {**context, **question.context["action_context"]}}
        except RedirectWarning:
            return None
        except AccessError as error:
            raise DeadEnd(f"AccessError: {error}") from error
        except UserError as error:
            if not ADVICE.search(str(error)):
                raise DeadEnd(f"refused without advice: {error}") from error
            self.refusals.setdefault(str(error), label)
            return None
        except Exception as error:  # pylint: disable=broad-except
            raise DeadEnd(f"traceback: {error!r}") from error

    def click(self, record, node, row, label):
        context = self.get_context(node, record, row)
        is_object = node.get("type") == "object"
        before = self.get_picture(record)

        def run():
            if is_object:
                return call_kw(
                    self.env[record._name], node.get("name"), [record.ids], {"context": context}
                )
            action = self.get_action(node.get("name"))
            return dict(self.load(action.type, action.id), context=context)

        action = self.call(label, run)
        if action is None:
            return
        if action["type"] == "nothing" and self.get_picture(record) == before:
            raise DeadEnd("nothing happens, and nothing is said")
        self.follow(action, label, DIALOGS)

    def get_picture(self, record):
        """Return what a click without an answer may change: the record, as the user reads it."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return self.env.cr.fetchone()

    def get_context(self, node, record, row):
        names = self.flatten(row) | {
            "active_id": record.id,
            "id": record.id,
            "uid": self.env.uid,
            "context": {},
        }
        return {**self.env.context, **safe_eval(node.get("context") or "{}", names)}

    # Where it leads

    def follow(self, action, label, dialogs):
        kind = action.get("type")
        if kind in ("nothing", "ir.actions.act_window_close", "ir.actions.report"):
            return
        if kind == "ir.actions.act_url":
            if not (action.get("url") or "").startswith(("/", "http", "mailto:", "tel:")):
                raise DeadEnd(f"no address: {action}")
        elif kind == "ir.actions.client":
            self.follow_client_action(action, label, dialogs)
        elif kind == "ir.actions.act_window":
            self.follow_window(clean_action(dict(action), self.env), label, dialogs)
        else:
            raise DeadEnd(f"no such action: {action}")

    def follow_client_action(self, action, label, dialogs):
        params = action.get("params") or {}
        if action["tag"] == "display_notification":
            if not params.get("message") and not params.get("title"):
                raise DeadEnd("an empty notification")
            if params.get("next"):
                self.follow(params["next"], label, dialogs)
        elif action["tag"] not in ENDS and not action["tag"].startswith("client_"):
            raise DeadEnd(f"unknown client action {action['tag']}")

    def follow_window(self, action, label, dialogs):
        context = self.evaluate(action.get("context")) or {}
        model = self.env[action["res_model"]].with_context(**context)
        views = [list(view[:2]) for view in action["views"]]
        try:
            found = model.get_views(
                [*views, [(action.get("search_view_id") or [False])[0], "search"]]
            )
        except AccessError as error:
            raise DeadEnd(f"its view: {error}") from error
        kind = views[0][1]
        arch = etree.fromstring(found["views"][kind]["arch"])
        spec = self.get_spec(model, arch)
        if kind != "form":
            self.look_at_list(model, action, kind, arch, spec)
        elif action.get("res_id"):
            self.call(label, lambda: model.browse(action["res_id"]).web_read(spec))
        elif action.get("target") == "new" and dialogs:
            self.use_dialog(model, views[0][0], arch, label, dialogs - 1)
        else:
            self.call(label, lambda: model.onchange({}, [], spec))

    def look_at_list(self, model, action, kind, arch, spec):
        domain = self.evaluate(action.get("domain")) or []
        if kind not in ("list", "kanban"):
            return
        try:
            rows = model.web_search_read(domain, spec, limit=ROWS)["records"]
        except AccessError as error:
            raise DeadEnd(f"its rows: {error}") from error
        can_create = arch.get("create") not in ("0", "false", "False") and model.has_access(
            "create"
        )
        if not rows and not can_create and not action.get("help"):
            raise DeadEnd("an empty list that does not say what to do")

    def use_dialog(self, model, view_id, arch, label, dialogs):
        """Fill in what is required, as a user does, and click each button of the dialog."""
        for node in self.get_buttons(arch):
            if next(node.iterancestors("field"), None) is not None:
                continue  # on a line that only the server makes
            text = f"{label} > {node.get('string') or ''} [{node.get('name')}]"
            self.attempt(
                text, lambda n=node, t=text: self.click_in_dialog(model, view_id, n, t, dialogs)
            )

    def click_in_dialog(self, model, view_id, node, label, dialogs):
        def fill():
            form = Form(model, view=view_id or None)
            for name in form._view["fields"]:
                if name == "id" or form._get_modifier(name, "readonly"):
                    continue
                if form._get_modifier(name, "required") and not form[name]:
                    field = model._fields[name]
                    domain = self.get_domain(form, name)
                    value = self.get_value(self.env.user, model, field, domain)
                    if not value:
                        return None  # nothing to choose: the form marks the field, and goes no way
                    if field.type in ("one2many", "many2many"):
                        form[name].add(value)
                    else:
                        form[name] = value
            if not self.is_visible(node, self.get_values(form)):
                return None
            return {"type": "filled", "record": form.save()}

        filled = self.call(label, fill)
        if filled is None or filled["type"] != "filled":
            return
        record = filled["record"]
        action = self.call(
            label,
            lambda: call_kw(
                model.browse(),
                node.get("name"),
                [record.ids],
                {"context": {**model.env.context, **self.get_context(node, record, {})}},
            ),
        )
        if action:
            self.follow(action, label, dialogs)

    def get_domain(self, form, name):
        """Return what may be chosen in a field of the form."""
        domain = form._view["fields"][name].get("domain") or []
        return safe_eval(domain, self.get_values(form)) if isinstance(domain, str) else domain

    def get_values(self, form):
        return {
            "uid": self.env.uid,
            **{
                # a field of many records is a sequence of its own kind, which nothing compares with
                name: list(value) if isinstance(value, X2MValue) else value
                for name, value in form._values.items()
            },
        }
