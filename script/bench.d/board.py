"""How long the board of clients, its list, a form and the pivot take beside those of Odoo's CRM.

Whoever works here all day opens these screens a hundred times. Each figure is the server's part of
opening a screen: the calls that the web client makes for it, with the fields that its view names,
in turns, the median of ``TURNS``, as the administrator, who sees all figures. Beside the clients
stand as many opportunities, over Odoo's own stages. ``board_x``, ``list_x`` and ``form_x`` are ours
divided by CRM's. ``pivot_s`` is the pivot of profitability as it opens, ``crm_pivot_s`` CRM's.
"""

import statistics
import time

from lxml import etree

DATA = "score"
TURNS = 7
PAGE = 80
OURS, THEIRS = "client.relationship", "crm.lead"
NUMBERS = ("integer", "float", "monetary")


def run(env, clients):
    env.cr.execute("SELECT COUNT(*) FROM client_relationship")
    make_leads(env, env.cr.fetchone()[0])
    env = env(user=env.ref("base.user_admin"))
    work = {
        "board_s": Board(env, OURS).load,
        "crm_board_s": Board(env, THEIRS).load,
        "list_s": List(env, OURS).load,
        "crm_list_s": List(env, THEIRS).load,
        "form_s": Form(env, OURS).load,
        "crm_form_s": Form(env, THEIRS).load,
        "pivot_s": Pivot(env, "client.profitability").load,
        "crm_pivot_s": Pivot(env, THEIRS).load,
    }
    for load in work.values():
        load()
    times = {name: [] for name in work}
    for _turn in range(TURNS):
        for name, load in work.items():
            times[name].append(measure(env, load))
    seconds = {name: round(statistics.median(found), 4) for name, found in times.items()}
    ratios = {
        f"{name}_x": round(seconds[f"{name}_s"] / seconds[f"crm_{name}_s"], 2)
        for name in ("board", "list", "form")
    }
    return {**seconds, **ratios, "queries_board": count(env, work["board_s"])}


def measure(env, load):
    env.flush_all()
    env.invalidate_all()
    start = time.perf_counter()
    load()
    return time.perf_counter() - start


def count(env, load):
    env.invalidate_all()
    before = env.cr.sql_log_count
    load()
    return env.cr.sql_log_count - before


def make_leads(env, number):
    """Make as many opportunities, a tenth of them with an activity, as a firm would have."""
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO crm_lead (
            name, type, active, stage_id, team_id, user_id, partner_id, company_id,
            expected_revenue, probability, priority, color, date_last_stage_update, create_uid,
            create_date, write_uid, write_date)
        SELECT 'Opportunity ' || n, 'opportunity', true,
               stages.ids[1 + n %% CARDINALITY(stages.ids)], teams.ids[1], %(user)s,
               partners.ids[1 + n %% CARDINALITY(partners.ids)], %(company)s, n,
               n %% 100, '0', 0, NOW(), 1, NOW(), 1, NOW()
          FROM GENERATE_SERIES(1, %(number)s) n,
               (SELECT ARRAY_AGG(id ORDER BY sequence) AS ids FROM crm_stage) stages,
               (SELECT ARRAY_AGG(id ORDER BY id) AS ids FROM crm_team WHERE active) teams,
               (SELECT ARRAY_AGG(partner_id) AS ids FROM client_relationship) partners
        """,
        {
            "user": env.ref("base.user_admin").id,
            "company": env.ref("base.main_company").id,
            "number": number,
        },
    )
    env.cr.execute("ANALYZE crm_lead")
    env.invalidate_all()


class Screen:
    """The calls of one screen of a model, by its view."""

    kind = ""

    def __init__(self, env, model):
        self.records = env[model]
        found = self.records.get_views([(False, self.kind)], {})
        self.fields = found["models"][model]["fields"]
        self.models = found["models"]
        self.arch = etree.fromstring(found["views"][self.kind]["arch"])
        self.spec = self.get_spec(self.arch, model)

    def get_spec(self, arch, model):
        """Return what web_read is asked for: the fields of a view, with those of its own lists."""
        fields = self.models[model]["fields"]
        return {
            node.get("name"): self.get_field_spec(fields[node.get("name")], node)
            for node in arch.iter("field")
            if node.get("name") in fields and self.is_of(node, arch)
        }

    @staticmethod
    def is_of(node, arch):
        """Return whether a field belongs to this view, not to a list inside it."""
        parent = node.getparent()
        while parent is not None and parent is not arch:
            if parent.tag == "field":
                return False
            parent = parent.getparent()
        return True

    def get_field_spec(self, field, node):
        if field["type"] in ("many2one", "reference"):
            return {"fields": {"display_name": {}}}
        if field["type"] not in ("one2many", "many2many"):
            return {}
        inner = node.find("list")
        if inner is None:
            inner = node.find("kanban")
        if inner is None:
            return {"fields": {"display_name": {}}}
        spec = self.get_spec(inner, field["relation"])
        return {"fields": spec, "limit": int(inner.get("limit", 40))}

    def get_sums(self):
        return [
            f"{name}:{field['aggregator']}"
            for name, field in self.fields.items()
            if name in self.spec and field.get("aggregator") and field["type"] in NUMBERS
        ]


class Board(Screen):
    kind = "kanban"

    def load(self):
        bar = self.arch.find(".//progressbar")
        self.records.web_read_group(
            [],
            ["stage_id"],
            self.get_sums(),
            auto_unfold=True,
            unfold_read_specification=self.spec,
            unfold_read_default_limit=40,
        )
        colors = {"planned": "success", "today": "warning", "overdue": "danger"}
        self.records.read_progress_bar(
            [], "stage_id", {"field": bar.get("field"), "colors": colors}
        )


class List(Screen):
    kind = "list"

    def load(self):
        order = self.arch.get("default_order")
        self.records.web_search_read([], self.spec, limit=PAGE, order=order, count_limit=10001)


class Form(Screen):
    kind = "form"

    def __init__(self, env, model):
        super().__init__(env, model)
        self.record = self.records.search([], order="id desc", limit=1, offset=5)

    def load(self):
        self.record.web_read(self.spec)


class Pivot(Screen):
    kind = "pivot"

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
        self.records.formatted_read_grouping_sets([], [[], rows[:1]], [*measures, "__count"])
