import { Activity } from "@mail/core/web/activity";
import { ActivityListPopoverItem } from "@mail/core/web/activity_list_popover_item";
import { patch } from "@web/core/utils/patch";

function isTalk(activity) {
    return activity.activity_category === "client_talk" && activity.state !== "done";
}

async function prepare(activity, env, onDone) {
    const action = await env.services.orm.call("mail.activity", "action_prepare_talk", [
        [activity.id],
    ]);
    await env.services.action.doAction(action, { onClose: onDone });
}

patch(Activity.prototype, {
    get isClientTalk() {
        return isTalk(this.props.activity);
    },
    async onClickPrepareTalk() {
        const thread = this.thread;
        await prepare(this.props.activity, this.env, () => this.props.onActivityChanged(thread));
    },
});

patch(ActivityListPopoverItem.prototype, {
    get isClientTalk() {
        return isTalk(this.props.activity);
    },
    async onClickPrepareTalk() {
        await prepare(this.props.activity, this.env, () => this.props.onActivityChanged?.());
    },
});
