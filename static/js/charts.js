// Draws each chart from the option that the server built beside its figure; a click opens the records.
// Colours are tokens in the picture itself, so that it follows light and dark, and prints in light.
"use strict";

for (const place of document.querySelectorAll(".chart[data-option]")) {
  const option = JSON.parse(document.getElementById(place.dataset.option).textContent);
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption(withLook(option, getComputedStyle(document.body).fontFamily));
  chart.on("click", (part) => {
    if (part.data && part.data.url) {
      window.location.assign(part.data.url);
    }
  });
  window.addEventListener("resize", () => chart.resize());
}
