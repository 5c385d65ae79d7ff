from datetime import timedelta

from markupsafe import Markup

from odoo import api, models

from ...const import ACTIVITY_HEALTH, ACTIVITY_OVERRIDE, ACTIVITY_PULSE
from ...engine import stage_rules
from ...engine.clock import get_today
from ...engine.health import scoring, snapshot_queue, stage_proposals
from ...engine.health.snapshots import unpack
from ...engine.health.warnings import gone
from ...engine.health.warnings.life import Life
from ...engine.reading import Reading
from ...tools import format_day
from .client_health_warning_rule import RED

# So many causes stand in a reason; the rest are in the note.
MOST_REASONS = 2
HELD_OPEN = (stage_rules.REBOOT, stage_rules.OFFBOARD)
# So many days before they end.
PULSE_DAYS = 3
OVERRIDE_DAYS = 7


class ClientHealthProposal(models.AbstractModel):
    """What a night means for the stages: proposed or automatic moves, by warnings.

    The rules are in ``engine/health/stage_proposals.py``; here is what they read and what follows
    from them. A company chooses whether clients move by themselves or wait for a user.
    """

    _name = "client.health.proposal"
    _description = "Proposed Stage Move"

    @api.model
    def _follow_night(self, company, relationships, today):
        """Move clients, or propose it; returns {relationship id: Proposal}."""
        if not relationships:
            return {}
        self.env.flush_all()
        # by the score that everybody reads: what is proposed must not tell more of money
        measures = self.env["client.health.measure"]._get_measures()
        limits = stage_proposals.Limits(company.client_health_healthy, company.client_health_risk)
        nights = self._get_nights(relationships, today, scoring.Scorer(measures), limits)
        measures = scoring.Scorer(scoring.share_measures(measures))
        self._follow_red(relationships, today, nights, measures, limits)
        cases, proposed = self._get_cases(relationships, today, nights)
        proposals = {
            key: proposal
            for key, case in cases.items()
            if (proposal := stage_proposals.get_proposal(case, measures, limits))
        }
        self._withdraw(relationships, cases, proposed, proposals)
        moves = company.client_health_move == "move"
        for proposal in set(proposals.values()):
            ids = [key for key, value in proposals.items() if value == proposal]
            # whoever is gone, a person says good-bye
            act = self._move if moves and proposal.phase != stage_rules.ENDED else self._suggest
            act(relationships.browse(ids), proposal, cases)
        self._alert(relationships, cases)
        return proposals

    # What the rules read

    @api.model
    def _get_nights(self, relationships, today, scorer, limits):
        """Return {relationship id: Night} of clients in the band of another stage, in one query.

        Their readings are shared ones, see ``scoring.share_readings``.
        """
        query = snapshot_queue.select_nights(relationships.ids, today)

        def share(readings):
            return scoring.share_readings(scorer, unpack(readings), (limits.healthy, limits.risk))

        return {
            key: stage_proposals.Night(
                decided or today,
                share(now),
                stage_proposals.Run(
                    start, nights, None if before is None else share(before), is_first
                )
                if nights
                else None,
            )
            for key, decided, now, is_first, start, nights, before in self.env.execute_query(query)
        }

    @api.model
    def _follow_red(self, relationships, today, nights, measures, limits):
        """Red for two nights is a warning as well, where the client itself came there.

        Its value is how far it is below the limit, so that a decided one can get worse.
        """
        Warnings = self.env["client.health.warning"]
        phases = dict(relationships.mapped(lambda rel: (rel.id, rel.phase)))
        known = {
            key
            for key, lives in Warnings._get_lives(relationships, today, {RED}).items()
            if any(one.end is None for one in lives)
        }
        found = {}
        for key, night in nights.items():
            if phases[key] != stage_rules.HEALTHY:
                continue
            low = stage_proposals.get_low(night, measures, limits, key in known)
            if low is not None:
                facts = {"nights": night.run.nights}
                found[key] = {RED: Reading(round(low, 4), night.run.start, facts)}
        Warnings._follow(relationships, today, found, {RED})
        # who needs attention is known now
        relationships.browse(found)._refresh_health(get_today(relationships[:1].company_id))

    @api.model
    def _get_cases(self, relationships, today, nights):
        """Return ({relationship id: Case}, {relationship id: phase that is proposed})."""
        lives = self.env["client.health.warning"]._get_lives(relationships, today)
        rules = self.env["client.health.warning.rule"]._get_rules()
        asking = tuple(code for code, rule in rules.items() if rule.proposes)
        left = gone.read_gone(self.env, relationships, today)
        cases, proposed = {}, {}
        query = snapshot_queue.select_held(relationships.ids, today)
        for key, phase, overridden, goal, lifted in self.env.execute_query(query):
            cases[key] = stage_proposals.Case(
                phase,
                today,
                tuple(one for one in lives.get(key, ()) if one.code not in lifted),
                asking,
                nights.get(key),
                overridden,
                key in left,
            )
            if goal:
                proposed[key] = goal
        return cases, proposed

    # What follows

    @api.model
    def _get_reason(self, proposal):
        """Return why, in words without a figure, and without which money got worse."""
        words = {
            stage_proposals.RECOVERED: self.env._("green for 14 days, without a warning"),
            stage_proposals.GONE: self.env._("no hours, invoice, order or message for 9 months"),
            **{
                code: rule._get_shared_name()
                for code, rule in self.env["client.health.warning.rule"]._get_rules().items()
            },
        }
        reasons = dict.fromkeys(words[reason] for reason in proposal.reasons)
        text = " · ".join([*reasons][:MOST_REASONS])
        return text[:1].upper() + text[1:]

    @api.model
    def _move(self, relationships, proposal, cases):
        """Move them by the same write as a person would, and log what led to it."""
        stage = self.env["client.relationship.stage"]._get_first_stage(proposal.phase)
        relationships.write({"stage_id": stage.id, "stage_reason": self._get_reason(proposal)})
        self._log_why(relationships, cases)

    @api.model
    def _suggest(self, relationships, proposal, cases):
        """Leave the decision to a person; a proposal that stands is not made again."""
        stage = self.env["client.relationship.stage"]._get_first_stage(proposal.phase)
        new = relationships.filtered(lambda rel: rel.health_proposed_stage_id != stage)
        relationships.write(
            {
                "health_proposed_stage_id": stage.id,
                "health_proposal_reason": self._get_reason(proposal),
            }
        )
        # the worst first, and not all of them on one day
        new = new.sorted("health_attention", reverse=True)
        users = new._get_responsible()
        new._schedule_activities(
            users,
            ACTIVITY_HEALTH,
            dates=new._spread_days(users),
            get_summary=lambda clients: clients.env._(
                "Move to %s?", stage.with_env(clients.env).name
            ),
        )
        self._log_why(new, cases)

    @api.model
    def _withdraw(self, relationships, cases, proposed, proposals):
        """Take back proposals whose cause is gone, and say so; those that moved are done."""
        done, gone_ids = [], []
        for key, goal in proposed.items():
            case = cases[key]
            if goal == case.phase or case.phase in HELD_OPEN:
                done.append(key)
            elif key not in proposals and not case.overridden and self._is_over(case, goal):
                gone_ids.append(key)
        relationships.browse(done)._clear_proposal()
        over = relationships.browse(gone_ids)
        over._message_log_batch(
            {
                rel.id: self.env._(
                    "No longer proposed: %(stage)s. What led to it is gone: %(reason)s",
                    stage=rel.health_proposed_stage_id.name,
                    reason=rel.health_proposal_reason or "",
                )
                for rel in over
            }
        )
        over._clear_proposal()

    @api.model
    def _is_over(self, case, goal):
        """Return whether the cause is gone: for At risk, each warning; no window moves it away."""
        if goal == stage_rules.AT_RISK:
            return not stage_proposals.get_standing(case)
        if goal == stage_rules.HEALTHY:
            return bool(stage_proposals.get_standing(case)) or case.night is None
        return not case.is_gone

    @api.model
    def _alert(self, relationships, cases):
        """Have clients looked at that a person takes care of already, once per new warning."""
        new = relationships.browse(
            key
            for key, case in cases.items()
            if case.phase in (stage_rules.AT_RISK, *HELD_OPEN)
            and any(one.is_standing and one.counts == case.today for one in case.lives)
        )
        new = new.filtered(lambda rel: not rel.health_proposed_stage_id)
        new._schedule_activities(
            new._get_responsible(),
            ACTIVITY_HEALTH,
            once=True,
            get_summary=lambda clients: clients.env._("A new warning"),
        )
        self._log_why(new, cases)

    @api.model
    def _log_why(self, relationships, cases):
        """Note in the chatter which warnings stand, since when; money only by its name."""
        rules = self.env["client.health.warning.rule"]._get_rules()
        bodies = {}
        for key in relationships.ids:
            lives = [life for life in cases[key].lives if life.is_standing and life.code in rules]
            lives.sort(key=lambda life: rules[life.code].sequence)
            if lives:
                lines = dict.fromkeys(self._get_line(life, rules[life.code]) for life in lives)
                bodies[key] = Markup("<ul>{}</ul>").format(
                    Markup().join(Markup("<li>{}</li>").format(line) for line in lines)
                )
        relationships.browse(bodies)._message_log_batch(bodies)

    @api.model
    def _get_line(self, life: Life, rule):
        if rule.dimension == scoring.MONEY:
            return rule._get_shared_name()  # everybody reads the notes
        return self.env._(
            "%(warning)s (since %(date)s)",
            warning=rule._get_text(life.value, life.detail),
            date=format_day(self.env, life.since),
        )


class ClientHealthReminder(models.AbstractModel):
    """Reminds users of a pulse or an override that is about to end, once, by an activity."""

    _name = "client.health.reminder"
    _description = "Health Reminder"

    @api.model
    def _remind(self, relationships, today):
        pulses = self._get_expiring("client.pulse", relationships, today, PULSE_DAYS)
        clients = pulses.relationship_id._get_responsible()
        self._schedule(ACTIVITY_PULSE, {pulse: clients[pulse.relationship_id] for pulse in pulses})
        overrides = self._get_expiring(
            "client.health.override", relationships, today, OVERRIDE_DAYS
        ).filtered(lambda override: not override.date_ended)
        self._schedule(ACTIVITY_OVERRIDE, overrides._get_responsible())

    @api.model
    def _get_expiring(self, model, relationships, today, days):
        """Return the latest record per client, of those that end within ``days`` from today."""
        soon = today + timedelta(days=days)
        # most end much later: of these, nothing else is read
        ending = self.env[model].search_fetch(
            [
                ("relationship_id", "in", relationships.ids),
                ("date_end", ">=", today),
            ],
            ["relationship_id", "date_end"],
        )
        latest = [records[:1] for records in ending.grouped("relationship_id").values()]
        return ending.browse().union(*latest).filtered(lambda record: record.date_end <= soon)

    @api.model
    def _schedule(self, type_xmlid, users):
        """Give each user one activity per client, due when the judgement ends; {record: user}."""
        by_day = {}
        for record, user in users.items():
            by_day.setdefault(record.date_end, {})[record.relationship_id] = user
        for date_end, by_client in by_day.items():
            relationships = self.env["client.relationship"].union(*by_client)
            relationships._schedule_activities(
                by_client, type_xmlid, once=True, date_deadline=date_end
            )
