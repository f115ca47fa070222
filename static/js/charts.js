// Draws each chart from the option that the server built beside its figure; a click opens the records.
"use strict";

for (const place of document.querySelectorAll(".chart[data-option]")) {
  const option = JSON.parse(document.getElementById(place.dataset.option).textContent);
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const line = style.getPropertyValue("--line").trim();
  const chart = echarts.init(place, null, { renderer: "svg" });
  const text = { color: ink, fontFamily: getComputedStyle(document.body).fontFamily };
  const axis = { axisLabel: { color: ink }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
  const rule = { lineStyle: { color: line } };
  const round = { axisName: { color: ink }, axisLine: rule, splitLine: rule, splitArea: { show: false } };
  chart.setOption({
    ...option,
    animation: false,
    textStyle: text,
    // Rich text draws the tooltip inside the picture: an HTML one needs inline styles, which the page forbids.
    tooltip: { ...option.tooltip, renderMode: "richText", confine: true },
    legend: { ...option.legend, textStyle: text },
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
