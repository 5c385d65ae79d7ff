from collections import defaultdict

from odoo import api, fields, models

from ...const import MONEY_GROUP
from ...engine.clock import get_today
from ...engine.health import snapshot_queue, warnings
from ...engine.health.snapshots import encode
from ...engine.health.warnings import caps, life, rows
from ...engine.reading import Reading

MONEY = "money"


class ClientHealthWarning(models.Model):
    """What needs a person now: its cause, since when, how severe, and the records that show it.

    Written by the nightly run in SQL, never by users. It keeps its identity while its cause lasts,
    see ``engine/health/warnings/life.py``. Those of money are for the money group alone, by a
    record rule.
    """

    _name = "client.health.warning"
    _description = "Health Warning"
    _inherit = ["client.record.mixin"]
    _order = "date_end desc, date_start desc, id desc"
    _rec_name = "rule_id"
    _log_access = False

    # Made automatically: they are no reason to keep a client without any work.
    relationship_id = fields.Many2one(ondelete="cascade", readonly=True, protected=True)
    rule_id = fields.Many2one(
        "client.health.warning.rule",
        string="Warning",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        protected=True,
    )
    dimension = fields.Selection(related="rule_id.dimension")
    date_start = fields.Date(
        string="Found On",
        required=True,
        readonly=True,
        help="The first night on which it was there.",
        protected=True,
    )
    date_since = fields.Date(
        string="Since",
        readonly=True,
        help="Since when its cause has been there.",
        protected=True,
    )
    date_seen = fields.Date(
        string="Last Seen", readonly=True, help="The last night on which it was there.",
        protected=True,
    )  # fmt: skip
    nights = fields.Integer(readonly=True, aggregator=None, protected=True)
    value = fields.Float(readonly=True, aggregator=None, groups=MONEY_GROUP, protected=True)
    level = fields.Float(
        readonly=True,
        aggregator=None,
        groups=MONEY_GROUP,
        help="1 at the limit of its rule, 2 where it is severe.",
        protected=True,
    )
    decided_level = fields.Float(readonly=True, aggregator=None, groups=MONEY_GROUP, protected=True)
    evidence = fields.Json(readonly=True, protected=True)
    date_counts = fields.Date(
        string="Counts Since",
        readonly=True,
        help="From when on it asks for a person: severe at once, else after its days of grace.",
        protected=True,
    )
    date_end = fields.Date(
        string="Gone On", readonly=True, help="Its cause is gone since then.", protected=True
    )
    state = fields.Selection(
        [
            ("new", "To be seen"),
            ("warning", "Warning"),
            ("severe", "Severe"),
            ("decided", "Decided"),
            ("gone", "Gone"),
        ],
        compute="_compute_state",
        compute_sudo=True,
        help="Decided: a person knows of it; it comes back when it gets worse.",
    )
    client_revenue_share = fields.Float(
        related="relationship_id.client_revenue_share", groups=MONEY_GROUP
    )
    # each user reads the names of their own clients alone
    referred_names = fields.Char(related="relationship_id.referred_names", related_sudo=False)
    text = fields.Char(string="Cause", compute="_compute_text", compute_sudo=True)

    @api.depends("date_end", "date_counts", "level", "decided_level")
    def _compute_state(self):
        for warning in self:
            if warning.date_end:
                warning.state = "gone"
            elif life.is_decided(warning.level, warning.decided_level or None):
                warning.state = "decided"
            elif warning.date_counts:
                warning.state = "severe" if life.is_severe(warning.level) else "warning"
            else:
                warning.state = "new"

    @api.depends("value", "evidence", "rule_id")
    @api.depends_context("lang")
    def _compute_text(self):
        texts = self.env["client.health.warning.rule"]._get_texts()
        for warning in self:
            warning.text = warning.rule_id._get_text(warning.value, warning.evidence, texts)

    # The night

    @api.model
    def _take(self, relationship_ids, as_of, backfilled, reader):
        """Read the warnings of a day, let them go on, and return what caps the bands: ``Caps``.

        A backfilled day has no night before it: what is severe, or not alone, stands at once.
        """
        relationships = self.env["client.relationship"].browse(relationship_ids)
        if not relationships:
            return caps.Caps()
        found, near = self._read(relationships, reader)
        if backfilled:
            rules = self.env["client.health.warning.rule"]._get_rules()
            numbers = {code: rule._to_engine() for code, rule in rules.items()}
            patience = {code: rule._to_patience(None) for code, rule in rules.items()}
            lives = {
                key: [*life.follow({}, readings, numbers, patience, as_of).values()]
                for key, readings in found.items()
            }
        else:
            lives = self._follow(relationships, as_of, found)
        return self._get_caps(relationships, as_of, lives, near)

    @api.model
    def _get_caps(self, relationships, as_of, lives, near=None):
        """Return what caps the bands of clients of a company with these warnings: ``Caps``."""
        return caps.Caps(
            lives,
            self.env["client.health.measure"]._get_key_measures(),
            self._get_lifted(relationships, as_of),
            self.env["client.health.declaration"]._get_lifted_dimensions(relationships, as_of),
            self._get_money_codes(),
            near,
        )

    @api.model
    def _get_money_codes(self):
        rules = self.env["client.health.warning.rule"].sudo()  # sudo: which are of money, only
        return rules.search([("dimension", "=", MONEY)]).mapped("code")

    @api.model
    def _get_lifted(self, relationships, as_of):
        """Return {relationship id: codes that declarations lift}."""
        query = snapshot_queue.select_held(relationships.ids, as_of)
        return {
            key: frozenset(codes)
            for key, _phase, _overridden, _goal, codes in self.env.execute_query(query)
            if codes
        }

    @api.model
    def _read(self, relationships, reader):
        """Return {relationship id: {code: Reading}} of what is beyond its limit, and how near."""
        Rule = self.env["client.health.warning.rule"]
        rules = Rule._get_rules()
        found, near, errors = warnings.read_warnings(
            reader,
            Rule._get_warnings(),
            [rule._to_engine() for rule in rules.values()],
            relationships,
        )
        Rule.union(*rules.values())._set_errors(errors)
        return found, near

    @api.model
    def _follow(self, relationships, today, found, codes=None):
        """Let the warnings of clients of a company go on; return {relationship id: [Life]}.

        ``codes``: the rules that were read, all but those of the score itself by default.
        """
        rules = self.env["client.health.warning.rule"]._get_rules()
        if codes is None:
            codes = rules.keys() & self.env["client.health.warning.rule"]._get_warnings().keys()
        before = self._get_lives(relationships, today, codes)
        numbers = {code: rules[code]._to_engine() for code in codes & rules.keys()}
        patience = self._get_patience(relationships, today, rules, codes)
        after, changed = {}, []
        for key in before.keys() | found.keys():
            old = {one.code: one for one in before.get(key, ())}
            lives = life.follow(old, found.get(key, {}), numbers, patience, today)
            after[key] = [*lives.values()]
            changed += [(key, one) for code, one in lives.items() if one != old.get(code)]
        self._write_lives(relationships, changed, rules)
        return after

    @api.model
    def _get_lives(self, relationships, today, codes=None):
        """Return {relationship id: [Life]} of what is current, or was lately; one query."""
        found = defaultdict(list)
        if relationships:
            self.env.flush_all()
            query = rows.select_lives(relationships.ids, today, codes)
            for row in self.env.execute_query(query):
                key, one = rows.to_life(row)
                found[key].append(one)
        return found

    def _get_patience(self, relationships, today, rules, codes):
        last = self.env["client.health.snapshot"].sudo().search_fetch(
            [
                ("relationship_id", "in", relationships.ids[:1]),
                ("date", "<", today),
                ("backfilled", "=", False),
            ],
            ["date"],
            limit=1,
        ).date  # fmt: skip
        return {code: rules[code]._to_patience(last) for code in codes & rules.keys()}

    @api.model
    def _write_lives(self, relationships, changed, rules):
        if not changed:
            return
        company_id = relationships[:1].company_id.id
        new, known = [], []
        for key, one in changed:
            row = rows.prepare_row(one, key, company_id, rules[one.code].id)
            (known if one.id else new).append(row)
        for statement, lines in ((rows.insert, new), (rows.update, known)):
            if lines:
                self.env.cr.execute(statement(encode(lines)))
        self.invalidate_model()

    @api.model
    def _merge(self, kept, others):
        """Before clients are merged: one current warning per rule, that of the one that stays."""
        # sudo: no user deletes a warning; who merges clients may write each of them
        current = self.sudo().search(
            [("relationship_id", "in", (kept | others).ids), ("date_end", "=", False)]
        )
        for same in current.grouped("rule_id").values():
            same.sorted(lambda one: (one.relationship_id != kept, one.id))[1:].unlink()

    # What people read

    @api.model
    def _get_sentences(self, relationships):
        """Return {relationship id: sentences of what stands, the causes first}."""
        return {
            key: [one["text"] for one in told]
            for key, told in self._get_told(relationships).items()
        }

    @api.model
    def _get_told(self, relationships):
        """Return {relationship id: [{"text", "since", "severe", "warning"}]} of what stands.

        The causes first. ``warning``: the record, as superuser; None where it is one of money and
        the user has no access to money: then it says that it is one, nothing narrower. The caller
        has checked that the user may read the clients.
        """
        if not relationships:
            return defaultdict(list)
        sees_money = self.env.user.has_group(MONEY_GROUP)
        # sudo: of warnings of money, the name alone is shown to others
        standing = self.sudo().search_fetch(
            [
                ("relationship_id", "in", relationships.ids),
                ("date_end", "=", False),
                ("date_counts", "!=", False),
            ],
            [
                *("relationship_id", "rule_id", "value", "evidence", "level", "decided_level"),
                "date_since",
            ],
        )
        told = defaultdict(list)
        for warning in standing.sorted(lambda one: (one.rule_id.sequence, one.rule_id.id)):
            if warning.state == "decided":
                continue
            hidden = warning.dimension == MONEY and not sees_money
            line = warning._tell(hidden)
            if line not in told[warning.relationship_id.id]:
                told[warning.relationship_id.id].append(line)
        return told

    def _to_reading(self):
        return Reading(self.value, self.date_since or None, self.evidence or None)

    def _tell(self, hidden):
        if hidden:
            text = self.rule_id._get_shared_name()
            return {"text": text, "since": False, "severe": False, "warning": None}
        return {
            "text": self.text,
            "since": self.date_since,
            "severe": self.state == "severe",
            "warning": self,
        }

    # What a person decides

    @api.model
    def _decide(self, relationships):
        """A person has decided about these clients: what stands is no reason again as it is."""
        for company, clients in relationships.grouped("company_id").items():
            today = get_today(company)
            rules = self.env["client.health.warning.rule"]._get_rules()
            changed = [
                (key, life.decide(one))
                for key, lives in self._get_lives(clients, today).items()
                for one in lives
                if one.end is None
            ]
            # sudo: written by no user; the caller checked that this one may decide
            self.sudo()._write_lives(clients, changed, rules)
