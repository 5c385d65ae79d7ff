import { Activity } from "@mail/core/web/activity";
import { ActivityListPopoverItem } from "@mail/core/web/activity_list_popover_item";
import { patch } from "@web/core/utils/patch";

/** Whether Client Health knows where one does what the activity asks for. */
function isStep(activity) {
    return activity.activity_category === "client_step" && activity.state !== "done";
}

async function open(activity, env, onDone) {
    const action = await env.services.orm.call("mail.activity", "action_client_step", [
        [activity.id],
    ]);
    await env.services.action.doAction(action, { onClose: onDone });
}

patch(Activity.prototype, {
    get isClientStep() {
        return isStep(this.props.activity);
    },
    async onClickClientStep() {
        const thread = this.thread;
        await open(this.props.activity, this.env, () => this.props.onActivityChanged(thread));
    },
});

patch(ActivityListPopoverItem.prototype, {
    get isClientStep() {
        return isStep(this.props.activity);
    },
    async onClickClientStep() {
        await open(this.props.activity, this.env, () => this.props.onActivityChanged?.());
    },
});
