import { Component, onMounted, onPatched, onWillStart, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { getPopoverOptions, HealthPopover } from "../health/health";
import { ClientFindings } from "./client_finding";

const MODEL = "client.relationship";
const TONES = { healthy: "success", watch: "warning", risk: "danger" };
const EVENING = 18;
const NOON = 12;
// Leaders who look at their team do so every day.
const SCOPE = `client_health.today.scope.${user.userId}`;

/** The score of a client; a click explains it. */
export class TodayHealth extends Component {
    static template = "client_health.TodayHealth";
    static props = { client: Object };

    setup() {
        this.orm = useService("orm");
        this.popover = usePopover(HealthPopover, getPopoverOptions(this.env));
    }

    get tone() {
        return TONES[this.props.client.band] || "secondary";
    }

    get title() {
        const { band_name, name, score } = this.props.client;
        if (score === false) {
            return _t("%s: not enough is known for a score. Click to see what is.", name);
        }
        // colours alone do not show the band to every user
        return _t("%(name)s: health %(score)s of 100, %(band)s. Click to see why.", {
            name,
            score,
            band: band_name || "",
        });
    }

    async onClick(ev) {
        const target = ev.currentTarget;
        const { id } = this.props.client;
        const explanation = await this.orm.call(MODEL, "get_health_explanation", [[id]]);
        this.popover.open(target, {
            explanation,
            resId: id,
            close: () => this.popover.close(),
        });
    }
}

/** Which clients need a person today, why, and one button each for what to do next. */
export class ClientToday extends Component {
    static template = "client_health.ClientToday";
    static components = { ClientFindings, Layout, TodayHealth };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
        this.root = useRef("root");
        this.state = useState({ page: null, loading: false });
        onWillStart(() => this.load(browser.localStorage.getItem(SCOPE)));
        // many windows end with a reload of the page, and records are left by the breadcrumb
        this.pressed = this.props.state?.pressed;
        useSetupAction({ getLocalState: () => ({ pressed: this.pressed }) });
        onMounted(() => this.focusNext());
        onPatched(() => this.focusNext());
    }

    /** Read the page. What is shown stays until then, so that nothing jumps. */
    async load(scope = this.state.page.scope) {
        this.state.loading = true;
        try {
            this.state.page = await this.orm.call(MODEL, "get_today", [scope]);
        } finally {
            this.state.loading = false;
        }
    }

    /** Not awaited: a window waits for what is done when it closes, and would keep the focus. */
    reload() {
        this.load();
    }

    setScope(scope) {
        browser.localStorage.setItem(SCOPE, scope);
        return this.load(scope);
    }

    get isTeam() {
        return this.state.page.scope === "team";
    }

    get count() {
        return this.state.page.client_ids.length;
    }

    get shown() {
        return this.state.page.sections.reduce((sum, { clients }) => sum + clients.length, 0);
    }

    get greeting() {
        const { hour } = luxon.DateTime.now();
        const name = user.name.split(" ")[0];
        if (hour < NOON) {
            return _t("Good morning, %s", name);
        }
        return hour < EVENING ? _t("Good afternoon, %s", name) : _t("Good evening, %s", name);
    }

    get summary() {
        if (!this.count) {
            return this.isTeam
                ? _t("Nothing waits for your team today.")
                : _t("Nothing waits for you today.");
        }
        if (this.isTeam) {
            return this.count === 1
                ? _t("1 client needs your team today.")
                : _t("%s clients need your team today.", this.count);
        }
        return this.count === 1
            ? _t("1 client needs you today.")
            : _t("%s clients need you today.", this.count);
    }

    get date() {
        return luxon.DateTime.now().toLocaleString({
            weekday: "long",
            day: "numeric",
            month: "long",
        });
    }

    /** Why a client is here is the heading of its section; the others say which one is theirs. */
    isOther(section, reason) {
        return reason.key !== section.key;
    }

    /** The reason about which something can be done at once, else the first. */
    getMain({ reasons }) {
        const acts = ({ button }) =>
            button.method || button.choices.length || button.model !== MODEL;
        return reasons.find(acts) || reasons[0];
    }

    getLabel(client, reason) {
        return _t("%(step)s: %(client)s", { step: reason.button.label, client: client.name });
    }

    getMore(reason) {
        return reason.more === 1 ? _t("and 1 more") : _t("and %s more", reason.more);
    }

    // What can be done

    openClient(client) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: client.id,
            views: [[false, "form"]],
        });
    }

    openAll(title, ids) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: title,
            res_model: MODEL,
            domain: [["id", "in", ids]],
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
        });
    }

    async doNext(ev, client, { button, text }) {
        this.pressed = this.buttons.indexOf(ev.currentTarget);
        if (button.choices.length) {
            return this.choose(client, button, text);
        }
        if (button.method) {
            return this.call(button, button.method);
        }
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: button.model,
                res_id: button.res_id,
                views: [[button.dialog || false, "form"]],
                target: button.dialog ? "new" : "current",
            },
            { onClose: () => this.reload() }
        );
    }

    /** Ask for one of two; whoever closes the window decides nothing. */
    choose(client, button, text) {
        const [first, second] = button.choices;
        this.dialog.add(ConfirmationDialog, {
            title: client.name,
            body: text,
            confirmLabel: first.label,
            confirm: () => this.call(button, first.method),
            cancelLabel: second?.label,
            cancel: second && (() => this.call(button, second.method)),
            dismiss: () => {},
        });
    }

    /** As a button of a form does: what it returns opens, and what is done leaves the page. */
    call(button, method) {
        return this.action.doActionButton({
            type: "object",
            name: method,
            resModel: button.model,
            resId: button.res_id,
            context: {},
            onClose: () => this.reload(),
        });
    }

    get buttons() {
        return [...(this.root.el?.querySelectorAll(".o_client_today_next") || [])];
    }

    /** The line that had the focus is gone: go on with what stands in its place. */
    focusNext() {
        if (this.pressed === undefined || this.state.loading) {
            return;
        }
        const lost = !document.activeElement || document.activeElement === document.body;
        if (lost) {
            const { buttons } = this;
            const next = buttons[Math.min(this.pressed, buttons.length - 1)];
            (next || this.root.el.querySelector("h1")).focus();
            delete this.pressed;
        }
    }
}

registry.category("actions").add("client_health.today", ClientToday);
