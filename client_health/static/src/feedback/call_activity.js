import { Activity } from "@mail/core/web/activity";
import { patch } from "@web/core/utils/patch";

/** "Not reached" beside "Mark Done" of a call: it stays open, and is no contact. */
patch(Activity.prototype, {
    get isClientCall() {
        return this.props.activity.activity_category === "phonecall";
    },
    async onClickNotReached() {
        const thread = this.thread;
        await this.env.services.orm.call("mail.activity", "action_client_not_reached", [
            [this.props.activity.id],
        ]);
        this.props.onActivityChanged(thread);
    },
});
