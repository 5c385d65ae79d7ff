import { Component, onWillStart, reactive, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

const ACTION = "client_health.client_waiting_open_action";
// The number is counted live, from all messages: a page that stays open asks again this seldom.
const FRESH = 60 * 1000;

/**
 * How many discussions wait with the user's own clients: counted once per page load, when the user
 * said that one needs no answer, and when a screen is opened later on.
 */
registry.category("services").add("client_health.waiting", {
    dependencies: ["bus_service", "orm"],
    start(env, { bus_service, orm }) {
        const state = reactive({ count: 0 });
        let counted = Date.now();
        const count = async () => {
            counted = Date.now();
            state.count = await orm.silent.call("client.waiting", "get_count", []);
        };
        user.hasGroup("client_health.group_client_user").then((isUser) => {
            if (!isUser) {
                return;
            }
            count();
            bus_service.subscribe("client_health.waiting", count);
            env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", () => {
                if (Date.now() - counted > FRESH) {
                    count();
                }
            });
        });
        return state;
    },
});

/** The counter in the top bar: there while a client of the user waits. */
export class WaitingMenu extends Component {
    static props = [];
    static template = "client_health.WaitingMenu";

    setup() {
        this.action = useService("action");
        this.waiting = useState(useService("client_health.waiting"));
    }

    get title() {
        return _t("Discussions of your clients that wait for an answer: %s", this.waiting.count);
    }

    open() {
        this.action.doAction(ACTION, {
            additionalContext: { search_default_my: 1 },
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("client_health.WaitingMenu", { Component: WaitingMenu }, { sequence: 22 });

/** "7 clients wait · oldest 3 h" on top of the board, of all clients that the user may read. */
export class WaitingLine extends Component {
    static props = [];
    static template = "client_health.WaitingLine";

    setup() {
        this.action = useService("action");
        const orm = useService("orm");
        this.summary = useState({ clients: 0, hours: false });
        // not awaited: the board is there before the number is
        onWillStart(() => {
            orm.silent
                .call("client.waiting", "get_summary", [])
                .then((found) => Object.assign(this.summary, found));
        });
    }

    get clients() {
        const { clients } = this.summary;
        return clients === 1
            ? _t("Messages of 1 client wait")
            : _t("Messages of %s clients wait", clients);
    }

    get oldest() {
        const { hours } = this.summary;
        if (hours === false) {
            return "";
        }
        return hours < 1 ? _t("oldest under 1 h") : _t("oldest %s h", Math.floor(hours));
    }

    open() {
        this.action.doAction(ACTION);
    }
}
