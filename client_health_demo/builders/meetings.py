"""Meetings, held and planned."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import when
from .past import set_created


def build_meetings(scene):
    rows = [(client, meeting) for client in scene.stories for meeting in client.meetings]
    events = scene.env["calendar.event"].create(
        [_prepare_event(scene, client, meeting) for client, meeting in rows]
    )
    # Invitations go out two weeks before.
    invited = [
        min(event.start - timedelta(days=14), scene.now - timedelta(days=1)) for event in events
    ]
    set_created(events, invited)
    scene.env["calendar.attendee"].search([("event_id", "in", events.ids)]).state = "accepted"
    scene.meetings = [(*row, event) for row, event in zip(rows, events, strict=True)]


def build_outcomes(scene):
    """Say whose meetings they were; what came out of them is known, but for the latest."""
    for client, meeting, event in scene.meetings:
        event.client_relationship_id = scene.relationships.get(client.key)
        if event.client_relationship_id and meeting.days > 0 and not meeting.unrecorded:
            event.client_recorded_on = event.stop


def _prepare_event(scene, client, meeting):
    start = datetime.combine(when.workday_ago(scene.today, meeting.days), time(meeting.hour))
    users = [scene.user(login) for login in meeting.us]
    partners = [user.partner_id for user in users]
    partners += [scene.contact(client.key, number) for number in meeting.them]
    return {
        "name": meeting.title,
        "start": start,
        "stop": start + timedelta(hours=meeting.hours),
        "user_id": users[0].id,
        "partner_ids": [Command.set([partner.id for partner in partners])],
        "location": meeting.place or False,
    }
