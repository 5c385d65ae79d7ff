from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models

from ..engine import reboot as engine


class ClientRebootStepMixin(models.AbstractModel):
    """The way to each point of a reboot: one button per point, and the meeting about them."""

    _name = "client.reboot.step.mixin"
    _description = "Steps of a Reboot"

    def action_goals(self):
        """Agree on a goal: on one that waits for a yes, or on a new one."""
        self.ensure_one()
        relationship = self.relationship_id
        action = relationship.action_view_client_goals()
        waiting = [("relationship_id", "=", relationship.id), ("horizon", "=", "period")]
        if self.env["client.goal"].search_count([*waiting, ("state", "=", "draft")], limit=1):
            return action
        return self._as_new(action, self.env._("What do we want to reach together?"))

    def action_future(self):
        """Discuss the big goals: the list shows since when this was not done."""
        self.ensure_one()
        action = self.relationship_id.action_view_client_goals()
        action["context"] = {
            **action["context"],
            "default_horizon": "big",
            "search_default_big": 1,
        }
        big = self.env["client.goal"]._get_big_domain()
        if self.env["client.goal"].search_count(
            [("relationship_id", "=", self.relationship_id.id), *big], limit=1
        ):
            return action
        return self._as_new(action, self.env._("Where do they want to be in three years?"))

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
            return relationship.agreement_next_id._get_form_action()
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
                "default_description": self._get_agenda(),
                "default_partner_ids": self._get_meeting_partners().ids,
                "default_user_id": (self.user_id or self.env.user).id,
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
        """Return the owner and the people at the client: its contacts, or the client itself."""
        contacts = self.partner_id.child_ids.filtered(
            lambda partner: partner.type == "contact" and not partner.is_company
        )
        return self.user_id.partner_id | (contacts or self.partner_id)

    def _get_meeting_start(self):
        """Return ten o'clock of the working day after next week's same day, in UTC."""
        calendar = self.company_id.resource_calendar_id
        day = fields.Date.context_today(self) + timedelta(days=5)
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
