import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { HealthChart } from "./health_chart";
import { HealthHistoryDialog } from "./health_history_dialog";

/** The chart on the client's form. The form does not wait for it. */
export class HealthHistory extends Component {
    static template = "client_health.HealthHistory";
    static components = { HealthChart };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({ history: null });
        this.keepLast = new KeepLast();
        useRecordObserver((record) => {
            // another score means another line; while a form opens, it says the same several times
            const { health_coverage, health_known, health_score, health_score_shared } =
                record.data;
            const figures = [health_coverage, health_known, health_score, health_score_shared];
            const key = JSON.stringify([record.resId, ...figures]);
            if (key !== this.key) {
                this.key = key;
                this.load(record.resId);
            }
        });
    }

    async load(resId) {
        if (resId !== this.shownId) {
            // never the line of another client, not even for a moment
            this.state.history = null;
            this.shownId = resId;
        }
        if (resId) {
            const call = this.orm.call("client.relationship", "get_health_history", [[resId]]);
            this.state.history = await this.keepLast.add(call);
        }
    }

    onEnlarge() {
        this.dialog.add(HealthHistoryDialog, { resId: this.props.record.resId });
    }
}

registry.category("view_widgets").add("client_health_history", {
    component: HealthHistory,
    fieldDependencies: [
        { name: "health_coverage", type: "float" },
        { name: "health_known", type: "boolean" },
    ],
});
