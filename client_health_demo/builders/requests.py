"""Who asked for the work: most of it the clients, some of it nobody."""

from . import when

# Work of which nobody has said yet who asked for it.
UNCLEAR = {
    "Corrections free of charge",
    "Repairs of the stock import",
    "Guest stories with photos",
    "Notices about storms",
    "Audio books",
    "Newsletter and season pages, winter",
}
OUR_IDEA = "(our idea)"
# Asked about afterwards, and confirmed: days ago.
CLEARED = {"Changes after approval": 200, "Export of all files": 34}


def build_requests(scene):
    tasks = scene.env["project.task"].union(*scene.tasks.values())
    ideas = tasks.filtered(lambda task: OUR_IDEA in task.name)
    ideas.requested_by = "us"
    asked = (tasks - ideas).filtered(lambda task: task.name not in UNCLEAR)
    for client in scene.stories:
        mine = asked & tasks.filtered(
            lambda task, client=client: task.project_id.partner_id == scene.client(client.key)
        )
        mine.write(
            {"requested_by": "client", "requested_by_partner_id": scene.contact(client.key, 1).id}
        )
    for name, days in CLEARED.items():
        cleared = tasks.filtered(lambda task, name=name: task.name == name)
        cleared.requested_date = when.workday_ago(scene.today, days)
    if ideas:
        # Leo wants to know; the owner finds it among her activities.
        ideas.filtered("request_to_clear").with_user(scene.user("leo")).sudo().action_ask_request()
