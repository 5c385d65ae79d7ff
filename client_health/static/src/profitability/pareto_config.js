import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";

const COLORS = {
    loss: "--danger",
    break_even: "--danger",
    below_target: "--warning",
    profit: "--success",
};

export const formatPercent = (value) => _t("%s %", formatFloat(value, { digits: [16, 0] }));

/** The curve of a user's clients as a chart: hours to the right, margin up. See get_pareto(). */
export function getChartConfig({ clients, currency_id: currencyId }, theme, onClient) {
    const line = theme.get("--client-pareto-line");
    const money = (value) => formatMonetary(value, { currencyId, digits: [16, 0] });
    const color = (client) => theme.get(COLORS[client.band]);
    const points = [{ x: 0, y: 0 }].concat(
        clients.map((client) => ({ x: client.hours_share, y: client.margin_sum }))
    );
    const colors = [line, ...clients.map(color)];
    const title = (text) => ({ display: true, text, color: theme.text });
    const grid = { color: theme.get("--client-pareto-grid") };
    return {
        type: "line",
        data: {
            datasets: [
                {
                    data: points,
                    borderColor: line,
                    borderWidth: 2,
                    clip: false,
                    pointBackgroundColor: colors,
                    pointBorderColor: colors,
                    pointRadius: clients.length > 200 ? 0 : points.map((_p, index) => index && 5),
                    pointHoverRadius: 7,
                    segment: { borderColor: ({ p1DataIndex }) => colors[p1DataIndex] },
                },
            ],
        },
        options: {
            animation: false,
            maintainAspectRatio: false,
            interaction: { mode: "nearest", intersect: false },
            onClick: (_event, [element]) => element?.index && onClient(clients[element.index - 1]),
            plugins: {
                legend: { display: false },
                tooltip: {
                    filter: ({ dataIndex }) => dataIndex > 0,
                    displayColors: false,
                    callbacks: {
                        title: ([item]) => item && clients[item.dataIndex - 1].name,
                        label: ({ dataIndex }) => {
                            const { margin, hours } = clients[dataIndex - 1];
                            return [
                                _t("Margin: %s", money(margin)),
                                _t("Hours: %s", formatFloat(hours, { digits: [16, 0] })),
                            ];
                        },
                    },
                },
            },
            scales: {
                x: {
                    type: "linear",
                    min: 0,
                    max: 100,
                    grid,
                    ticks: { callback: formatPercent, color: theme.text },
                    title: title(_t("Share of all hours, added up")),
                },
                y: {
                    grid,
                    ticks: { callback: money, color: theme.text },
                    title: title(_t("Margin, added up")),
                },
            },
        },
    };
}
