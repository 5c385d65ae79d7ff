import { deserializeDate, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";

const DASHES = [5, 4];
const DAY = { day: "numeric", month: "short" };

/** As get_shown() in engine/scoring.py: what is reached. */
export const getShown = (score) => Math.floor(score + 1e-9);

export const formatDay = (date) => toLocaleDateString(deserializeDate(date));

export const formatMargin = (margin) =>
    _t("%s %", formatFloat(margin, { digits: [16, 1], trailingZeros: false }));

export const isKnown = (figure) => figure !== null && figure !== undefined;

/** The last day of which a figure is known. */
export const getLast = (days, name) => days.findLast((day) => isKnown(day[name]));

/** The bands as a faint background, in the colours of the score itself; named if there is room. */
function getBands({ healthy, risk }, theme, named) {
    const bands = [
        { low: 0, high: risk, color: "--danger", name: _t("Red") },
        { low: risk, high: healthy, color: "--warning", name: _t("Yellow") },
        { low: healthy, high: 100, color: "--success", name: _t("Green") },
    ];
    return {
        id: "client_health_bands",
        beforeDatasetsDraw({ ctx, chartArea, scales }) {
            ctx.save();
            ctx.textBaseline = "top";
            for (const { low, high, color, name } of bands) {
                const top = scales.score.getPixelForValue(high);
                const height = scales.score.getPixelForValue(low) - top;
                ctx.fillStyle = theme.get(color);
                ctx.globalAlpha = theme.get("--client-chart-band");
                ctx.fillRect(chartArea.left, top, chartArea.width, height);
                if (named && height > 24) {
                    ctx.fillStyle = theme.text;
                    ctx.globalAlpha = 0.8;
                    ctx.fillText(name, chartArea.left + 8, top + 6);
                }
            }
            ctx.restore();
        },
    };
}

/** A line; what stands alone, and where it ends, is a dot as well. */
function getLine(days, name, label, color) {
    const figures = days.map((day) => (isKnown(day[name]) ? day[name] : null));
    const last = figures.findLastIndex((figure) => figure !== null);
    const isDot = (index) =>
        index === last ||
        (!isKnown(figures[index - 1]) && !isKnown(figures[index + 1]) && isKnown(figures[index]));
    return {
        label,
        yAxisID: name,
        data: days.map((day, index) => ({ x: day.date, y: figures[index] })),
        borderColor: color,
        backgroundColor: color,
        borderWidth: 2,
        pointRadius: (point) => (isDot(point.dataIndex) ? 3 : 0),
        pointHoverRadius: 4,
        pointHitRadius: 8,
        segment: {
            borderDash: (segment) => (days[segment.p1DataIndex].backfilled ? DASHES : undefined),
        },
    };
}

function getScales(lines, theme, small) {
    const margin = theme.get("--client-chart-margin");
    const font = { size: small ? 11 : 12 };
    const scales = {
        x: {
            type: "time",
            time: { minUnit: "day", displayFormats: { day: DAY, week: DAY } },
            grid: { display: false },
            ticks: { font, color: theme.text, maxRotation: 0, autoSkipPadding: 16 },
        },
        score: {
            min: 0,
            max: 100,
            title: { display: true, text: _t("Score"), color: theme.text, font },
            grid: { color: theme.get("--client-chart-grid") },
            ticks: { font, color: theme.text, stepSize: 25 },
        },
    };
    if (lines.some((line) => line.yAxisID === "margin")) {
        scales.margin = {
            position: "right",
            suggestedMin: 0,
            suggestedMax: 50,
            title: { display: true, text: _t("Margin (%)"), color: margin, font },
            // only the line below which is a loss
            grid: {
                color: ({ tick, scale }) =>
                    tick?.value === 0 && scale.min < 0 ? margin : "transparent",
            },
            ticks: { font, color: margin, maxTicksLimit: 5 },
        };
    }
    return scales;
}

function getTooltip(days, seesMargin) {
    const getDay = (items) => days[items[0].dataIndex];
    return {
        callbacks: {
            title: (items) => formatDay(getDay(items).date),
            label: ({ dataset, parsed }) =>
                dataset.yAxisID === "margin"
                    ? _t("Margin: %s", formatMargin(parsed.y))
                    : _t("Score: %s of 100", getShown(parsed.y)),
            footer: (items) => {
                const { score, margin, backfilled } = getDay(items);
                return [
                    isKnown(score) ? "" : _t("Score: not enough data"),
                    seesMargin && !isKnown(margin) ? _t("Margin: unknown") : "",
                    backfilled ? _t("Computed afterwards") : "",
                ].filter(Boolean);
            },
        },
        footerFont: { weight: "normal" },
    };
}

/** What Chart.js needs to draw the answer of get_health_history(). */
export function getChartConfig({ days, limits, sees_margin: seesMargin }, theme, small) {
    const lines = [getLine(days, "score", _t("Score"), theme.get("--client-chart-score"))];
    if (seesMargin && getLast(days, "margin")) {
        const color = theme.get("--client-chart-margin");
        lines.push(getLine(days, "margin", _t("Margin (%)"), color));
    }
    return {
        type: "line",
        data: { datasets: lines },
        options: {
            animation: false,
            maintainAspectRatio: false,
            interaction: { mode: "index", intersect: false },
            scales: getScales(lines, theme, small),
            plugins: {
                legend: {
                    align: "start",
                    labels: {
                        usePointStyle: true,
                        pointStyle: "line",
                        boxHeight: 6,
                        color: theme.text,
                    },
                },
                tooltip: getTooltip(days, seesMargin),
            },
        },
        plugins: [getBands(limits, theme, !small)],
    };
}
