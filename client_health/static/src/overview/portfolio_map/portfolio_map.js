/* global Chart */
import { Component, onWillStart, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { deserializeDate, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { getShown } from "../../health/health_history/health_chart_config";
import { getTheme } from "../../health/chart_theme";
import { drawSelected, getChartConfig } from "./portfolio_map_chart";
import {
    findAt,
    getBounds,
    getDataset,
    getMarks,
    getNext,
    getQuadrant,
    getQuadrantDomain,
    getQuadrantNames,
    LOWEST,
    MOST_ARROWS,
    QUADRANTS,
    split,
    UNKNOWN_DOMAINS,
} from "./portfolio_map_data";

const NAMES = 10;
const WIDTH = 260;
const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

const formatMargin = (margin) =>
    _t("%s %", formatFloat(margin, { digits: [16, 1], trailingZeros: false }));

/** Clients by margin (across), score (up) and revenue (area); see get_portfolio(). */
export class PortfolioMap extends Component {
    static template = "client_health.PortfolioMap";
    static props = {
        portfolio: Object,
        onOpenClient: Function,
        onOpenClients: Function,
    };

    setup() {
        this.ui = useState(useService("ui"));
        this.canvasRef = useRef("canvas");
        this.overlayRef = useRef("overlay");
        this.chartRef = useRef("chart");
        this.state = useState({ selected: null, isTouched: false, hidden: {}, x: 0, y: 0 });
        this.points = [];
        this.quadrantNames = getQuadrantNames();
        this.prepare(this.props.portfolio);
        onWillStart(() => loadBundle("web.chartjs_lib"));
        onWillUpdateProps(({ portfolio }) => this.prepare(portfolio));
        useEffect(
            (canvas) => {
                if (!canvas) {
                    return;
                }
                this.theme = getTheme(canvas.parentElement);
                this.chart = new Chart(canvas, this.getConfig());
                return () => {
                    this.chart.destroy();
                    this.chart = null;
                };
            },
            () => [this.canvasRef.el, this.dataset]
        );
    }

    prepare(portfolio) {
        this.portfolio = portfolio;
        this.marks = getMarks(portfolio.stages);
        Object.assign(this, split(portfolio.clients));
        this.prepareDataset();
    }

    prepareDataset() {
        this.state.selected = null;
        this.dataset = getDataset(this.portfolio, this.placed, this.marks, {
            isSmall: this.ui.isSmall,
            hidden: this.state.hidden,
        });
    }

    getConfig() {
        return getChartConfig({
            dataset: this.dataset,
            bounds: getBounds(this.placed, this.portfolio.limits),
            limits: this.portfolio.limits,
            theme: this.theme,
            onDrawn: (chart, points) => {
                this.points = points;
                this.drawSelected(chart);
            },
        });
    }

    // What is shown around the chart

    get stages() {
        const counts = {};
        for (const { stage } of this.placed) {
            counts[stage] = (counts[stage] || 0) + 1;
        }
        return Object.values(this.marks)
            .filter(({ id }) => counts[id])
            .map((mark) => ({
                ...mark,
                count: counts[mark.id],
                isHidden: !!this.state.hidden[mark.id],
            }))
            .sort(
                (one, other) =>
                    this.portfolio.stages.findIndex(({ id }) => id === one.id) -
                    this.portfolio.stages.findIndex(({ id }) => id === other.id)
            );
    }

    get quadrants() {
        const counts = {};
        for (const client of this.placed) {
            const key = getQuadrant(client, this.portfolio.limits);
            counts[key] = (counts[key] || 0) + 1;
        }
        return QUADRANTS.map(({ key }) => ({
            key,
            name: this.quadrantNames[key],
            count: counts[key] || 0,
        }));
    }

    get unknown() {
        return [
            {
                key: "noMargin",
                label: _t("Clients without a known margin: %s", this.noMargin.length),
                clients: this.noMargin,
            },
            {
                key: "noScore",
                label: _t("Clients without a score: %s", this.noScore.length),
                clients: this.noScore,
            },
        ]
            .filter(({ clients }) => clients.length)
            .map((one) => ({
                ...one,
                names: one.clients.slice(0, NAMES),
                more: Math.max(0, one.clients.length - NAMES),
            }));
    }

    get sentences() {
        const { limits, since } = this.portfolio;
        const values = {
            margin: formatMargin(limits.margin),
            score: formatFloat(limits.score, { digits: [16, 0] }),
        };
        const sentences = [
            _t("The larger the bubble, the more revenue in the last 12 full months."),
            _t("The lines: target margin %(margin)s, green from %(score)s.", values),
        ];
        if (this.placed.some(({ way }) => way)) {
            const day = toLocaleDateString(deserializeDate(since));
            sentences.push(
                this.dataset.clients.length > MOST_ARROWS
                    ? _t("Point at a client to see its way since %s.", day)
                    : _t("Arrows: the way since %s.", day)
            );
        }
        const beyond = this.placed.filter(({ margin }) => margin < LOWEST).length;
        if (beyond) {
            sentences.push(
                _t("At the left edge, below %(lowest)s: %(count)s.", {
                    lowest: formatMargin(LOWEST),
                    count: beyond,
                })
            );
        }
        return sentences;
    }

    get label() {
        return _t(
            "Portfolio map of %s clients. Arrow keys move from client to client, Enter opens one.",
            this.dataset.clients.length
        );
    }

    // The client that is pointed at

    get selected() {
        return this.dataset.clients[this.state.selected];
    }

    get card() {
        const client = this.selected;
        const currencyId = this.portfolio.currencies[client.company]?.id;
        const money = (value) => formatMonetary(value || 0, { currencyId, digits: [16, 0] });
        const [margin, score] = client.way || [];
        return {
            name: client.name,
            stage: this.marks[client.stage]?.name,
            quadrant: this.quadrantNames[getQuadrant(client, this.portfolio.limits)],
            lines: [
                _t("Margin: %s", formatMargin(client.margin)),
                _t("Score: %s of 100", getShown(client.score)),
                _t("Revenue: %s", money(client.revenue)),
                ...(client.way
                    ? [
                          _t("90 days ago: margin %(margin)s, score %(score)s", {
                              margin: formatMargin(margin),
                              score: getShown(score),
                          }),
                      ]
                    : []),
            ],
        };
    }

    /** The same words, for who hears them. */
    get spoken() {
        const { name, stage, quadrant, lines } = this.card;
        return [name, stage, ...lines, quadrant].join(", ");
    }

    get cardStyle() {
        const { x, y } = this.state;
        const { offsetWidth = 0, offsetHeight = 0 } = this.chartRef.el || {};
        const left = Math.max(0, Math.min(x + 16, offsetWidth - WIDTH));
        const isAbove = y > offsetHeight / 2;
        const vertical = isAbove ? `bottom: ${offsetHeight - y + 16}px` : `top: ${y + 16}px`;
        return `left: ${left}px; ${vertical}; max-width: ${WIDTH}px`;
    }

    select(index, isTouched = false) {
        this.state.isTouched = isTouched;
        if (index === this.state.selected) {
            return;
        }
        this.state.selected = index;
        if (index !== null && this.points[index]) {
            this.state.x = this.points[index].x;
            this.state.y = this.points[index].y;
        }
        if (this.chart) {
            this.drawSelected(this.chart);
        }
    }

    drawSelected(chart) {
        const overlay = this.overlayRef.el;
        if (overlay) {
            const { selected } = this.state;
            drawSelected(overlay, chart, this.points[selected], this.selected, this.theme);
        }
    }

    find({ offsetX, offsetY }) {
        return findAt(this.points, offsetX, offsetY);
    }

    onPointerMove(ev) {
        if (ev.pointerType !== "touch") {
            this.select(this.find(ev));
        }
    }

    onPointerLeave(ev) {
        if (ev.pointerType !== "touch") {
            this.select(null);
        }
    }

    /** A mouse opens what it points at; a finger points first, and opens by the button. */
    onClick(ev) {
        const index = this.find(ev);
        if (ev.pointerType === "touch") {
            this.select(index, true);
        } else if (index !== null) {
            this.props.onOpenClient(this.dataset.clients[index].id);
        }
    }

    onFocus() {
        if (this.state.selected === null && this.dataset.clients.length && !this.isPointed) {
            this.select(0);
        }
    }

    onPointerDown() {
        // a click gives focus as well: it selects nothing but what it points at
        this.isPointed = true;
    }

    onBlur() {
        this.isPointed = false;
        if (!this.state.isTouched) {
            this.select(null);
        }
    }

    onKeydown(ev) {
        const { clients } = this.dataset;
        if (MOVES.includes(ev.key)) {
            ev.preventDefault();
            this.select(getNext(clients, this.state.selected, ev.key));
        } else if (ev.key === "Enter" && this.selected) {
            ev.preventDefault();
            this.props.onOpenClient(this.selected.id);
        } else if (ev.key === "Escape") {
            this.select(null);
        }
    }

    onToggle(stage) {
        this.state.hidden[stage.id] = !this.state.hidden[stage.id];
        this.prepareDataset();
    }

    onQuadrant({ key, name }) {
        this.props.onOpenClients(getQuadrantDomain(key, this.portfolio.limits), name);
    }

    onUnknown({ key, label }) {
        this.props.onOpenClients(UNKNOWN_DOMAINS[key], label);
    }
}
