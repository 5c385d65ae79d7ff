import { Activity } from "@mail/core/web/activity";
import { ActivityListPopoverItem } from "@mail/core/web/activity_list_popover_item";
import { patch } from "@web/core/utils/patch";

/** Whether a colleague asked the current user about a client and still waits. */
function isOwnQuestion(activity, env) {
    const self = env.services["mail.store"].self;
    return (
        activity.activity_category === "client_opinion" &&
        activity.state !== "done" &&
        activity.user_id?.partner_id?.eq(self)
    );
}

async function answer(activity, env, onDone) {
    const action = await env.services.orm.call("mail.activity", "action_answer_opinion", [
        [activity.id],
    ]);
    await env.services.action.doAction(action, { onClose: onDone });
}

patch(Activity.prototype, {
    get isOwnClientQuestion() {
        return isOwnQuestion(this.props.activity, this.env);
    },
    async onClickAnswerOpinion() {
        const thread = this.thread;
        await answer(this.props.activity, this.env, () => this.props.onActivityChanged(thread));
    },
});

patch(ActivityListPopoverItem.prototype, {
    get isOwnClientQuestion() {
        return isOwnQuestion(this.props.activity, this.env);
    },
    async onClickAnswerOpinion() {
        await answer(this.props.activity, this.env, () => this.props.onActivityChanged?.());
    },
});
