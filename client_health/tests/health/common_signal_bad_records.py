from datetime import date

from .common_signal_figure import above
from .common_signal_mail import NINE, TODAY, SignalMail
from .common_signal_times import DAY

TOMORROW = NINE + DAY
LONG_AGO, NEVER = date(1900, 1, 1), date(9999, 12, 31)
LAST_MONTH, HALF_A_YEAR_AGO = date(2025, 4, 1), date(2024, 10, 1)
NAN, INF = float("nan"), float("inf")


class SignalTricks(SignalMail):
    """Records that are absurd, empty, of the future, or of people who left, for every signal.

    ``TRICKS``: as ``MAIL_TRICKS``.
    """

    def _pulse(self, relationship, day=None, **vals):
        return self._set(self._judge(relationship, TODAY - DAY), **{"date": day or TODAY} | vals)

    def _said(self, relationship, kind="praise", moment=NINE, **vals):
        """Feedback; ``vals`` as no form would let pass."""
        values = {"rating": "4", "user_id": self.owner.id} if kind in ("praise", "team") else {}
        return self._set(self._log(kind, NINE, relationship, **values), date=moment, **vals)

    def _promised(self, relationship, day, **vals):
        """Three weekly updates, the last one for this day; ``vals`` as no user could write."""
        updates = [self._promise(relationship, day - 7 * week * DAY) for week in range(3)]
        return [self._set(update, **vals) for update in updates if vals]

    def _agreed(self, relationship, **vals):
        return self._set(self._agree(relationship, NINE - 90 * DAY), **vals)

    def _agreed_hours(self, relationship, hours=10, worked=10, **vals):
        self._book(relationship, LAST_MONTH, hours=worked)
        return self._set(self._agree(relationship, NINE - 50 * DAY, hours_month=hours), **vals)

    def _two_halves(self, relationship, day=LAST_MONTH, before=None, **after):
        self._set(self._book(relationship, HALF_A_YEAR_AGO), **before or {})
        self._set(self._book(relationship, day), **after)

    def _milestone(self, relationship, deadline=TODAY - DAY, reached=None, **project):
        milestone = self._set_milestone(relationship, TODAY, reached=TODAY)
        self._set(milestone, deadline=deadline, reached_date=reached)
        self._set(milestone.project_id, **project)

    def _task(self, relationship, project=None, **vals):
        late = {"date_deadline": NINE - 5 * DAY, "allocated_hours": 16}
        task = self._start_task(relationship, **late)
        self._set(task, **vals)
        self._set(task.project_id, **project or {})

    def _conversation_planned(self, relationship, **vals):
        return self._set(self._plan_conversation(relationship, TODAY - 5 * DAY), **vals)

    def _correct_hours(self, relationship):
        self._work(relationship, TODAY, 20)
        self._work(relationship, TODAY, -10, requested_by="client")

    TRICKS = SignalMail.MAIL_TRICKS | {
        "margin_rate": {
            "a month to come": (lambda t, c: t._book(c, date(2025, 6, 1)), None),
            "nothing filled in": (
                lambda t, c: t._set(t._book(c, LAST_MONTH), revenue=None, labour_cost=None),
                None,
            ),
            "no number": (lambda t, c: t._set(t._book(c, LAST_MONTH), revenue=NAN), None),
            "less than nothing": (lambda t, c: t._book(c, LAST_MONTH, revenue=-1000), None),
            "a quadrillion": (lambda t, c: t._book(c, LAST_MONTH, revenue=1e15), 100),
        },
        "rate_trend": {
            "a month to come": (lambda t, c: t._two_halves(c, date(2025, 6, 1)), None),
            "nothing filled in": (lambda t, c: t._two_halves(c, hours=None), None),
            "no number": (lambda t, c: t._two_halves(c, hours=NAN), None),
            "less than nothing": (lambda t, c: t._two_halves(c, hours=-10), None),
            "no earnings before": (
                lambda t, c: t._two_halves(c, before={"revenue": 0}),
                None,
            ),
        },
        "hours_over": {
            "no number": (lambda t, c: t._agreed_hours(c, worked=NAN), None),
            "endless": (lambda t, c: t._agreed_hours(c, worked=INF), None),
            "less than nothing": (lambda t, c: t._agreed_hours(c, worked=-10), -200),
            "hardly any agreed": (lambda t, c: t._agreed_hours(c, hours=1, worked=1e6), above(9e7)),
            "archived": (lambda t, c: t._agreed_hours(c, active=False), None),
            "accepted tomorrow": (lambda t, c: t._agreed_hours(c, accepted_on=TOMORROW), None),
            "replaced before": (
                lambda t, c: t._agreed_hours(c, replaced_on=NINE - 99 * DAY),
                None,
            ),
        },
        "overdue_habit": {
            "due never": (lambda t, c: t._owe(c, NEVER, day=TODAY), 0),
            "due long ago": (lambda t, c: t._owe(c, LONG_AGO, day=TODAY), above(45000)),
            "of tomorrow": (lambda t, c: t._owe(c, TOMORROW.date()), 0),
            "a draft": (lambda t, c: t._owe(c, TODAY - 30 * DAY, post=False), 0),
            "cancelled": (
                lambda t, c: t._owe(c, TODAY - 30 * DAY, post=False).button_cancel(),
                0,
            ),
        },
        "feedback_rating": {
            "of tomorrow": (lambda t, c: t._said(c, moment=TOMORROW), None),
            "of long ago": (lambda t, c: t._said(c, moment=LONG_AGO), None),
            "without rating": (lambda t, c: t._said(c, rating=None), None),
            "a colleague's": (lambda t, c: t._said(c, "team"), None),
            "by somebody archived": (
                lambda t, c: t._said(c, contact_id=t._get_author(c, "archived").id),
                4,
            ),
        },
        "open_complaints": {
            "of tomorrow": (lambda t, c: t._said(c, "complaint", TOMORROW), None),
            "of long ago": (lambda t, c: t._said(c, "complaint", LONG_AGO), 1),
            "resolved before": (
                lambda t, c: t._said(c, "complaint", resolved_date=NINE - 9 * DAY),
                0,
            ),
            "to be resolved": (lambda t, c: t._said(c, "complaint", resolved_date=TOMORROW), 1),
            "an issue of the future": (
                lambda t, c: t._set(t._note_issue(c, TODAY), date=NEVER),
                1,
            ),
        },
        "promises_kept": {
            "of tomorrow": (lambda t, c: t._promised(c, TODAY + DAY), None),
            "of long ago": (lambda t, c: t._promised(c, LONG_AGO), None),
            "never sent": (lambda t, c: t._promised(c, TODAY - 9 * DAY), 0),
            "archived": (lambda t, c: t._promised(c, TODAY - 9 * DAY, active=False), 0),
            "sent tomorrow": (
                lambda t, c: t._promised(
                    c, TODAY - 9 * DAY, state="sent", sent_date=TOMORROW, sent_day=TODAY - 9 * DAY
                ),
                0,
            ),
            "sent, nobody knows when": (
                lambda t, c: t._promised(c, TODAY - 9 * DAY, state="sent", sent_date=None),
                0,
            ),
        },
        "voice_silence": {
            "of tomorrow": (lambda t, c: t._said(c, moment=TOMORROW), None),
            "of long ago": (lambda t, c: t._said(c, moment=LONG_AGO), above(20000)),
            "a colleague's": (lambda t, c: t._said(c, "team"), None),
            "by somebody archived": (
                lambda t, c: t._said(c, contact_id=t._get_author(c, "archived").id),
                0,
            ),
        },
        "value_age": {
            "of tomorrow": (
                lambda t, c: t._set(t._confirm_value(c, NINE), date=TODAY + DAY),
                None,
            ),
            "of long ago": (
                lambda t, c: t._set(t._confirm_value(c, NINE), date=LONG_AGO),
                above(20000),
            ),
            "a note of ours": (
                lambda t, c: t._set(t._confirm_value(c, NINE), is_own=False),
                None,
            ),
        },
        "feedback_response": {
            "of tomorrow": (lambda t, c: t._question(c, TOMORROW), None),
            "of long ago": (lambda t, c: t._question(c, NINE - 400 * DAY), None),
            "never delivered": (
                lambda t, c: t._set(t._question(c, NINE - 20 * DAY), state="undelivered"),
                None,
            ),
            "answered tomorrow": (lambda t, c: t._question(c, NINE - DAY, answered=TOMORROW), None),
            "answered before it was asked": (
                lambda t, c: t._question(c, NINE - DAY, answered=NINE - 9 * DAY),
                100,
            ),
            "asked somebody archived": (
                lambda t, c: t._set(
                    t._question(c, NINE - 20 * DAY),
                    contact_id=t._get_author(c, "archived").id,
                ),
                0,
            ),
        },
        "agreement_current": {
            "archived": (lambda t, c: t._agreed(c, active=False), None),
            "never looked at again": (lambda t, c: t._agreed(c, date_review=None), 0),
            "looked at again in 9999": (lambda t, c: t._agreed(c, date_review=NEVER), 0),
            "accepted tomorrow": (lambda t, c: t._agreed(c, accepted_on=TOMORROW), None),
            "out of date tomorrow": (
                lambda t, c: t._agreed(c, state="outdated", outdated_on=TOMORROW.date()),
                0,
            ),
            "offered without end": (
                lambda t, c: t._agreed(c, state="proposed", accepted_on=None, proposal_end=None),
                None,
            ),
            "offered, nobody knows when": (
                lambda t, c: t._agreed(
                    c,
                    state="proposed",
                    accepted_on=None,
                    proposed_on=None,
                    proposal_end=LONG_AGO,
                ),
                None,
            ),
        },
        "unrequested_hours": {
            "of tomorrow": (lambda t, c: t._work(c, TOMORROW.date()), None),
            "of long ago": (lambda t, c: t._work(c, LONG_AGO), None),
            "no number": (lambda t, c: t._set(t._work(c, TODAY), unit_amount=NAN), None),
            "endless": (lambda t, c: t._set(t._work(c, TODAY), unit_amount=INF), None),
            "less than nothing": (lambda t, c: t._work(c, TODAY, -10), None),
            "a correction": (_correct_hours, 100),
            "an archived task": (lambda t, c: t._set(t._work(c, TODAY).task_id, active=False), 100),
        },
        "price_pressure": {
            "of tomorrow": (lambda t, c: t._said(c, "price_pressure", TOMORROW), None),
            "of long ago": (lambda t, c: t._said(c, "price_pressure", LONG_AGO), None),
            "an invoice of tomorrow": (
                lambda t, c: t._invoice(c, TOMORROW.date(), discount=10),
                None,
            ),
            "a draft": (lambda t, c: t._invoice(c, TODAY, post=False, discount=10), None),
            "all of it": (lambda t, c: t._invoice(c, TODAY, discount=100), 1),
            "of nothing": (lambda t, c: t._invoice(c, TODAY, price_unit=0, discount=10), 0),
            "an extra charge": (lambda t, c: t._invoice(c, TODAY, discount=-10), 0),
        },
        "goals_on_track": {
            "agreed tomorrow": (lambda t, c: t._aim(c, TOMORROW.date()), None),
            "measured tomorrow": (
                lambda t, c: t._set(t._aim(c, TODAY), date_measured=TOMORROW.date()),
                None,
            ),
            "archived": (lambda t, c: t._set(t._aim(c, TODAY), active=False), None),
            "over before it began": (lambda t, c: t._set(t._aim(c, TODAY), date_end=LONG_AGO), 100),
            "closed tomorrow": (
                lambda t, c: t._set(t._aim(c, TODAY), state="missed", date_closed=TOMORROW.date()),
                100,
            ),
        },
        "milestones_on_time": {
            "no deadline": (lambda t, c: t._milestone(c, None), None),
            "due long ago": (lambda t, c: t._milestone(c, LONG_AGO), 0),
            "due never": (lambda t, c: t._milestone(c, NEVER), None),
            "reached tomorrow": (lambda t, c: t._milestone(c, reached=TOMORROW.date()), 0),
            "an archived project": (lambda t, c: t._milestone(c, active=False), None),
            "a template": (lambda t, c: t._milestone(c, is_template=True), None),
        },
        "overdue_work": {
            "due never": (lambda t, c: t._task(c, date_deadline=NEVER), 0),
            "due long ago": (lambda t, c: t._task(c, date_deadline=LONG_AGO), 10),
            "no deadline": (lambda t, c: t._task(c, date_deadline=None), None),
            "closed, nobody knows when": (
                lambda t, c: t._task(c, state="1_done", date_last_stage_update=None),
                None,
            ),
            "archived": (lambda t, c: t._task(c, active=False), None),
            "an archived project": (lambda t, c: t._task(c, {"active": False}), None),
            "a template": (lambda t, c: t._task(c, {"is_template": True}), None),
        },
        "owner_pulse": {
            "of tomorrow": (lambda t, c: t._pulse(c, TOMORROW.date()), None),
            "of long ago": (lambda t, c: t._pulse(c, LONG_AGO, date_end=LONG_AGO), None),
            "without end": (lambda t, c: t._pulse(c, date_end=None), None),
            "of who left": (lambda t, c: t._pulse(c, user_id=t.leaver.id), 4),
        },
        "team_pulse": {
            "of tomorrow": (lambda t, c: t._said(c, "team", TOMORROW), None),
            "of long ago": (lambda t, c: t._said(c, "team", LONG_AGO), None),
            "of nobody": (lambda t, c: t._said(c, "team", user_id=None), None),
            "without a word": (lambda t, c: t._said(c, "team", rating=None), None),
            "of who left": (lambda t, c: t._said(c, "team", user_id=t.leaver.id), 4),
        },
        "open_conversations": {
            "due never": (lambda t, c: t._conversation_planned(c, date_deadline=NEVER), None),
            "due long ago": (
                lambda t, c: t._conversation_planned(c, date_deadline=LONG_AGO),
                above(45000),
            ),
            "of a record that is gone": (
                lambda t, c: t._conversation_planned(
                    c, res_id=2**31 - 1, client_relationship_id=None
                ),
                None,
            ),
            "archived, not had": (
                lambda t, c: t._conversation_planned(c, active=False, date_done=None),
                None,
            ),
            "had tomorrow": (
                lambda t, c: t._conversation_planned(c, active=False, date_done=TOMORROW.date()),
                5,
            ),
            "of who left": (lambda t, c: t._conversation_planned(c, user_id=t.leaver.id), 5),
        },
    }
