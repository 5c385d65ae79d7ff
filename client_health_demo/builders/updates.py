"""Status updates: what clients were told on the promised days, and the drafts of the next ones."""

from datetime import datetime, time, timedelta

from markupsafe import Markup

from odoo.fields import Command

from odoo.addons.client_health.tools import format_day

from . import when
from .letters import set_sent, write_letter

RHYTHMS = {"weekly": 7, "fortnightly": 14, "monthly": 28, "quarterly": 91}


def build_updates(scene):
    relationships = scene.env["client.relationship"].concat(*scene.relationships.values())
    for client in scene.stories:
        contact = scene.contact(client.key, 1)
        scene.relationships[client.key].update_recipient_ids = [Command.set(contact.ids)]
    relationships._refresh_next_update()
    for client, told in scene.each("told"):
        _build_told(scene, client, told)
    relationships._refresh_next_update()
    for client in scene.stories:
        if client.update == "overdue":
            _write(scene, client, ago=1)._write_status()
        if client.update == "drafted":
            scene.relationships[client.key]._draft_status()


def _write(scene, client, ago, sentences=()):
    """Return the update of the promised day, so many of them ago; a working day."""
    day = scene.relationships[client.key].next_update_date
    day = when.workday_ago(day - timedelta(days=RHYTHMS[client.cadence] * ago), 0)
    name = f"How we are getting on, {format_day(scene.env, day)}"
    contact = scene.contact(client.key, 1)
    return write_letter(scene, client, "status", name, sentences, contact, promised_date=day)


def _build_told(scene, client, told):
    update = _write(scene, client, told.ago, ["here is how we are getting on."])
    update.body += Markup("<ul>{}</ul>").format(
        Markup("").join(Markup("<li>{}</li>").format(line) for line in told.lines)
    )
    day = update.promised_date + timedelta(days=told.late)
    sent_day = min(day, scene.today - timedelta(days=1))
    set_sent(update, scene.user(client.owner), datetime.combine(sent_day, time(15, 20)))
    update.write({"sent_day": sent_day, "sent_by_way": "mail"})
