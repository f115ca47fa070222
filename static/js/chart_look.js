// What every chart looks like, on a page (charts.js) and on paper (outcomes/documents/drawing.py).
"use strict";

function withLook(option, fontFamily) {
  const text = { color: "var(--ink)", fontFamily };
  const line = { lineStyle: { color: "var(--line)" } };
  const axis = { axisLabel: { color: "var(--ink)" }, axisLine: line, splitLine: line };
  const round = { axisName: { color: "var(--ink)" }, axisLine: line, splitLine: line, splitArea: { show: false } };
  // ECharts would work out a lighter colour to mark a part with, which it cannot of a token.
  const still = { emphasis: { disabled: true } };
  const label = { show: true, color: "var(--surface)", fontWeight: 600 };
  const bar = { ...still, label, labelLayout: { hideOverlap: true } };
  return {
    ...option,
    animation: false,
    textStyle: text,
    // A pattern beside each colour; the words for those who do not see it stand in the table beside it.
    aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
    // Rich text draws the tooltip inside the picture: an HTML one needs inline styles, which the page forbids.
    tooltip: {
      ...option.tooltip, renderMode: "richText", confine: true,
      backgroundColor: "var(--surface)", borderColor: "var(--line)", textStyle: text,
    },
    legend: { ...option.legend, textStyle: text },
    series: option.series.map((one) => ({ ...(one.type === "bar" ? bar : still), ...one })),
    ...(option.xAxis && { xAxis: { ...axis, ...option.xAxis }, yAxis: { ...axis, ...option.yAxis } }),
    ...(option.radar && { radar: { ...round, ...option.radar } }),
  };
}
