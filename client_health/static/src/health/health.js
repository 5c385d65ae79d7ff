import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { usePopover } from "@web/core/popover/popover_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { HealthHistoryDialog } from "./health_history/health_history_dialog";

const TONES = { healthy: "success", watch: "warning", risk: "danger" };

/** What the score is made of and why it changed; see client_health_explanation.py. */
export class HealthPopover extends Component {
    static template = "client_health.HealthPopover";
    static props = {
        explanation: Object,
        resId: Number,
        close: { type: Function, optional: true },
    };
    static nextId = 1;

    setup() {
        this.titleId = `o_client_health_title_${HealthPopover.nextId++}`;
        this.root = useRef("root");
        onMounted(() => this.nameDialog());
        this.action = useService("action");
        this.dialog = useService("dialog");
        const periods = this.props.explanation.changes;
        // The first period with a change; else the last night.
        const told = periods.findIndex((period) => period.sentences.length);
        this.state = useState({ period: Math.max(told, 0) });
    }

    /** Screen readers say whose health it is: Odoo's popovers have a role, and no name. */
    nameDialog() {
        this.root.el.closest("[role='dialog']")?.setAttribute("aria-labelledby", this.titleId);
        // Odoo takes each sheet on a phone for a menu
        this.root.el.closest(".o_bottom_sheet_body[role='menu']")?.removeAttribute("role");
    }

    get period() {
        return this.props.explanation.changes[this.state.period];
    }

    /** By the bands of the client's company, as the score itself. */
    getTone(points) {
        const { healthy, risk } = this.props.explanation.limits;
        if (points >= healthy) {
            return "success";
        }
        return points < risk ? "danger" : "warning";
    }

    get tone() {
        return TONES[this.props.explanation.band] || "secondary";
    }

    getSigned(points) {
        return points > 0 ? `+${points}` : `${points}`.replace("-", "−");
    }

    onHistory() {
        this.props.close?.();
        this.dialog.add(HealthHistoryDialog, { resId: this.props.resId });
    }

    onSource(source) {
        this.props.close?.();
        const one = source.ids?.length === 1;
        this.action.doAction({
            type: "ir.actions.act_window",
            name: source.label,
            res_model: source.model,
            domain: source.domain,
            context: { active_test: false },
            views: one
                ? [[false, "form"]]
                : [
                      [false, "list"],
                      [false, "form"],
                  ],
            ...(one ? { res_id: source.ids[0] } : {}),
        });
    }
}

/** How the explanation opens: the keyboard's focus is in it until Esc, and then back on the score. */
export function getPopoverOptions(env, options = {}) {
    return {
        position: "bottom-start",
        popoverClass: "o_client_health_popover",
        role: "dialog",
        // on a phone there is no room beside anything
        useBottomSheet: env.isSmall,
        ...options,
    };
}

/**
 * The score at a glance: number, band, direction; a click explains it. Users without access to money
 * have a shared score with figures of its own.
 */
export class Health extends Component {
    static template = "client_health.Health";
    static props = { ...standardFieldProps, large: { type: Boolean, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.popover = usePopover(
            HealthPopover,
            getPopoverOptions(this.env, { onPositioned: (el) => this.fit(el) })
        );
    }

    get data() {
        return this.props.record.data;
    }

    get isShared() {
        return this.props.name.endsWith("_shared");
    }

    /** A figure that the shared score has of its own. */
    getFigure(name) {
        return this.data[this.isShared ? `${name}_shared` : name];
    }

    get isKnown() {
        return this.data.health_known;
    }

    get tone() {
        return TONES[this.getFigure("health_band")] || "secondary";
    }

    get score() {
        // as get_shown() in engine/health/scoring.py: what is reached, or a red 50 would stand where
        // red ends at 50
        return Math.floor(this.getFigure("health_score") + 1e-9);
    }

    get trend() {
        const trend = this.getFigure("health_trend");
        return trend > 0 ? `+${trend}` : `−${Math.abs(trend)}`;
    }

    get direction() {
        return this.getFigure("health_direction");
    }

    get title() {
        if (!this.isKnown) {
            return _t("Not enough is known for a score. Click to see what is.");
        }
        const name = this.props.name.replace("health_score", "health_band");
        const bands = this.props.record.fields[name].selection;
        const band = bands.find(([value]) => value === this.data[name])?.[1];
        // colours alone do not show the band to every user
        const title = _t(
            "Health %(score)s of 100: %(band)s, %(coverage)s % known. Click to see why.",
            {
                score: this.score,
                band: band || "",
                coverage: Math.floor(this.data.health_coverage + 1e-9),
            }
        );
        return [
            title,
            this.data.health_provisional && _t("It is provisional: little is known."),
            this.data.health_overridden && _t("A manager overrides it."),
            this.isShared &&
                _t("Without the money figures: colleagues who see them may see another score."),
        ]
            .filter(Boolean)
            .join(" ");
    }

    /** Where neither below nor above is room for all of it, it scrolls instead of being cut off. */
    fit(el) {
        const box = el.querySelector(".o_client_health_explanation");
        const room = window.innerHeight - Math.max(el.getBoundingClientRect().top, 0) - 16;
        if (box && box.offsetHeight > room) {
            box.style.maxHeight = `${Math.max(room, 160)}px`;
        }
    }

    /** Rows and cards, too, open by these keys: here they press the button and nothing else. */
    onKeydown(ev) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.stopPropagation();
        }
    }

    async onClick(ev) {
        const target = ev.currentTarget;
        if (this.popover.isOpen) {
            this.popover.close();
            return;
        }
        const explanation = await this.orm.call(
            this.props.record.resModel,
            "get_health_explanation",
            [[this.props.record.resId]]
        );
        // a sheet, other than a popover, gives its content no way to close it
        this.popover.open(target, {
            explanation,
            resId: this.props.record.resId,
            close: () => this.popover.close(),
        });
    }
}

function getDefinition(suffix) {
    return {
        component: Health,
        displayName: _t("Client health"),
        supportedTypes: ["float"],
        fieldDependencies: [
            { name: `health_band${suffix}`, type: "selection" },
            { name: `health_trend${suffix}`, type: "float" },
            { name: `health_direction${suffix}`, type: "selection" },
            { name: "health_known", type: "boolean" },
            { name: "health_provisional", type: "boolean" },
            { name: "health_coverage", type: "float" },
            { name: "health_overridden", type: "boolean" },
        ],
        extractProps: ({ options }) => ({ large: Boolean(options.large) }),
    };
}

registry.category("fields").add("client_health", getDefinition(""));
registry.category("fields").add("client_health_shared", getDefinition("_shared"));
