import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const TOUR = "client_health_first_steps";

/**
 * What the records of a firm say about its clients; the texts come from client_finding.py.
 * Stands alone as a page of its own, or as a section of another one, until it is dismissed.
 */
export class ClientFindings extends Component {
    static template = "client_health.Findings";
    static props = { isSection: { type: Boolean, optional: true } };
    static defaultProps = { isSection: false };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.orm = useService("orm");
        this.state = useState({ page: null });
        // a section doesn't let the page around it wait
        (this.props.isSection ? onMounted : onWillStart)(() => this.load());
    }

    async load() {
        const { isSection } = this.props;
        this.state.page = await this.orm.call("client.finding", "get_page", [isSection]);
    }

    get isShown() {
        const { page } = this.state;
        return page && !(this.props.isSection && page.is_dismissed);
    }

    get found() {
        return this.state.page.lines.filter((line) => line.count);
    }

    get fine() {
        return this.state.page.lines.filter((line) => !line.count && !line.locked);
    }

    get locked() {
        return this.state.page.lines.filter((line) => line.locked);
    }

    get top() {
        const { lines, top } = this.state.page;
        return top.map((code) => lines.find((line) => line.code === code));
    }

    getNewTitle(line) {
        return _t("%s new", line.new_ids.length);
    }

    onFirst(action) {
        return action ? this.doAction(action) : this.load();
    }

    /** What was done there may have changed what is found. */
    doAction(action) {
        return this.action.doAction(action, { onClose: () => this.load() });
    }

    onOpen(line) {
        return this.doAction({ ...line.open, name: line.name });
    }

    onOpenNew(line) {
        const name = `${line.name}: ${this.getNewTitle(line)}`;
        return this.doAction({ ...line.open, name, domain: [["id", "in", line.new_ids]] });
    }

    onAct(line) {
        return line.calls ? this.askCalls(line) : this.doAction(line.action);
    }

    askCalls(line) {
        this.dialog.add(ConfirmationDialog, {
            title: `${line.name}: ${line.label}`,
            body:
                line.count === 1
                    ? _t("Plan a call with this client, for its salesperson, without a mail?")
                    : _t(
                          "Plan a call with each of these %s clients, for its salesperson? They are spread over a week, without a mail.",
                          line.count
                      ),
            confirmLabel: line.label,
            confirm: () => this.planCalls(line),
            cancel: () => {},
        });
    }

    async planCalls(line) {
        const args = [line.calls, line.ids];
        const message = await this.orm.call("client.finding", "plan_calls", args);
        this.notification.add(message, { type: "success" });
    }

    async onDismiss(isDismissed) {
        await this.orm.call("client.finding", "set_dismissed", [isDismissed]);
        await this.load();
    }

    onTour() {
        return this.env.services.tour_service.startTour(TOUR, {
            mode: "manual",
            url: "/odoo/client-findings",
        });
    }
}

export class ClientFindingsAction extends Component {
    static template = "client_health.FindingsAction";
    static components = { ClientFindings, Layout };
    static props = { ...standardActionServiceProps };
    static path = "client-findings";
    static displayName = _t("What Your Records Say");

    get display() {
        return { controlPanel: {} };
    }
}

registry.category("actions").add("client_health.findings", ClientFindingsAction);
