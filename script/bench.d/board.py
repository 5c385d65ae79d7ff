"""How long the board of clients, its list, a form and the pivot take beside those of Odoo's CRM.

Whoever works here all day opens these screens a hundred times. Each figure is the server's part of
opening a screen: all calls that the web client makes for it, with the fields that it asks for (of
``optional`` columns the hidden ones too, as Odoo 19 does), in turns, the median of ``TURNS``, as
the administrator, who sees all figures. The calls and fields were compared with those recorded from
a browser. The views are those of the menus *Clients* and *CRM / Pipeline*:

- board: the columns with up to 80 cards each, the sums at their heads and the bars of progress
- line: what comes after that and stands above the columns, who waits of all clients; nobody waits
  for it, and CRM has nothing like it, so it is in no comparison
- list: a page of 80 in the view's own order, counted up to 10,000
- form: the record with what its tabs show, the stages, the chart, the chatter's data, its messages

Beside the clients stand as many opportunities, over Odoo's own stages, as many of them with
activities, and the form of each has as many messages. ``board_x``, ``list_x`` and so on are
ours divided by CRM's: the median of the turns' own ratios, because the two of a turn follow one
another, whatever else the machine does. ``views_s`` is what a screen needs once per session.
``today_s`` and ``today_team_s`` are the page *Today* of the owner of most clients, and that of all
clients. ``pivot_s`` is the pivot of profitability over the whole ledger, without the filters of its
menu, ``pivot_opened_s`` with them, ``crm_pivot_s`` CRM's.
"""

import json
import statistics
import time

from lxml import etree

from odoo.tools.safe_eval import safe_eval

from odoo.addons.mail.tools.discuss import Store

DATA = "score"
TURNS = 9
PAGE = 80
# The filters with which the menu *Profitability* opens
OPENED = [("in_last_year", "=", True), ("relationship_id.client_is_top", "=", True)]
COMPARED = ("board", "list", "form")
CARDS = 80
MESSAGES = 5
OURS, THEIRS = "client.relationship", "crm.lead"
ACTIONS = {
    OURS: "client_health.client_relationship_action",
    THEIRS: "crm.crm_lead_action_pipeline",
}
NUMBERS = ("integer", "float", "monetary")
ACTIVITY = (
    "activity_exception_decoration",
    "activity_exception_icon",
    "activity_state",
    "activity_summary",
    "activity_type_icon",
    "activity_type_id",
)
HEALTH = ("health_known", "health_provisional", "health_coverage", "health_overridden")
# What a widget asks for beside its field (``fieldDependencies`` in JavaScript)
WIDGETS = {
    "kanban_activity": ACTIVITY,
    "list_activity": ACTIVITY,
    "activity_exception": ("activity_exception_icon",),
    "statusbar_duration": ("duration_tracking",),
    "rotting_statusbar_duration": ("duration_tracking", "rotting_days"),
    "client_health": (*HEALTH, "health_band", "health_trend", "health_direction"),
    "client_health_history": ("health_coverage", "health_known"),
}
# What stands at the heads of the columns, as the web client asks for it
SUMS = {
    OURS: [
        "client_revenue:sum",
        "client_margin:sum",
        "client_currency_id:array_agg_distinct",
        "client_revenue:sum_currency",
        "client_margin:sum_currency",
    ],
    THEIRS: [
        "expected_revenue:sum",
        "recurring_revenue_monthly:sum",
        "company_currency:array_agg_distinct",
        "expected_revenue:sum_currency",
        "recurring_revenue_monthly:sum_currency",
    ],
}
TAGS = ("many2many_tags", "many2many_tags_avatar", "many2many_avatar_user")


def run(env, clients):
    env.cr.execute("SELECT COUNT(*) FROM client_relationship")
    make_leads(env, env.cr.fetchone()[0])
    make_messages(env)
    env = env(user=env.ref("base.user_admin"))
    pairs = {
        "board": (Board(env, OURS), Board(env, THEIRS)),
        "list": (List(env, OURS), List(env, THEIRS)),
        "form": (Form(env, OURS), Form(env, THEIRS)),
        "views": (Views(env, OURS), Views(env, THEIRS)),
        "pivot": (Pivot(env, "client.profitability"), Pivot(env, THEIRS)),
    }
    pages = {
        "line": Line(env),
        "today": Today(env, "mine"),
        "today_team": Today(env, "team"),
        "pivot_opened": Pivot(env, "client.profitability", OPENED),
    }
    screens = {
        **{name: ours for name, (ours, _theirs) in pairs.items()},
        **{f"crm_{name}": theirs for name, (_ours, theirs) in pairs.items()},
        **pages,
    }
    order = [prefix + name for name in pairs for prefix in ("", "crm_")] + [*pages]
    times = {name: [] for name in order}
    queries = {}
    for name in order:
        queries[name] = count(env, screens[name])
    for _turn in range(TURNS):
        for name in order:
            times[name].append(measure(env, screens[name]))
    figures = {f"{name}_s": round(statistics.median(times[name]), 4) for name in order}
    for name in COMPARED:
        turns = zip(times[name], times[f"crm_{name}"], strict=True)
        ratios = [ours / theirs for ours, theirs in turns]
        figures[f"{name}_x"] = round(statistics.median(ratios), 2)
    for name in COMPARED:
        figures[f"queries_{name}"] = queries[name]
        figures[f"queries_crm_{name}"] = queries[f"crm_{name}"]
    return figures


def measure(env, screen):
    env.flush_all()
    env.invalidate_all()
    start = time.perf_counter()
    screen.load()
    return time.perf_counter() - start


def count(env, screen):
    env.flush_all()
    env.invalidate_all()
    screen.load()  # what a registry keeps is there
    env.invalidate_all()
    before = env.cr.sql_log_count
    screen.load()
    return env.cr.sql_log_count - before


def make_leads(env, number):
    """Make as many opportunities, and give as many of them activities as clients have."""
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO crm_lead (
            name, type, active, stage_id, team_id, user_id, partner_id, company_id,
            expected_revenue, probability, priority, color, date_last_stage_update, create_uid,
            create_date, write_uid, write_date)
        SELECT 'Opportunity ' || n, 'opportunity', true,
               stages.ids[1 + n %% CARDINALITY(stages.ids)], teams.ids[1],
               users.ids[1 + n %% CARDINALITY(users.ids)],
               partners.ids[1 + n %% CARDINALITY(partners.ids)], %(company)s, n,
               n %% 100, '0', 0, NOW(), 1, NOW(), 1, NOW()
          FROM GENERATE_SERIES(1, %(number)s) n,
               (SELECT ARRAY_AGG(id ORDER BY sequence) AS ids FROM crm_stage) stages,
               (SELECT ARRAY_AGG(id ORDER BY id) AS ids FROM crm_team WHERE active) teams,
               (SELECT ARRAY_AGG(DISTINCT user_id) AS ids FROM client_relationship
                 WHERE user_id IS NOT NULL) users,
               (SELECT ARRAY_AGG(partner_id) AS ids FROM client_relationship) partners
        """,
        {"company": env.ref("base.main_company").id, "number": number},
    )
    env.cr.execute(
        """
        INSERT INTO mail_activity (
            res_model_id, res_model, res_id, activity_type_id, summary, date_deadline, user_id,
            active, date_done, automated, create_uid, create_date, write_uid, write_date)
        SELECT m.id, 'crm.lead', lead.id, a.activity_type_id, a.summary, a.date_deadline,
               a.user_id, a.active, a.date_done, a.automated, 1, NOW(), 1, NOW()
          FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS place FROM crm_lead) lead
          JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS place
                  FROM client_relationship) client USING (place)
          JOIN mail_activity a ON a.res_model = 'client.relationship' AND a.res_id = client.id
          JOIN ir_model m ON m.model = 'crm.lead'
        """
    )
    for table in ("crm_lead", "mail_activity"):
        env.cr.execute(f"ANALYZE {table}")
    env.invalidate_all()


def make_messages(env):
    """Write as many messages on the records whose forms are opened."""
    for model in (OURS, THEIRS):
        record = get_record(env[model])
        for number in range(MESSAGES):
            record._message_log(body=f"Note {number}")
    env.flush_all()


def get_record(records):
    return records.search([], order="id desc", limit=1, offset=5)


class Screen:
    """The calls of one screen of a model, by its view."""

    kind = ""

    def __init__(self, env, model):
        self.records = env[model]
        found = self.records.get_views([(self.get_view_id(env, model), self.kind)], {})
        self.models = found["models"]
        self.fields = self.models[model]["fields"]
        self.arch = etree.fromstring(found["views"][self.kind]["arch"])
        self.domain = self.get_domain(env, model)
        self.spec = self.get_spec([self.arch], model)

    def get_view_id(self, env, model):
        """Return the view that the action opens, False for the model's own."""
        views = env.ref(ACTIONS[model]).views if model in ACTIONS else []
        return dict((kind, id_) for id_, kind in views).get(self.kind, False)

    def get_domain(self, env, model):
        domain = env.ref(ACTIONS[model]).domain if model in ACTIONS else None
        return safe_eval(domain, {"uid": env.uid}) if domain else []

    def get_spec(self, arches, model):
        """Return what web_read is asked for, as ``getFieldsSpec`` of the web client does."""
        fields = self.models[model]["fields"]
        spec = {}
        for arch in arches:
            for node in arch.iter("field"):
                if node.get("name") not in fields or not is_of(node, arch):
                    continue
                name = node.get("name")
                merge(spec, name, self.get_field_spec(fields[name], node))
                for other in WIDGETS.get(node.get("widget"), ()):
                    many = self.records.env[model]._fields[other].type == "many2one"
                    merge(spec, other, {"fields": {"display_name": {}}} if many else {})
        return spec

    def get_field_spec(self, field, node):
        hidden = is_hidden(node)
        if field["type"] in ("many2one", "reference"):
            return {"fields": {} if hidden else {"display_name": {}}}
        if field["type"] not in ("one2many", "many2many"):
            return {}
        if hidden:
            return {}
        views = [child for child in node if child.tag in ("list", "kanban", "form")]
        if views:
            shown = next((view for view in views if view.tag != "form"), views[0])
            spec = {"fields": self.get_spec(views, field["relation"])}
            spec["limit"] = int(shown.get("limit", 40))
            if order := shown.get("default_order"):
                spec["order"] = order
            return spec
        if node.get("widget") in TAGS:
            return {"fields": {"display_name": {}, **self.get_color(field, node)}}
        return {"fields": {}}

    @staticmethod
    def get_color(field, node):
        options = safe_eval(node.get("options") or "{}")
        return {options["color_field"]: {}} if options.get("color_field") else {}


def merge(spec, name, more):
    """A field that stands twice is asked for once, with all that is needed of it."""
    known = spec.setdefault(name, {})
    for key, value in more.items():
        if key == "fields":
            known["fields"] = {**known.get("fields", {}), **value}
        else:
            known.setdefault(key, value)


def is_hidden(node):
    """Return whether a field is never shown, wherever it stands: its name is not asked for."""
    return any(node.get(name) in ("1", "True") for name in ("invisible", "column_invisible"))


def is_of(node, arch):
    """Return whether a field belongs to this view, not to a list inside it."""
    parent = node.getparent()
    while parent is not None and parent is not arch:
        if parent.tag in ("field", "groupby"):
            return False
        parent = parent.getparent()
    return True


class Board(Screen):
    kind = "kanban"

    def load(self):
        bar = self.arch.find(".//progressbar")
        group = self.arch.get("default_group_by") or "stage_id"
        board = self.records.with_context(read_group_expand=True)
        board.web_read_group(
            self.domain,
            [group],
            SUMS[self.records._name],
            order=self.arch.get("default_order"),
            auto_unfold=True,
            opening_info=[],
            unfold_read_specification=self.spec,
            unfold_read_default_limit=CARDS,
            groupby_read_specification={},
        )
        self.records.read_progress_bar(
            self.domain,
            group,
            {"field": bar.get("field"), "colors": json.loads(bar.get("colors"))},
        )


class Line:
    """What is read after the board, and stands above its columns."""

    def __init__(self, env):
        self.waiting = env["client.waiting"]

    def load(self):
        self.waiting.get_summary()


class List(Screen):
    kind = "list"

    def load(self):
        self.records.with_context(bin_size=True).web_search_read(
            self.domain,
            self.spec,
            limit=PAGE,
            order=self.arch.get("default_order"),
            count_limit=10001,
        )


class Form(Screen):
    kind = "form"

    def __init__(self, env, model):
        super().__init__(env, model)
        self.record = get_record(self.records)

    def load(self):
        self.record.with_context(bin_size=True).web_read({**self.spec, "display_name": {}})
        stages = self.records.env[self.fields["stage_id"]["relation"]]
        stages.search_read([], ["display_name", "fold"])
        for _chart in self.arch.iter("widget"):
            if _chart.get("name") == "client_health_history":
                self.record.get_health_history()
        if self.arch.find(".//chatter") is not None:
            self.load_thread()
            self.load_messages()

    def load_thread(self):
        """As /mail/thread/data and /mail/thread/messages do."""
        parts = ["activities", "attachments", "contact_fields", "followers", "scheduledMessages",
                 "suggestedRecipients"]  # fmt: skip
        thread = self.records._get_thread_with_access(self.record.id)
        store = Store()
        store.add(thread, [], as_thread=True, request_list=parts)
        store.get_result()

    def load_messages(self):
        thread = self.records._get_thread_with_access(self.record.id)
        found = self.records.env["mail.message"]._message_fetch(
            domain=None, thread=thread, limit=30
        )
        found["messages"].set_message_done()
        Store().add(found["messages"]).get_result()


class Views:
    """What the web client asks of an action once: its views with their fields and filters."""

    def __init__(self, env, model):
        self.records, action = env[model], env.ref(ACTIONS[model])
        self.views = [(id_, kind) for id_, kind in action.views] + [(False, "search")]
        self.options = {"action_id": action.id, "load_filters": True, "toolbar": True}

    def load(self):
        self.records.get_views(self.views, self.options)


class Today:
    """The page *Today*: who needs a person, of the user or of the whole team."""

    def __init__(self, env, scope):
        if scope == "mine":
            env.cr.execute(
                "SELECT user_id FROM client_relationship WHERE user_id IS NOT NULL"
                " GROUP BY user_id ORDER BY COUNT(*) DESC, user_id LIMIT 1"
            )
            user = env["res.users"].browse(env.cr.fetchone()[0])
            # sudo: a colleague of the data has no group of ours yet
            user.sudo().group_ids += env.ref("client_health.group_client_user")
            env = env(user=user.id)
        self.page, self.scope = env["client.today"], scope

    def load(self):
        self.page._get_page(self.scope)


class Pivot(Screen):
    kind = "pivot"

    def __init__(self, env, model, opened=()):
        super().__init__(env, model)
        self.opened = list(opened)

    def load(self):
        nodes = list(self.arch.iter("field"))
        rows = [node.get("name") for node in nodes if node.get("type") == "row"]
        rows = [
            f"{name}:month" if self.fields[name]["type"] in ("date", "datetime") else name
            for name in rows
        ]
        measures = [
            f"{name}:{self.fields[name]['aggregator']}"
            for node in nodes
            if node.get("type") == "measure" and (name := node.get("name")) in self.fields
            if self.fields[name].get("aggregator")
        ]
        self.records.formatted_read_grouping_sets(
            self.opened, [[], rows[:1]], [*measures, "__count"]
        )
