"""Status updates: what clients were told on the promised days, and the drafts of the next ones."""

from datetime import datetime, time, timedelta

from markupsafe import Markup

from odoo.fields import Command
from odoo.tools import format_date

from ..stories.update_story import DRAFTED, OVERDUE, TOLD
from . import when
from .letters import set_sent

BODY = Markup("<p>Dear {},</p><p>here is how we are getting on.</p><ul>{}</ul>")
RHYTHMS = {"weekly": 7, "fortnightly": 14, "monthly": 28, "quarterly": 91}


def build_updates(scene):
    relationships = scene.env["client.relationship"].concat(*scene.relationships.values())
    for client in scene.stories:
        contact = scene.contact(client.key, 1)
        scene.relationships[client.key].update_recipient_ids = [Command.set(contact.ids)]
    relationships._refresh_next_update()
    for client in scene.stories:
        for told in TOLD.get(client.key, ()):
            _build_told(scene, client, told)
    relationships._refresh_next_update()
    for client in scene.stories:
        if client.key in OVERDUE:
            _build_overdue(scene, client)
        if client.key in DRAFTED:
            scene.relationships[client.key]._draft_status()


def _get_promised(scene, client, ago):
    """Return the promised day, so many of them ago; a working day."""
    day = scene.relationships[client.key].next_update_date
    return when.workday_ago(day - timedelta(days=RHYTHMS[client.cadence] * ago), 0)


def _prepare(scene, client, day):
    return {
        "relationship_id": scene.relationships[client.key].id,
        "kind": "status",
        "name": f"How we are getting on, {format_date(scene.env, day)}",
        "recipient_ids": [Command.set(scene.contact(client.key, 1).ids)],
        "user_id": scene.user(client.owner).id,
        "promised_date": day,
    }


def _build_told(scene, client, told):
    day = _get_promised(scene, client, told.ago)
    owner = scene.user(client.owner)
    lines = Markup("").join(Markup("<li>{}</li>").format(line) for line in told.lines)
    name = scene.contact(client.key, 1).name
    update = scene.env["client.update"].create(
        {
            **_prepare(scene, client, day),
            "body": Markup(
                "<p>Dear {},</p><p>here is how we are getting on.</p><ul>{}</ul>"
            ).format(name, lines),
        }
    )
    sent_day = min(day + timedelta(days=told.late), scene.today - timedelta(days=1))
    set_sent(update, owner, datetime.combine(sent_day, time(15, 20)))
    update.write({"sent_day": sent_day, "sent_by_way": "mail"})


def _build_overdue(scene, client):
    draft = scene.env["client.update"].create(
        _prepare(scene, client, _get_promised(scene, client, 1))
    )
    draft._write_status()
