import { Component, onWillStart, useState } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat, formatFloatTime, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatPercent } from "../../profitability/pareto_config";
import {
    DashboardChart,
    formatDay,
    formatMonth,
    getBands,
    getMarginConfig,
    getWeeksConfig,
} from "./client_dashboard_charts";

const TONES = { healthy: "success", watch: "warning", risk: "danger", unknown: "secondary" };
const CLIENTS = { model: "client.relationship", views: ["list", "kanban", "form"] };
const SNAPSHOTS = { model: "client.health.snapshot", views: ["list", "graph", "pivot"] };
const LEDGER = { model: "client.profitability", views: ["list", "pivot", "graph"] };
const UPDATES = { model: "client.update", views: ["list", "kanban", "form"] };
const REQUESTS = {
    model: "client.feedback.request",
    views: ["list", "kanban", "pivot", "graph", "form"],
};

const isKnown = (figure) => figure !== null && figure !== undefined && figure !== false;

/** How all clients stand and where they move; see get_dashboard(). */
export class ClientDashboard extends Component {
    static template = "client_health.Dashboard";
    static components = { DashboardChart, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.bands = getBands();
        this.getWeeksConfig = getWeeksConfig;
        this.getMarginConfig = getMarginConfig;
        this.choice = useState({ months: 3, teamId: false, userId: false, ...this.props.state });
        this.state = useState({ data: null });
        useSetupAction({ getLocalState: () => ({ ...this.choice }) });
        onWillStart(() => this.load());
    }

    async load() {
        const data = await this.keepLast.add(
            this.orm.call("client.relationship", "get_dashboard", [], {
                months: this.choice.months,
                team_id: this.choice.teamId,
                user_id: this.choice.userId,
            })
        );
        this.weeks = {
            weeks: data.weeks,
            onOpen: (week, band) => this.onWeek(week, band),
        };
        this.months = data.margin && {
            months: data.margin.months,
            currencyId: data.currency_id,
            onOpen: (month) => this.onMonth(month),
        };
        this.state.data = data;
    }

    onChoose(name, value) {
        this.choice[name] = Number(value) || false;
        return this.load();
    }

    // What is shown

    get data() {
        return this.state.data;
    }

    get hasClients() {
        return Object.values(this.data.bands).some(Boolean) || this.data.weeks.length;
    }

    get periods() {
        return this.data.periods.map((months) => ({
            months,
            name: _t("Last %s months", months),
        }));
    }

    get bandCounts() {
        return this.bands
            .map((band) => ({ ...band, tone: TONES[band.key], count: this.data.bands[band.key] }))
            .filter(({ key, count }) => key !== "unknown" || count);
    }

    get moverLists() {
        const { up, down } = this.data.movers;
        return [
            {
                key: "down",
                title: _t("Fell most"),
                icon: "fa-arrow-down text-danger",
                movers: down,
            },
            { key: "up", title: _t("Rose most"), icon: "fa-arrow-up text-success", movers: up },
        ];
    }

    get weeksLabel() {
        const last = this.data.weeks.at(-1);
        const told = this.bands.map(({ key, label }) => `${label}: ${last ? last[key] : 0}`);
        return _t("Clients by band, week by week. Now %s.", told.join(", "));
    }

    get marginLabel() {
        return _t("Revenue and margin of the last 12 full months, month by month.");
    }

    money(value) {
        return isKnown(value)
            ? formatMonetary(value, { currencyId: this.data.currency_id, digits: [16, 0] })
            : _t("Unknown");
    }

    percent(value) {
        return isKnown(value) ? formatPercent(value) : "–";
    }

    number(value) {
        return formatFloat(value, { digits: [16, 0] });
    }

    isKnown(value) {
        return isKnown(value);
    }

    day(date) {
        return formatDay(date);
    }

    month(date) {
        return formatMonth(date);
    }

    hours(value) {
        return isKnown(value) ? _t("%s h of work", formatFloatTime(value)) : "";
    }

    change({ before, now }) {
        const change = now - before;
        return change > 0 ? `+${change}` : `−${-change}`;
    }

    // The records behind a figure

    open({ model, views }, name, domain, more = []) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: views.map((view) => [false, view]),
            domain: Domain.and([domain, more]).toList({}),
        });
    }

    get bandField() {
        return this.data.sees_money ? "health_band" : "health_band_shared";
    }

    onBand({ key, label }) {
        const value = key === "unknown" ? false : key;
        this.open(CLIENTS, label, this.data.domains.clients, [[this.bandField, "=", value]]);
    }

    onWeek({ date }, { key, label }) {
        const fname = this.data.sees_money ? "band" : "band_shared";
        this.open(SNAPSHOTS, `${label}, ${formatDay(date)}`, this.data.domains.snapshots, [
            ["date", "=", date],
            [fname, "=", key === "unknown" ? false : key],
        ]);
    }

    onMonth({ date }) {
        this.open(LEDGER, formatMonth(date), this.data.domains.ledger, [["date", "=", date]]);
    }

    onMargin() {
        this.open(LEDGER, _t("Margin of 12 months"), this.data.domains.ledger);
    }

    onPromises(name, more = []) {
        this.open(UPDATES, name, this.data.domains.promises, more);
    }

    onDue() {
        const sent = [["promise", "in", ["kept", "late"]]];
        this.onPromises(
            _t("Promised updates"),
            Domain.or([sent, [["is_overdue", "=", true]]]).toList({})
        );
    }

    onKept() {
        this.onPromises(_t("Promises kept"), [["promise", "=", "kept"]]);
    }

    onLate() {
        this.onPromises(_t("Sent late"), [["promise", "=", "late"]]);
    }

    onOverdue() {
        this.onPromises(_t("Overdue"), [["is_overdue", "=", true]]);
    }

    onFeedback(name, states) {
        const more = states ? [["state", "in", states]] : [];
        this.open(REQUESTS, name, this.data.domains.feedback, more);
    }

    onResponse() {
        this.onFeedback(_t("Asked, with or without an answer"), ["answered", "silent"]);
    }

    onAnswered() {
        this.onFeedback(_t("Answers"), ["answered"]);
    }

    onWaiting() {
        this.open(CLIENTS, _t("Clients who wait"), this.data.domains.clients, [
            ["id", "in", this.data.waiting.ids],
        ]);
    }

    onAllWaiting() {
        return this.action.doAction("client_health.client_waiting_open_action");
    }

    onClient({ id }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "client.relationship",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("client_health.dashboard", ClientDashboard);
