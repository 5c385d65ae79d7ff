from datetime import datetime, time, timedelta

from ...engine.clock import get_day
from .common_signal_cases import SignalCases, set_created
from .common_signal_figure import Case, above

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def first_of(day, months):
    """Return the first day of the month that many months before."""
    index = day.year * 12 + day.month - 1 - months
    return day.replace(year=index // 12, month=index % 12 + 1, day=1)


class SignalTimes(SignalCases):
    """Every way in which a signal changes at a moment, or with a day.

    A day of ``DAYS`` is the first of a month.
    """

    # at a moment: naive, in UTC, as in the database

    def _they_answer(self, relationship, moment):
        task = self._start_task(relationship)
        self._write(relationship, moment - 10 * DAY, task)
        self._hear(relationship, moment, task)

    def _they_ask(self, relationship, moment):
        self._hear(relationship, moment)

    def _we_answer(self, relationship, moment):
        task = self._start_task(relationship)
        self._hear(relationship, moment - 14 * DAY, task)
        self._write(relationship, moment, task)

    def _we_answer_a_third_time(self, relationship, moment):
        for days in (20, 10, 0):
            task = self._start_task(relationship)
            self._hear(relationship, moment - days * DAY - SECOND, task)
            self._write(relationship, moment - days * DAY, task)

    def _they_begin_after_two_meetings(self, relationship, moment):
        self._meet(relationship, moment - 20 * DAY)
        self._meet(relationship, moment - 10 * DAY)
        self._hear(relationship, moment)

    def _third_update_is_sent(self, relationship, moment):
        for days in (14, 7, 0):
            sent = moment - days * DAY
            self._promise(relationship, sent.date(), sent)

    def _praise(self, relationship, moment):
        self._log("praise", moment, relationship, rating="4")

    def _confirm_value(self, relationship, moment):
        contact = self.env["res.partner"].create(
            {"name": "Val", "parent_id": relationship.partner_id.id, "email": "val@val.example"}
        )
        value = self.env["client.value"]._record(
            relationship,
            contact,
            "link",
            words="Worth it",
            date=get_day(relationship.company_id, moment),
        )
        return set_created(value, moment)

    def _praise_is_written_down(self, relationship, moment):
        set_created(self._log("praise", moment - 5 * DAY, relationship, rating="4"), moment)

    def _complain(self, relationship, moment):
        self._log("complaint", moment, relationship)

    def _complaint_is_resolved(self, relationship, moment):
        complaint = self._log("complaint", moment - 20 * DAY, relationship)
        # sudo: evidence, which only the methods of the feedback write
        complaint.sudo().write({"resolved_date": moment, "answered_date": moment})

    def _issue_is_closed(self, relationship, moment):
        self._note_issue(relationship, (moment - 20 * DAY).date(), closed=moment)

    def _answer_a_question(self, relationship, moment):
        self._question(relationship, moment - 5 * DAY, answered=moment)

    def _wait_in_vain(self, relationship, moment):
        self._question(relationship, moment - 14 * DAY)

    def _press(self, relationship, moment):
        self._log("price_pressure", moment, relationship)

    def _discount_is_entered(self, relationship, moment):
        day = (moment - 5 * DAY).date()
        self._invoice(relationship, day, created=moment, discount=10)

    def _accept(self, relationship, moment):
        self._agree(relationship, moment)

    def _agreement_is_replaced(self, relationship, moment):
        self._agree(relationship, moment - 50 * DAY, state="replaced", replaced_on=moment)

    def _hours_are_entered(self, relationship, moment):
        self._work(relationship, (moment - 5 * DAY).date(), created=moment)

    def _agreed_hours_are_entered(self, relationship, moment):
        self._book(relationship, first_of(moment, 2).date(), hours=30)
        self._agree(relationship, moment - 300 * DAY, created=moment, hours_month=10)

    def _invoice_is_entered(self, relationship, moment):
        self._owe(relationship, (moment - 30 * DAY).date(), created=moment)

    def _goal_is_entered(self, relationship, moment):
        self._aim(relationship, (moment - 30 * DAY).date(), created=moment)

    def _milestone_is_entered(self, relationship, moment):
        day = (moment - 30 * DAY).date()
        self._set_milestone(relationship, day, reached=day, created=moment)

    def _task_is_due(self, relationship, moment):
        self._start_task(relationship, date_deadline=moment, allocated_hours=16)

    def _task_is_closed(self, relationship, moment):
        task = self._start_task(
            relationship, date_deadline=moment - 20 * DAY, state="1_done", allocated_hours=16
        )
        task.date_last_stage_update = moment

    def _task_is_entered(self, relationship, moment):
        late = {"date_deadline": moment - 20 * DAY, "allocated_hours": 16}
        set_created(self._start_task(relationship, **late), moment)

    def _pulse_is_entered(self, relationship, moment):
        self._judge(relationship, (moment - 5 * DAY).date(), created=moment)

    def _colleague_speaks(self, relationship, moment):
        self._log("team", moment, relationship, rating="4", user_id=self.owner.id)

    def _colleague_speaks_in_writing(self, relationship, moment):
        said = self._log("team", moment - 5 * DAY, relationship, rating="4", user_id=self.owner.id)
        set_created(said, moment)

    def _conversation_is_planned(self, relationship, moment):
        self._plan_conversation(relationship, (moment - 30 * DAY).date(), created=moment)

    def _conversation_is_held(self, relationship, moment):
        activity = self._plan_conversation(relationship, (moment - 5 * DAY).date())
        activity._action_done()
        self._set(activity, date_done=moment.date(), write_date=moment)

    def _duty_is_done(self, relationship, moment):
        self._owe_one(relationship, (moment - 20 * DAY).date())
        duty = self._owe_one(relationship, (moment + 5 * DAY).date())
        # sudo: evidence, which only the portal and the methods of the duty write
        duty.sudo().write({"state": "done", "done_date": moment})

    def _duty_is_dropped(self, relationship, moment):
        for _number in range(2):
            duty = self._owe_one(relationship, (moment - 20 * DAY).date())
        # sudo: protected, which only the methods of the duty write
        duty.sudo().write({"state": "dropped", "dropped_date": moment})

    MOMENTS = {
        "client_input": (
            Case(_duty_is_done, None, 50),
            Case(_duty_is_dropped, 0, None, dated=False),
        ),
        "contact_gap": (
            Case(_they_answer, None, 0, 1 / 31),
            Case(SignalCases._meet, None, 0, 1 / 31),
            Case(SignalCases._call, None, 0, 1 / 31),
        ),
        "unanswered_hours": (
            Case(_they_ask, None, above(-1)),
            Case(_we_answer, above(60), 0, dated=False),
        ),
        "reply_hours": (Case(_we_answer_a_third_time, None, 0),),
        "initiative": (Case(_they_begin_after_two_meetings, None, 66.67),),
        "promises_kept": (Case(_third_update_is_sent, None, 100, dated=False),),
        "contact_breadth": (Case(_they_begin_after_two_meetings, None, 1),),
        "feedback_rating": (
            Case(_praise, None, 4),
            Case(_praise_is_written_down, None, 4, dated=False),
        ),
        "open_complaints": (
            Case(_complain, None, 1),
            Case(_complaint_is_resolved, 1, 0, dated=False),
            Case(_issue_is_closed, 1, 0, dated=False),
        ),
        "voice_silence": (Case(_praise, None, 0, 1),),
        "feedback_response": (
            Case(_answer_a_question, None, 100),
            Case(_wait_in_vain, None, 0),
        ),
        "agreement_current": (
            Case(_accept, None, 0),
            Case(_agreement_is_replaced, 0, None, dated=False),
        ),
        "unrequested_hours": (Case(_hours_are_entered, None, 100, dated=False),),
        "price_pressure": (
            Case(_press, None, 1),
            Case(_discount_is_entered, None, 1, dated=False),
        ),
        "hours_over": (Case(_agreed_hours_are_entered, None, above(-100), dated=False),),
        "overdue_habit": (Case(_invoice_is_entered, 0, above(28), dated=False),),
        "goals_on_track": (Case(_goal_is_entered, None, 100, dated=False),),
        "milestones_on_time": (Case(_milestone_is_entered, None, 100, dated=False),),
        "overdue_work": (
            Case(_task_is_due, 0, 10, dated=False),
            Case(_task_is_closed, 10, None, dated=False),
            Case(_task_is_entered, None, 10),
        ),
        "owner_pulse": (Case(_pulse_is_entered, None, 4, dated=False),),
        "team_pulse": (
            Case(_colleague_speaks, None, 4),
            Case(_colleague_speaks_in_writing, None, 4, dated=False),
        ),
        "open_conversations": (
            Case(_conversation_is_planned, None, above(28)),
            Case(_conversation_is_held, above(2), 0),
        ),
    }

    # with a day: dates that people or Odoo wrote, without an hour

    def _promise_is_broken(self, relationship, day):
        for days in (15, 8):
            noon = datetime.combine(day - days * DAY, time(12))
            self._promise(relationship, noon.date(), noon)
        self._promise(relationship, day - DAY)

    def _value_of_the_day(self, relationship, day):
        value = self._confirm_value(relationship, datetime.combine(day - DAY, time(12)))
        value.sudo().date = day

    def _month_is_over(self, relationship, day):
        self._book(relationship, day - DAY)

    def _half_year_is_over(self, relationship, day):
        self._book(relationship, first_of(day, 7))
        self._book(relationship, day - DAY, hours=20)

    def _month_of_agreed_hours_is_over(self, relationship, day):
        self._book(relationship, day - DAY, hours=15)
        moment = datetime.combine(first_of(day, 1) - 2 * DAY, time(12))
        self._agree(relationship, moment, hours_month=10)

    def _invoice_is_due(self, relationship, day):
        self._owe(relationship, day - DAY)

    def _review_is_due(self, relationship, day):
        moment = datetime.combine(day - 50 * DAY, time(12))
        self._agree(relationship, moment, date_review=day - DAY)

    def _expectation_changes(self, relationship, day):
        moment = datetime.combine(day - 50 * DAY, time(12))
        self._agree(relationship, moment, state="outdated", outdated_on=day - DAY)

    def _proposal_lapses(self, relationship, day):
        moment = datetime.combine(day - 50 * DAY, time(12))
        vals = {"state": "proposed", "accepted_on": False, "proposal_end": day - DAY}
        self._agree(relationship, moment, **vals)

    def _hours_of_the_day(self, relationship, day):
        self._work(relationship, day)

    def _discount_of_the_day(self, relationship, day):
        self._invoice(relationship, day, discount=10)

    def _goal_of_the_day(self, relationship, day):
        self._aim(relationship, day)

    def _goal_is_closed(self, relationship, day):
        goal = self._aim(relationship, day - 30 * DAY, actual=1)
        goal.state = "reached"
        # sudo: evidence, which only the methods of the goal write
        goal.sudo().date_closed = day

    def _goal_is_over(self, relationship, day):
        self._aim(relationship, day - 30 * DAY, date_end=day - DAY, actual=99)

    def _milestone_is_reached(self, relationship, day):
        self._set_milestone(relationship, day + 5 * DAY, reached=day)

    def _milestone_is_missed(self, relationship, day):
        self._set_milestone(relationship, day - DAY)

    def _pulse_of_the_day(self, relationship, day):
        self._judge(relationship, day)

    def _pulse_goes_stale(self, relationship, day):
        pulse = self._judge(relationship, day - 40 * DAY)
        pulse.date_end = day - DAY

    def _conversation_is_due(self, relationship, day):
        self._plan_conversation(relationship, day - DAY)

    def _conversation_was_held(self, relationship, day):
        activity = self._plan_conversation(relationship, day - 5 * DAY)
        activity._action_done()
        activity.date_done = day

    def _issue_is_a_year_old(self, relationship, day):
        old = day - 365 * DAY
        self._note_issue(relationship, old, closed=datetime.combine(old, time(12)))

    def _duties_are_due(self, relationship, day):
        self._owe_one(relationship, day - DAY)
        self._owe_one(relationship, day - DAY)

    DAYS = {
        "promises_kept": (Case(_promise_is_broken, None, 66.67, dated=False),),
        "value_age": (Case(_value_of_the_day, None, 0, 1),),
        "client_input": (Case(_duties_are_due, None, 0, dated=False),),
        "margin_rate": (Case(_month_is_over, None, 60),),
        "rate_trend": (Case(_half_year_is_over, None, -50, dated=False),),
        "hours_over": (Case(_month_of_agreed_hours_is_over, None, 50, dated=False),),
        "overdue_habit": (Case(_invoice_is_due, 0, 1, 1, dated=False),),
        "agreement_current": (
            Case(_review_is_due, 0, 1, 1, dated=False),
            Case(_expectation_changes, 0, 1, 1, dated=False),
            Case(_proposal_lapses, None, 1, 1, dated=False),
        ),
        "unrequested_hours": (Case(_hours_of_the_day, None, 100),),
        "price_pressure": (Case(_discount_of_the_day, None, 1),),
        "goals_on_track": (
            Case(_goal_of_the_day, None, 100),
            Case(_goal_is_closed, above(-1), 100),
            Case(_goal_is_over, 100, 0, dated=False),
        ),
        "milestones_on_time": (
            Case(_milestone_is_reached, None, 100),
            Case(_milestone_is_missed, None, 0, dated=False),
        ),
        "owner_pulse": (
            Case(_pulse_of_the_day, None, 4),
            Case(_pulse_goes_stale, 4, None, dated=False),
        ),
        "open_conversations": (
            Case(_conversation_is_due, None, 1, 1, dated=False),
            Case(_conversation_was_held, above(3), 0),
        ),
        "open_complaints": (Case(_issue_is_a_year_old, 0, None, dated=False),),
    }
