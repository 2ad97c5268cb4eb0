const narrow = window.matchMedia("(max-width: 900px)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function draw() {
  for (const chart of document.querySelectorAll(".chart")) {
    const found = JSON.parse(chart.querySelector("script").textContent);
    let target = chart.querySelector(".drawing");
    if (!target) {
      target = document.createElement("div");
      target.className = "drawing";
      chart.append(target);
    }
    const theme = found.themes[dark.matches ? "dark" : "light"];
    const spec = { ...found.specs[narrow.matches ? "narrow" : "wide"], ...theme };
    vegaEmbed(target, spec, {
      mode: "vega-lite", renderer: "svg", theme: undefined,
      actions: narrow.matches ? false : { export: true, source: false, compiled: false, editor: false },
    });
  }
}

narrow.addEventListener("change", draw);
dark.addEventListener("change", draw);
draw();
