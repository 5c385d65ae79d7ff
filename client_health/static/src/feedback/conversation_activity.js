import { Activity } from "@mail/core/web/activity";
import { ActivityListPopoverItem } from "@mail/core/web/activity_list_popover_item";
import { patch } from "@web/core/utils/patch";

function isConversation(activity) {
    return activity.activity_category === "client_conversation" && activity.state !== "done";
}

async function prepare(activity, env, onDone) {
    const action = await env.services.orm.call("mail.activity", "action_prepare_conversation", [
        [activity.id],
    ]);
    await env.services.action.doAction(action, { onClose: onDone });
}

patch(Activity.prototype, {
    get isClientConversation() {
        return isConversation(this.props.activity);
    },
    async onClickPrepareConversation() {
        const thread = this.thread;
        await prepare(this.props.activity, this.env, () => this.props.onActivityChanged(thread));
    },
});

patch(ActivityListPopoverItem.prototype, {
    get isClientConversation() {
        return isConversation(this.props.activity);
    },
    async onClickPrepareConversation() {
        await prepare(this.props.activity, this.env, () => this.props.onActivityChanged?.());
    },
});
