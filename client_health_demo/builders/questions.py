"""The questions to contacts how our work is going, their answers, and their silence."""

from datetime import timedelta

from .past import set_columns, set_created

# As long as the company waits for an answer
WAIT = 14


def build_questions(scene):
    """What asking and answering by the link would have left; no mail goes out."""
    for client, asked in scene.each("asked"):
        sent = scene.moment(asked.days)
        question = scene.env["client.feedback.request"].create(
            {
                "relationship_id": scene.relationships[client.key].id,
                "contact_id": scene.contact(client.key, asked.who).id,
                "user_id": scene.user(client.owner).id,
                "scale": "numbers",
                "sent_date": sent,
            }
        )
        set_created(question, sent)
        if asked.grade is not None:
            _build_answer(scene, question, asked)
        elif asked.days > WAIT:
            question._close_as_silent()


def _build_answer(scene, question, asked):
    question._answer(asked.grade, asked.comment, asked.better)
    moment = max(scene.moment(asked.answered), question.sent_date + timedelta(minutes=9))
    set_columns(question, {"answered_date": [moment]})
    line = question.feedback_id
    set_created(line, moment, date=moment)
    if asked.reply:
        answered = max(scene.moment(asked.replied), moment + timedelta(minutes=50))
        line._set_resolved(asked.reply, answered, question.user_id)
