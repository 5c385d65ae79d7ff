from markupsafe import Markup

from odoo import api, models

from ...const import ACTIVITY_HEALTH
from ...engine.health import scoring, snapshot_queue, stage_proposals
from ...engine.health.snapshots import unpack

MONEY = frozenset(("money",))


class ClientHealthProposal(models.AbstractModel):
    """What a night means for the stages: proposed or automatic moves, alerts of a sharp drop.

    The rules are in ``engine/health/stage_proposals.py``; here is what they read and what follows
    from them. A company chooses whether clients move by themselves or wait for a user.
    """

    _name = "client.health.proposal"
    _description = "Proposed Stage Move"

    @api.model
    def _follow_night(self, company, relationships, today):
        """Move clients, or propose it; returns {relationship id: Proposal}."""
        cases = self._get_cases(relationships, today)
        measures = scoring.Scorer(self.env["client.health.measure"]._get_measures())
        limits = stage_proposals.Limits(company.client_health_healthy, company.client_health_risk)
        proposals = {
            relationship_id: proposal
            for relationship_id, case in cases.items()
            if (proposal := stage_proposals.get_proposal(case, measures, limits))
        }
        self._withdraw(relationships, cases)
        act = self._move if company.client_health_move == "move" else self._suggest
        for proposal in set(proposals.values()):
            ids = [key for key, value in proposals.items() if value == proposal]
            act(relationships.browse(ids), proposal)
        self._alert(relationships, cases, measures)
        return proposals

    @api.model
    def _get_cases(self, relationships, today):
        """Return {relationship id: Case} of the clients that may have to move, in one query."""
        if not relationships:
            return {}
        self.env.flush_all()
        query = snapshot_queue.select_nights(relationships.ids, today)
        return {
            row[0]: self._prepare_case(today, *row[1:]) for row in self.env.execute_query(query)
        }

    @api.model
    def _prepare_case(
        self, today, phase, decided, flags, now, overridden, is_first, start, nights,
        before, week, seen,
    ):  # fmt: skip
        return stage_proposals.Case(
            phase=phase,
            today=today,
            decided=decided or today,
            now=unpack(now),
            run=stage_proposals.Run(
                start, nights, None if before is None else unpack(before), is_first
            )
            if nights
            else None,
            week=None if week is None else unpack(week),
            flags=frozenset(flags or ()),
            seen=frozenset(seen or ()),
            overridden=bool(overridden),
        )

    @api.model
    def _get_reason(self, proposal):
        """Return why, in words without a figure of money."""
        words = {
            stage_proposals.FLAG_ISSUE: self.env._("a severe issue is open"),
            stage_proposals.FLAG_MONEY: self.env._("money: three bad months in a row"),
            stage_proposals.DROP: self.env._("health fell by 15 points or more within 7 days"),
            stage_proposals.LOW: self.env._("health was low on two nights in a row"),
            stage_proposals.RECOVERED: self.env._("health has been good for 14 days"),
        }
        text = ", ".join(words[reason] for reason in proposal.reasons)
        return text[:1].upper() + text[1:]

    @api.model
    def _move(self, relationships, proposal):
        """Move them by the same write as a person would, and log what led to it."""
        stage = self.env["client.relationship.stage"]._get_first_stage(proposal.phase)
        relationships.write({"stage_id": stage.id, "stage_reason": self._get_reason(proposal)})
        self._log_why(relationships)

    @api.model
    def _suggest(self, relationships, proposal):
        """Leave the decision to a person; a proposal that stands is not made again."""
        stage = self.env["client.relationship.stage"]._get_first_stage(proposal.phase)
        new = relationships.filtered(lambda rel: rel.health_proposed_stage_id != stage)
        new.write(
            {
                "health_proposed_stage_id": stage.id,
                "health_proposal_reason": self._get_reason(proposal),
            }
        )
        new._schedule_activities(
            new._get_responsible(),
            ACTIVITY_HEALTH,
            get_summary=lambda clients: clients.env._(
                "Move to %s?", stage.with_env(clients.env).name
            ),
        )
        self._log_why(new)

    @api.model
    def _withdraw(self, relationships, cases):
        """Take back proposals of clients that moved, or whose health no longer asks for it."""
        proposed = relationships.with_context(active_test=False).search(
            [("id", "in", relationships.ids), ("health_proposed_stage_id", "!=", False)]
        )
        proposed.filtered(
            lambda rel: (
                rel.health_proposed_stage_id.phase == rel.stage_id.phase
                or rel.stage_id.phase not in (stage_proposals.TO_HEALTHY, stage_proposals.TO_RISK)
                or rel.id not in cases
            )
        )._clear_proposal()

    @api.model
    def _alert(self, relationships, cases, measures):
        """Have clients looked at that dropped sharply and did not move by themselves, once."""
        dropped = relationships.browse(
            relationship_id
            for relationship_id, case in cases.items()
            if case.phase != stage_proposals.TO_HEALTHY
            and stage_proposals.is_drop(measures, case.week, case.now)
        )
        if not dropped:
            return
        asked = dropped.activity_search([ACTIVITY_HEALTH]).mapped("res_id")
        dropped -= dropped.browse(asked)
        dropped._schedule_activities(
            dropped._get_responsible(),
            ACTIVITY_HEALTH,
            get_summary=lambda clients: clients.env._("Health fell by 15 points within 7 days"),
        )
        self._log_why(dropped)

    @api.model
    def _log_why(self, relationships):
        """Note in the chatter what changed within a week; money only by its points."""
        if not relationships:
            return
        explanation = self.env["client.health.explanation"]
        changes = explanation._get_changes(relationships, 7, hidden=MONEY)
        bodies = {
            relationship_id: Markup("<p>{}</p><ul>{}</ul>").format(
                self.env._("Health within 7 days"),
                Markup().join(
                    Markup("<li>{}: {}</li>").format(line["text"], line["points"])
                    for line in lines[:5]
                ),
            )
            for relationship_id, lines in changes.items()
            if lines
        }
        relationships.browse(bodies)._message_log_batch(bodies)
