from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models

from ...engine import reboot as engine
from ...engine.clock import get_today
from ...tools import format_day

# Longer words of a client are shortened in a sentence; the whole is where it was written down.
LONGEST = 160


class ClientRebootChecklist(models.Model):
    """The five points of a reboot, and the button that leads to each.

    They are read from the records (``engine/reboot.py``) and never ticked: live while the reboot is
    open, frozen in ``evidence`` when it ends.
    """

    _name = "client.reboot"
    _inherit = ["client.reboot"]

    goals_done = fields.Boolean(string="Goals", compute="_compute_points")
    goals_text = fields.Char(compute="_compute_points")
    future_done = fields.Boolean(string="Big Goals", compute="_compute_points")
    future_text = fields.Char(compute="_compute_points")
    bottleneck_done = fields.Boolean(string="Bottleneck", compute="_compute_points")
    bottleneck_text = fields.Char(compute="_compute_points")
    scope_done = fields.Boolean(string="Scope", compute="_compute_points")
    scope_text = fields.Char(compute="_compute_points")
    value_done = fields.Boolean(string="Value", compute="_compute_points")
    value_text = fields.Char(compute="_compute_points")
    done_count = fields.Integer(
        string="Points Done",
        compute="_compute_points",
        help="Number of the five points that are done, read from the records.",
    )
    evidence = fields.Json(
        readonly=True,
        copy=False,
        exportable=False,
        help="The five points as they stood when the reboot ended.",
        protected=True,
    )
    agreement_id = fields.Many2one(
        "client.agreement",
        string="Agreement at the End",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The agreement that was in force when the reboot ended.",
        protected=True,
    )

    # The five points

    @api.depends("state", "evidence", "relationship_id", "date_start")
    @api.depends_context("lang", "uid")
    def _compute_points(self):
        live = self.filtered(lambda reboot: not reboot.evidence)
        points = live._read_points()
        for reboot in self:
            shown = reboot.evidence or points.get(reboot._origin.id) or {}
            for point in engine.POINTS:
                done, text = shown.get(point) or (False, False)
                reboot[f"{point}_done"] = done
                reboot[f"{point}_text"] = text
            reboot.done_count = sum(done for done, _text in shown.values())

    def _read_points(self):
        """Return {id: {point: [done, sentence]}}, in a fixed number of queries per company."""
        result = {}
        tasks = self._count_unclear_tasks()
        for reboots in self._origin.grouped("company_id").values():
            for reboot_id, facts in engine.read_facts(self.env, reboots).items():
                reboot = self.browse(reboot_id)
                result[reboot_id] = reboot._judge_points(facts, tasks.get(reboot_id, 0))
        return result

    def _count_unclear_tasks(self):
        """Return {id: number of tasks that the client did not ask for, as far as we know}."""
        # sudo: how many there are, not which; the scope of a client does not depend on the user
        Task = self.env["project.task"].sudo()
        clients = self.relationship_id.partner_id
        projects = (
            self.env["project.project"]
            .sudo()
            .search([("partner_id.commercial_partner_id", "in", clients.ids)])
        )
        rows = Task._read_group(
            Task._get_request_to_clear_domain(projects),
            ["project_id.partner_id.commercial_partner_id", "project_id.company_id"],
            ["__count"],
        )
        counts = {(client.id, company.id): count for client, company, count in rows}
        return {
            reboot.id: sum(
                counts.get((reboot.partner_id.id, company_id), 0)
                for company_id in (reboot.company_id.id, False)
            )
            for reboot in self._origin
        }

    def _judge_points(self, facts, tasks):
        return {
            engine.GOALS: self._judge_goals(facts[engine.GOALS]),
            engine.FUTURE: self._judge_future(facts[engine.FUTURE]),
            engine.BOTTLENECK: self._judge_bottleneck(facts[engine.BOTTLENECK]),
            engine.SCOPE: self._judge_scope(facts[engine.SCOPE], tasks),
            engine.VALUE: self._judge_value(facts[engine.VALUE]),
        }

    def _judge_goals(self, row):
        start = format_day(self.env, self.date_start)
        if row and row["agreed"]:
            return self._judge_agreed(start, row["agreed"], row["claimed"] or [])
        if row and row["waiting"]:
            return [
                False,
                self.env._(
                    "No goal was agreed since %(start)s. Waiting for agreement: %(count)s.",
                    start=start,
                    count=row["waiting"],
                ),
            ]
        return [False, self.env._("No goal was agreed since %s.", start)]

    def _judge_agreed(self, start, agreed, claimed):
        """A goal that only our own word says is named, but doesn't do for the point."""
        if len(claimed) == len(agreed):
            return [
                False,
                self.env._(
                    "%(names)s: agreed by our own word only. Nothing of the client shows it: no "
                    "meeting and no message of the day on which it is said to have agreed.",
                    names=self._join_names(claimed),
                ),
            ]
        names = self._join_names(agreed)
        if not claimed:
            return [
                True,
                self.env._("Agreed since %(start)s: %(names)s.", start=start, names=names),
            ]
        return [
            True,
            self.env._(
                "Agreed since %(start)s: %(names)s (%(claimed)s of %(count)s by our own word "
                "only).",
                start=start,
                names=names,
                claimed=len(claimed),
                count=len(agreed),
            ),
        ]

    def _judge_future(self, row):
        if not row:
            return [False, self.env._("No big goal is recorded yet.")]
        if row["talked"]:
            return [
                True,
                self.env._(
                    "Discussed around %(day)s: %(names)s.",
                    day=format_day(self.env, row["day"]),
                    names=self._join_names(row["talked"]),
                ),
            ]
        if row["claimed"]:
            return [
                False,
                self.env._(
                    "%(names)s: recorded as discussed, but without a meeting or a message of the "
                    "client within %(days)s days of it.",
                    names=self._join_names(row["claimed"]),
                    days=engine.NEAR_DAYS,
                ),
            ]
        if row["last"]:
            day = format_day(self.env, row["last"])
            return [False, self.env._("The big goals were last discussed on %s.", day)]
        return [False, self.env._("The big goals were not discussed with the client yet.")]

    def _judge_bottleneck(self, row):
        if not row:
            return [False, self.env._("No bottleneck is recorded yet, on either side.")]
        if row["ready"]:
            lines = [
                self.env._(
                    "“%(what)s” (%(who)s, until %(until)s)",
                    what=what,
                    who=who,
                    until=format_day(self.env, until),
                )
                for what, who, until in row["ready"]
            ]
            return [True, self.env._("In the schedule: %s.", ", ".join(lines))]
        names = self._join_names(row["bottlenecks"])
        if row["loose"]:
            return [
                False,
                self.env._(
                    "%s: no hypothesis is in the schedule, with a responsible person and a date.",
                    names,
                ),
            ]
        return [False, self.env._("%s: there is no hypothesis yet on what would help.", names)]

    def _judge_scope(self, row, tasks):
        parts = []
        if row:
            parts.append(
                self.env._(
                    "%(name)s accepted by %(who)s on %(day)s.",
                    name=f"“{row['name']}”",
                    who=row["accepted_by"] or self.env._("the client"),
                    day=format_day(self.env, row["day"]),
                )
            )
        else:
            start = format_day(self.env, self.date_start)
            parts.append(self.env._("The client has accepted no agreement since %s.", start))
        if tasks:
            parts.append(
                self.env._("%s tasks are left that may be unrequested.", tasks)
                if tasks > 1
                else self.env._("1 task is left that may be unrequested.")
            )
        elif row:
            parts.append(self.env._("No unclear work is left."))
        return [bool(row and not tasks), " ".join(parts)]

    def _judge_value(self, row):
        if row:
            words = " ".join(row["words"].split())
            words = f"{words[: LONGEST - 1]}…" if len(words) > LONGEST else words
            day = format_day(self.env, row["day"])
            return [True, f"“{words}” ({row['who']}, {day})"]
        start = format_day(self.env, self.date_start)
        return [
            False,
            self.env._(
                "The client has not been asked since %s what our work is worth to it.", start
            ),
        ]

    @api.model
    def _join_names(self, names):
        """Return the names in quotes; of many, the first few."""
        shown = [f"“{name}”" for name in names[:3]]
        more = len(names) - len(shown)
        return ", ".join(shown) + (self.env._(" and %s more", more) if more else "")

    @api.model
    def _get_point_labels(self):
        return {
            engine.GOALS: self.env._("Goals agreed again"),
            engine.FUTURE: self.env._("Their next three years discussed"),
            engine.BOTTLENECK: self.env._("A bottleneck in the work schedule"),
            engine.SCOPE: self.env._("Scope confirmed by the client"),
            engine.VALUE: self.env._("Value in their own words"),
        }

    def _get_open_points(self):
        """Return the points that are not done, as [(point, label, sentence)]."""
        self.ensure_one()
        return [
            (point, label, self[f"{point}_text"])
            for point, label in self._get_point_labels().items()
            if not self[f"{point}_done"]
        ]

    def _prepare_frozen(self):
        """Return the values that keep how the five points stand now."""
        self.ensure_one()
        return {
            "evidence": {
                point: [self[f"{point}_done"], self[f"{point}_text"]] for point in engine.POINTS
            },
            "agreement_id": self.relationship_id.agreement_id.filtered(
                lambda agreement: agreement.state == "accepted"
            ).id,
        }

    # The button of each point

    def action_goals(self):
        """Agree on a goal: on one that waits for a yes, or on a new one."""
        self.ensure_one()
        relationship = self.relationship_id
        waiting = self.env["client.goal"].search(
            [
                ("relationship_id", "=", relationship.id),
                ("horizon", "=", "period"),
                ("state", "=", "draft"),
            ]
        )
        if len(waiting) == 1:
            return waiting._get_records_action()
        action = relationship.action_view_client_goals()
        if waiting or self.goals_done:
            return action
        return self._as_new(action, self.env._("What do we want to reach together?"))

    def action_future(self):
        """Discuss the big goals: name them, plan the talk about them, or record it."""
        self.ensure_one()
        return self.relationship_id.action_discuss_big_goals()

    def action_view_future(self):
        """Open the big goals: the list shows since when they were not discussed."""
        self.ensure_one()
        action = self.relationship_id.action_view_client_goals()
        context = {"default_horizon": "big", "search_default_big": 1}
        return dict(action, context={**action["context"], **context})

    def action_bottleneck(self):
        """Name a bottleneck, or put what may help into the work schedule."""
        self.ensure_one()
        bottlenecks = self.env["client.issue"].search(
            [
                ("relationship_id", "=", self.relationship_id.id),
                ("kind", "=", "bottleneck"),
                ("state", "=", "open"),
            ]
        )
        action = self.relationship_id.action_view_issues()
        action["context"] = {**action["context"], "default_kind": "bottleneck"}
        if len(bottlenecks) > 1:
            return dict(action, domain=[("id", "in", bottlenecks.ids)])
        if bottlenecks:
            return dict(action, res_id=bottlenecks.id, views=[(False, "form")], view_mode="form")
        return dict(action, views=[(False, "form")], view_mode="form")

    def action_scope(self):
        """Clear whose idea the work was; then have the scope accepted anew."""
        self.ensure_one()
        relationship = self.relationship_id
        if self._count_unclear_tasks().get(self.id):
            return relationship.action_view_unrequested()
        if relationship.agreement_next_id:
            return relationship.agreement_next_id._get_records_action()
        if relationship.agreement_state in ("accepted", "outdated") and not self.scope_done:
            return relationship.action_renew_agreement()
        return relationship.action_view_agreement()

    def action_value(self):
        """Record what our work is worth to the client, in its words."""
        self.ensure_one()
        return self.relationship_id.action_note_value()

    def action_ask_fit(self):
        """Ask the fit questions again: do the reasons still hold why we were a good match?"""
        self.ensure_one()
        return self.relationship_id.with_context(fit_reason="reboot").action_start_fit_round()

    @api.model
    def _as_new(self, action, name):
        return dict(action, name=name, views=[(False, "form")], view_mode="form", target="new")

    # Meeting about the open points

    def action_plan_meeting(self):
        """Open a meeting with the client, its agenda made of the points that are still open."""
        self.ensure_one()
        start = self._get_meeting_start()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reboot session"),
            "res_model": "calendar.event",
            "views": [(False, "form")],
            "context": {
                "default_name": self._get_meeting_name(),
                "default_client_relationship_id": self.relationship_id.id,
                "default_description": self._get_agenda(),
                "default_partner_ids": self._get_meeting_partners().ids,
                "default_user_id": self._get_responsible()[self].id,
                "default_start": fields.Datetime.to_string(start),
                "default_stop": fields.Datetime.to_string(start + timedelta(minutes=90)),
                "default_duration": 1.5,
            },
        }

    def _get_meeting_name(self):
        return self.env._(
            "%(company)s and %(client)s: a fresh start",
            company=self.company_id.name,
            client=self.partner_id.display_name,
        )

    def _get_meeting_partners(self):
        """Return the salesperson and the client's people: its contacts, or the client itself."""
        contacts = self.partner_id.child_ids.filtered(
            lambda partner: partner.type == "contact" and not partner.is_company
        )
        return self.user_id.partner_id | (contacts or self.partner_id)

    def _get_meeting_start(self):
        """Return ten o'clock of the working day after next week's same day, in UTC."""
        calendar = self.company_id.resource_calendar_id
        day = get_today(self.company_id) + timedelta(days=5)
        planned = calendar and calendar.plan_days(
            1, datetime.combine(day, time.min), compute_leaves=True
        )
        day = planned.date() if planned else day
        timezone = pytz.timezone(self.env.user.tz or calendar.tz or "UTC")
        local = timezone.localize(datetime.combine(day, time(10)))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_agenda(self):
        """Return the agenda, as HTML: the invitation carries it, so it is written for the client.

        Nothing of the reasons, the issues or the state of the reboot is in it.
        """
        questions = self._get_agenda_questions()
        open_points = [point for point, _label, _text in self._get_open_points()]
        lines = [questions[point] for point in open_points or engine.POINTS]
        return Markup("<p>%s</p><ol>%s</ol>") % (
            self.env._("We would like to review our work together:"),
            Markup("").join(Markup("<li>%s</li>") % line for line in lines),
        )

    @api.model
    def _get_agenda_questions(self):
        return {
            engine.GOALS: self.env._(
                "What do you expect from our work, and what do we want to reach together next?"
            ),
            engine.FUTURE: self.env._("Where do you want to be in three years?"),
            engine.BOTTLENECK: self.env._(
                "What holds us up, on your side or ours, and which solution is tried by when?"
            ),
            engine.SCOPE: self.env._(
                "Is our work what you asked for? What is in scope, and what is not?"
            ),
            engine.VALUE: self.env._("What is our work worth to you, in your own words?"),
        }
