import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useService } from "@web/core/utils/hooks";
import { HealthChart } from "./health_chart";

/** The chart as large as the screen allows; from the form, and from where the score is explained. */
export class HealthHistoryDialog extends Component {
    static template = "client_health.HealthHistoryDialog";
    static components = { Dialog, HealthChart };
    static props = { resId: Number, close: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ history: null });
        onWillStart(async () => {
            this.state.history = await this.call("get_health_history");
        });
    }

    call(method) {
        return this.orm.call("client.relationship", method, [[this.props.resId]]);
    }

    async onFigures() {
        const action = await this.call("action_view_health_history");
        this.props.close();
        this.action.doAction(action);
    }
}
