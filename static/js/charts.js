// Draws each chart from the option that the server built beside its figure; a click opens the records.
// Colours are tokens in the picture itself, so that it follows light and dark, and prints in light.
"use strict";

const text = { color: "var(--ink)", fontFamily: getComputedStyle(document.body).fontFamily };
const line = { lineStyle: { color: "var(--line)" } };
const axis = { axisLabel: { color: "var(--ink)" }, axisLine: line, splitLine: line };
const round = { axisName: { color: "var(--ink)" }, axisLine: line, splitLine: line, splitArea: { show: false } };
// ECharts would work out a lighter colour to mark a part with, which it cannot of a token.
const still = { emphasis: { disabled: true } };
const bar = { ...still, label: { show: true, color: "var(--surface)", fontWeight: 600 }, labelLayout: { hideOverlap: true } };

for (const place of document.querySelectorAll(".chart[data-option]")) {
  const option = JSON.parse(document.getElementById(place.dataset.option).textContent);
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption({
    ...option,
    animation: false,
    textStyle: text,
    // A pattern beside each colour; the words for those who do not see it stand in the table below.
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
  });
  chart.on("click", (part) => {
    if (part.data && part.data.url) {
      window.location.assign(part.data.url);
    }
  });
  window.addEventListener("resize", () => chart.resize());
}
